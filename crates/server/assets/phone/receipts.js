// Payments that are over: a list, and one receipt with its captures and refunds.
import { foreign, h, heading, icon, initial } from "./dom.js";
import { amountClass, cardName, clock, day, dayAndClock, money } from "./format.js";
import { t } from "./texts.js";

/** The list, as many pages of it as were asked for. */
export async function receipts(phone, count) {
  const wanted = count ?? 1;
  const all = [];
  let next;
  for (let page = 0; page < wanted && next !== null; page += 1) {
    const read = await phone.api.receipts(next);
    all.push(...read.receipts);
    next = read.next;
  }
  return [
    h("header", { class: "screen-top" }, heading(t.receipts)),
    all.length === 0
      ? h("div", { class: "empty" }, icon("receipt"), h("strong", {}, t.noReceipts), h("span", {}, t.noReceiptsLead))
      : [...byDay(all)].map(([date, ofDay]) =>
          h("section", { class: "receipt-day" }, h("h2", {}, date), h("ul", { class: "rows" }, ofDay.map((receipt) => receiptRow(phone, receipt))))),
    next && h("button", { type: "button", class: "button button-quiet wide", onclick: () => phone.update(receipts, wanted + 1) }, t.more),
  ].flat().filter(Boolean);
}

/** Days with their receipts, in the order in which they come; older browsers have no `Map.groupBy`. */
function byDay(all) {
  const days = new Map();
  for (const receipt of all) {
    const date = day(receipt.endedAt);
    days.set(date, [...(days.get(date) ?? []), receipt]);
  }
  return days;
}

/** One line of a list of receipts. */
export function receiptRow(phone, receipt) {
  const { payment, sums } = receipt;
  const paid = payment.state === "RESERVED";
  return h("li", {},
    h("button", { type: "button", class: "row", onclick: () => phone.show(receiptDetail, { id: payment.id, pages: 1 }) },
      initial(payment.merchant.name),
      h("span", { class: "row-text" },
        h("strong", {}, foreign(payment.merchant.name)),
        h("span", {}, clock(receipt.endedAt), sums.refunded > 0 ? ` · ${t.refunded} ${money(sums.refunded)}` : "")),
      paid ? h("span", { class: "row-amount" }, money(payment.amount)) : h("span", { class: "chip" }, t.states[payment.state])));
}

/** One receipt, read again each time it is drawn, because captures and refunds come later; as many pages of its history as were asked for. */
export async function receiptDetail(phone, { id, pages }) {
  const receipt = await phone.api.receipt(id);
  let next = receipt.historyNext;
  for (let page = 1; page < pages && next; page += 1) {
    const read = await phone.api.receipt(id, next);
    receipt.history.push(...read.history);
    next = read.historyNext;
  }
  const { payment, sums } = receipt;
  const paid = payment.state === "RESERVED";
  return [
    h("header", { class: "screen-top screen-top-back" },
      h("button", { type: "button", class: "back", "aria-label": t.back, onclick: () => phone.show(receipts) }, icon("back")),
      heading(t.receipt)),
    h("div", { class: "question" },
      initial(payment.merchant.name),
      h("p", { class: "question-merchant" }, foreign(payment.merchant.name)),
      h("p", { class: amountClass(payment.amount) }, money(payment.amount)),
      h("span", { class: `chip ${paid ? "chip-good" : "chip-warn"}` }, t.states[payment.state])),
    h("dl", { class: "facts" },
      fact(t.when, dayAndClock(receipt.endedAt)),
      payment.card && fact(t.card, cardName(payment.card)),
      payment.text !== "" && fact(t.message, foreign(payment.text)),
      paid && fact(t.captured, money(sums.captured)),
      sums.released > 0 && fact(t.released, money(sums.released)),
      sums.refunded > 0 && fact(t.refunded, money(sums.refunded))),
    receipt.history.length > 0 && h("section", { "aria-labelledby": "history" },
      h("h2", { id: "history" }, t.history),
      h("ol", { class: "history" }, receipt.history.map((entry) =>
        h("li", {},
          h("span", {}, t.operations[entry.operation], !entry.success && h("em", {}, ` (${t.notDone})`), h("small", {}, dayAndClock(entry.at)),
            entry.text !== "" && h("small", {}, foreign(entry.text))),
          h("span", { class: "row-amount" }, money(entry.amount))))),
      next && h("button", { type: "button", class: "button button-quiet wide", onclick: () => phone.update(receiptDetail, { id, pages: pages + 1 }) }, t.moreLines)),
  ].filter(Boolean);
}

function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}
