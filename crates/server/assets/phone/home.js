// The first screen: what waits for the user, a field for payment links, the latest receipts. And the profile behind the initial.
import { foreign, h, heading, icon, initial } from "./dom.js";
import { money, phoneNumber } from "./format.js";
import { receiptRow, receipts } from "./receipts.js";
import { switches } from "./sign-in.js";
import { t } from "./texts.js";

const LATEST = 3;

export async function home(phone) {
  const typed = document.querySelector("#link"); // survives a refresh by a hint
  const { user } = phone;
  const [open, page] = await Promise.all([phone.api.payments(), phone.api.receipts()]);
  phone.listed(user, open);
  const latest = page.receipts.slice(0, LATEST);
  const firstName = user.name.split(" ")[0];
  return [
    h("header", { class: "screen-top" },
      heading(t.hello(firstName)),
      h("button", { type: "button", class: "avatar", "aria-label": t.profile, onclick: () => phone.show(profile) }, initial(phone.user.name))),
    open.length > 0 ? waiting(phone, open) : nothing(),
    linkField(phone, typed),
    latest.length > 0 && h("section", { "aria-labelledby": "latest" },
      h("div", { class: "row-between" },
        h("h2", { id: "latest" }, t.latest),
        h("button", { type: "button", class: "button-text", onclick: () => phone.show(receipts) }, t.all, icon("forward"))),
      h("ul", { class: "rows" }, latest.map((receipt) => receiptRow(phone, receipt)))),
  ].filter(Boolean);
}

function waiting(phone, open) {
  return h("section", { "aria-labelledby": "waiting" },
    h("h2", { id: "waiting" }, t.waiting),
    h("ul", { class: "asks" }, open.map((payment) =>
      h("li", {},
        h("button", { type: "button", class: "ask", onclick: () => phone.showAsRead(payment) },
          initial(payment.merchant.name),
          h("span", { class: "ask-text" }, h("strong", {}, foreign(payment.merchant.name)), h("span", {}, t.see)),
          h("span", { class: "ask-amount" }, money(payment.amount)))))));
}

function nothing() {
  return h("div", { class: "empty" }, icon("bell"), h("strong", {}, t.nothingWaits), h("span", {}, t.nothingWaitsLead));
}

function linkField(phone, typed) {
  if (typed) return typed.closest("form");
  const link = h("input", { id: "link", type: "text", autocomplete: "off", autocapitalize: "off", spellcheck: "false", placeholder: "vippsMT://?token=…", "aria-describedby": "link-help", maxlength: "2048" });
  const submit = async (event) => {
    event.preventDefault();
    if (link.value.trim() !== "") await phone.openLink(link.value.trim());
  };
  return h("form", { class: "link-form", onsubmit: submit },
    h("label", { for: "link" }, t.openLink),
    h("div", { class: "link-row" }, link, h("button", { class: "button", type: "submit" }, t.open)),
    h("p", { class: "field-help", id: "link-help" }, t.openLinkHelp));
}

export function profile(phone) {
  return [
    h("header", { class: "screen-top screen-top-back" },
      h("button", { type: "button", class: "back", "aria-label": t.back, onclick: () => phone.show(home) }, icon("back")),
      heading(t.profile)),
    h("div", { class: "profile" },
      initial(phone.user.name),
      h("strong", {}, phone.user.name),
      h("span", {}, `+47 ${phoneNumber(phone.user.phoneNumber)}`),
      h("p", { class: "quiet" }, t.simulation),
      switches(),
      h("button", { type: "button", class: "button button-quiet wide", onclick: () => phone.signOut() }, icon("out-door"), t.signOut)),
  ];
}
