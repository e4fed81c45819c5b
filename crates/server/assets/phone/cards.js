// The user's cards, and why one cannot pay.
import { h, heading, icon } from "./dom.js";
import { t } from "./texts.js";

export async function cards(phone) {
  const own = await phone.api.cards();
  return [
    h("header", { class: "screen-top" }, heading(t.cards)),
    own.length === 0
      ? h("div", { class: "empty" }, icon("card"), h("strong", {}, t.noCards), h("span", {}, t.noCardsLead))
      : h("ul", { class: "wallet" }, own.map((card) => h("li", {}, face(card)))),
  ];
}

function face(card) {
  const [year, month] = card.expiry.split("-");
  const why = { EXPIRED: t.expired, NOT_ELIGIBLE: t.notEligible }[card.why];
  return h("div", { class: `face face-${card.network.toLowerCase()}${card.eligible ? "" : " face-off"}` },
    h("span", { class: "face-top" },
      h("strong", {}, card.network === "VISA" ? "Visa" : "Mastercard"),
      h("span", {}, card.kind === "CREDIT" ? t.credit : t.debit)),
    h("span", { class: "face-number" }, h("span", { "aria-hidden": "true" }, "····  ····  ···· "), card.lastFour),
    h("span", { class: "face-foot" },
      h("span", {}, `${t.validThru} ${month}/${year.slice(2)}`),
      why && h("span", { class: "chip chip-warn" }, why)));
}
