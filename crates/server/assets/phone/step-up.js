// The bank's 3-D Secure page inside the phone. Its way back is /mobileintercept, which tells the wallet; the outcome comes by a hint.
//
// The frame never gets to navigate the phone itself: a bank's page that wants the whole window (`top.location = …`) stands still in it.
// So when nothing has come back for a while, the tab of its own and the way out lead; the frame stays, since somebody may be typing in it.
import { h, heading, icon } from "./dom.js";
import { t } from "./texts.js";

const LEADS_AFTER_MS = 15_000;

export function stepUp(phone, asked, onCancel) {
  const frame = mayBeFramed(asked.stepUpUrl)
    ? h("iframe", {
        class: "bank-frame",
        title: t.stepUpFrame,
        src: asked.stepUpUrl,
        sandbox: "allow-forms allow-scripts allow-same-origin",
        referrerpolicy: "no-referrer",
      })
    : null;
  const leading = leadingWays(asked.stepUpUrl, onCancel);
  const ways = quietWays(asked.stepUpUrl, onCancel);
  const lead = () => {
    const hadFocus = ways.contains(document.activeElement);
    leading.hidden = false;
    ways.hidden = true;
    if (hadFocus) leading.querySelector("a").focus();
  };
  if (frame) setTimeout(lead, LEADS_AFTER_MS);
  else lead();
  return [
    h("header", { class: "screen-top bank-top" }, icon("bank"), h("div", {}, heading(t.stepUp), h("p", { class: "quiet" }, t.stepUpLead))),
    leading,
    frame,
    ways,
  ].filter(Boolean);
}

function leadingWays(address, onCancel) {
  return h("section", { class: "bank-leads", hidden: true },
    h("p", { role: "status" }, t.bankStands),
    h("a", { class: "button wide", ...newTab(address) }, t.newTab, icon("out")),
    h("button", { type: "button", class: "button button-quiet wide", onclick: onCancel }, t.cancelShort));
}

function quietWays(address, onCancel) {
  return h("div", { class: "bank-ways" },
    h("p", { class: "field-help" }, t.newTabHelp),
    h("div", { class: "row-between" },
      h("a", { class: "button button-quiet", ...newTab(address) }, t.newTab, icon("out")),
      h("button", { type: "button", class: "button-text", onclick: onCancel }, t.cancelShort)));
}

function newTab(address) {
  return { href: webAddress(address), target: "_blank", rel: "noopener noreferrer" };
}

/** A page of our own origin would not be held by the sandbox, so it is never framed here to begin with. */
function mayBeFramed(address) {
  const url = webAddress(address);
  return url !== null && new URL(url).origin !== location.origin;
}

function webAddress(address) {
  return /^https?:\/\//i.test(address ?? "") ? address : null;
}
