// What the phone says beside its screen: a payment that asks to be seen, or a sentence that something did not work.
import { h, icon } from "./dom.js";

const SENTENCE_MS = 6000;
const place = document.querySelector("[data-notices]");
const sentences = document.querySelector("[data-sentences]");

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
  sentences.replaceChildren();
}

/** Takes back what was said; it was about the screen before. */
export function hush() {
  sentences.replaceChildren();
}

/** Says a sentence for a few seconds, in the place of an earlier one. */
export function say(sentence) {
  tell("notice-sentence", sentence);
}

/** Says that nobody answered. It takes no other sentence's place: that one may say what matters. */
export function sayNoConnection(sentence) {
  tell("notice-connection", sentence);
}

/** Takes that back: somebody answers again. */
export function answeredAgain() {
  for (const old of sentences.querySelectorAll(".notice-connection")) old.remove();
}

function tell(kind, sentence) {
  for (const old of sentences.querySelectorAll(`.${kind}`)) old.remove();
  const notice = h("p", { class: `notice ${kind}` }, icon("info"), h("span", { class: "notice-text" }, sentence));
  sentences.append(notice);
  setTimeout(() => notice.remove(), SENTENCE_MS);
}
