// One payment, from the question to the outcome. The payment's state chooses what is shown; nothing is remembered here.
import { foreign, h, heading, icon, initial } from "./dom.js";
import { amountClass, cardName, clock, money } from "./format.js";
import { home } from "./home.js";
import { stepUp } from "./step-up.js";
import { t } from "./texts.js";

export async function payment(phone, asked) {
  switch (asked.state) {
    case "AWAITING_APPROVAL":
    case "AWAITING_USER":
      return question(phone, asked, await phone.api.cards());
    case "AUTHORIZING":
      return busy(asked);
    case "STEP_UP":
      return stepUp(phone, asked, (event) => cancel(phone, asked, event.currentTarget));
    default:
      return outcome(phone, asked);
  }
}

function question(phone, asked, cards) {
  const first = cards.find((card) => card.eligible);
  const approve = h("button", { class: "button wide", type: "submit", disabled: !first }, icon("lock"), t.approve(money(asked.amount)));
  const submit = async (event) => {
    event.preventDefault();
    const chosen = new FormData(event.target).get("card");
    if (!chosen || approve.disabled) return;
    await answerOnce(phone, approve, () => phone.api.approve(asked.id, chosen));
  };
  return [
    h("header", { class: "screen-top screen-top-back" },
      h("button", { type: "button", class: "back", "aria-label": t.later, onclick: () => phone.show(home) }, icon("back")),
      heading(t.pay)),
    h("div", { class: "question" },
      initial(asked.merchant.name),
      h("p", { class: "quiet" }, t.payTo),
      h("p", { class: "question-merchant" }, foreign(asked.merchant.name)),
      h("p", { class: amountClass(asked.amount) }, money(asked.amount)),
      asked.text !== "" && h("p", { class: "question-text" }, foreign(asked.text)),
      asked.deadline && h("p", { class: "quiet deadline" }, icon("clock"), t.until(clock(asked.deadline)))),
    h("form", { class: "sheet", onsubmit: submit },
      h("fieldset", { class: "choices" },
        h("legend", {}, t.payWith),
        cards.map((card) => choice(card, card === first))),
      !first && h("p", { class: "callout", role: "status" }, t.noCard),
      h("div", { class: "sheet-foot" },
        approve,
        h("button", { type: "button", class: "button-text wide", onclick: (event) => cancel(phone, asked, event.currentTarget) }, t.cancel))),
  ];
}

function choice(card, checked) {
  const id = `card-${card.id}`;
  const why = { EXPIRED: t.expired, NOT_ELIGIBLE: t.notEligible }[card.why];
  return h("div", { class: card.eligible ? "choice" : "choice choice-off" },
    h("input", { type: "radio", name: "card", id, value: card.id, checked, disabled: !card.eligible, "aria-describedby": why ? `${id}-why` : null }),
    h("label", { for: id },
      h("span", { class: `card-sign card-${card.network.toLowerCase()}`, "aria-hidden": "true" }),
      h("span", { class: "choice-text" },
        h("strong", {}, cardName(card)),
        why ? h("span", { class: "choice-why", id: `${id}-why` }, why) : h("span", {}, card.kind === "CREDIT" ? t.credit : t.debit))));
}

async function cancel(phone, asked, button) {
  await answerOnce(phone, button, () => phone.api.cancel(asked.id));
}

/** What the user answers to the question; a second press of the same button would be refused. */
async function answerOnce(phone, button, call) {
  button.disabled = true;
  await phone.showOutcome(call, () => (button.disabled = false));
}

function busy(asked) {
  return [
    h("div", { class: "outcome" },
      h("span", { class: "spinner", "aria-hidden": "true" }),
      heading(t.busy),
      h("p", { class: amountClass(asked.amount) }, money(asked.amount)),
      h("p", {}, foreign(asked.merchant.name)),
      h("p", { class: "quiet" }, t.busyLead)),
  ];
}

const ENDS = {
  RESERVED: ["badge-good badge-draw", "check", t.paid],
  FAILED: ["badge-bad", "cross", t.failed],
  CANCELLED: ["badge-warn", "cross", t.cancelled],
  EXPIRED: ["badge-warn", "clock", t.timeUp],
};

function outcome(phone, ended) {
  const [badge, sign, title] = ENDS[ended.state];
  const shop = safeAddress(ended.backToShop);
  return [
    h("div", { class: "outcome" },
      h("span", { class: `badge ${badge}` }, icon(sign)),
      heading(title),
      h("p", { class: amountClass(ended.amount) }, money(ended.amount)),
      h("p", {}, foreign(ended.merchant.name)),
      ended.state === "RESERVED" && ended.card ? h("p", { class: "quiet" }, cardName(ended.card)) : null,
      ended.state !== "RESERVED" && h("p", { class: "quiet" }, whyNot(ended))),
    h("div", { class: "outcome-ways" },
      shop && h("a", { class: "button wide", href: shop, target: "_blank", rel: "noopener noreferrer" }, t.backToShop, icon("out")),
      h("button", { type: "button", class: shop ? "button button-quiet wide" : "button wide", onclick: () => phone.show(home) }, t.done)),
  ];
}

function whyNot(ended) {
  if (ended.state !== "FAILED") return t.nothingPaid;
  if (ended.failure?.outcome === "unknown") return t.outcomeUnknown;
  return t.notPaidBecause(t.why[ended.failure?.code] ?? t.why[ended.failure?.reason] ?? t.why.other);
}

/** The shop's address as the server checked it at init; checked once more, because a link of ours may run no script. */
function safeAddress(address) {
  return address && !/^\s*(javascript|data|vbscript|blob|file|about|filesystem|view-source):/i.test(address) ? address : null;
}
