// What slides in from the top of the phone: a payment that asks to be seen, or a sentence that something did not work.
import { h, icon } from "./dom.js";

const SENTENCE_MS = 6000;
const place = document.querySelector("[data-notices]");

/** Shows a push notification for a payment; it stays until it is opened or `withdraw` takes it back. */
export function push(id, title, hint, onOpen) {
  withdraw(id);
  const open = () => {
    withdraw(id);
    onOpen();
  };
  place.append(
    h("button", { type: "button", class: "notice", "data-payment": id, onclick: open },
      h("span", { class: "mark", "aria-hidden": "true" }, icon("bell")),
      h("span", { class: "notice-text" }, h("strong", {}, title), h("span", {}, hint))),
  );
}

/** Takes a payment's notification back. */
export function withdraw(id) {
  for (const notice of place.querySelectorAll("[data-payment]")) {
    if (notice.dataset.payment === id) notice.remove();
  }
}

/** The payments that still have a notification. */
export function pushedPayments() {
  return [...place.querySelectorAll("[data-payment]")].map((notice) => notice.dataset.payment);
}

/** Takes everything back, when somebody signs out. */
export function clear() {
  place.replaceChildren();
}

/** Takes back what was said; it was about the screen before. */
export function hush() {
  for (const old of place.querySelectorAll(".notice-sentence")) old.remove();
}

/** Says a sentence for a few seconds. */
export function say(sentence) {
  hush();
  const notice = h("p", { class: "notice notice-sentence" }, icon("info"), h("span", { class: "notice-text" }, sentence));
  place.append(notice);
  setTimeout(() => notice.remove(), SENTENCE_MS);
}
