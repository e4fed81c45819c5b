// The bank's 3-D Secure page inside the phone. Its way back is /mobileintercept, which tells the wallet; the outcome comes by a hint.
import { h, heading, icon } from "./dom.js";
import { t } from "./texts.js";

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
  return [
    h("header", { class: "screen-top bank-top" }, icon("bank"), h("div", {}, heading(t.stepUp), h("p", { class: "quiet" }, t.stepUpLead))),
    frame,
    h("div", { class: "bank-ways" },
      h("p", { class: "field-help" }, t.newTabHelp),
      h("div", { class: "row-between" },
        h("a", { class: "button button-quiet", href: webAddress(asked.stepUpUrl), target: "_blank", rel: "noopener noreferrer" }, t.newTab, icon("out")),
        h("button", { type: "button", class: "button-text", onclick: onCancel }, t.cancelShort))),
  ].filter(Boolean);
}

/** A page of our own origin would not be held by the sandbox, so it is never framed here to begin with. */
function mayBeFramed(address) {
  const url = webAddress(address);
  return url !== null && new URL(url).origin !== location.origin;
}

function webAddress(address) {
  return /^https?:\/\//i.test(address ?? "") ? address : null;
}
