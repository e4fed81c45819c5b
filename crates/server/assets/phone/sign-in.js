// Who are you? Number and PIN; in the sandbox the test users are one tap away.
import { h, heading, icon } from "./dom.js";
import { NoConnection, Refusal } from "./api.js";
import { phoneNumber } from "./format.js";
import { t } from "./texts.js";

export function signIn(phone, sentence) {
  const fault = h("p", { class: "field-fault", id: "sign-in-fault", role: "alert" }, sentence ?? "");
  const number = h("input", { id: "phone-number", name: "number", type: "tel", inputmode: "numeric", autocomplete: "username", maxlength: "64", required: true, "data-focus": true });
  const pin = h("input", { id: "pin", name: "pin", type: "password", inputmode: "numeric", autocomplete: "current-password", maxlength: "8", required: true });
  const button = h("button", { class: "button wide", type: "submit" }, t.signIn);

  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    fault.textContent = "";
    try {
      await phone.begin(await phone.api.signIn(number.value, pin.value));
    } catch (refusal) {
      fault.textContent = refusal instanceof Refusal ? sentenceOf(refusal) : refusal instanceof NoConnection ? t.noConnection : t.wrong;
      button.disabled = false;
      pin.value = "";
      pin.focus();
    }
  };

  return [
    h("div", { class: "sign-in" },
      h("span", { class: "mark mark-large", "aria-hidden": "true" }, icon("mark")),
      heading(phone.brand),
      h("p", { class: "quiet" }, t.signInLead),
      h("form", { onsubmit: submit, novalidate: true, "aria-describedby": "sign-in-fault" },
        h("div", { class: "field" }, h("label", { for: "phone-number" }, t.number), number),
        h("div", { class: "field" }, h("label", { for: "pin" }, t.pin), pin),
        fault,
        button),
      testUsers(phone),
      h("p", { class: "quiet" }, t.simulation),
      switches()),
  ];
}

/** On a narrow screen the list beside the phone is not there: the same people, inside it. */
function testUsers(phone) {
  const people = [...document.querySelectorAll(".beside .person")];
  if (people.length === 0) return null;
  return h("div", { class: "only-narrow quick" },
    h("h2", {}, t.testUsers),
    people.map((person) =>
      h("button", { type: "button", class: "quick-person", onclick: () => phone.become(person.dataset.number, person.dataset.pin) },
        h("strong", {}, person.querySelector("strong").textContent), h("span", {}, phoneNumber(person.dataset.number)))));
}

/** Language and theme, for narrow screens. */
export function switches() {
  const copy = document.querySelector(".beside .switches").cloneNode(true);
  copy.classList.add("only-narrow");
  return copy;
}

function sentenceOf(refusal) {
  return refusal.status === 429 && refusal.retryAfter > 0 ? t.tooManyTries(inWords(refusal.retryAfter)) : refusal.message;
}

/** A wait, rounded up: in seconds up to a minute, in minutes up to an hour. */
function inWords(seconds) {
  const [unit, words] = seconds <= 60 ? [1, t.units.seconds] : seconds <= 3_600 ? [60, t.units.minutes] : [3_600, t.units.hours];
  const count = Math.ceil(seconds / unit);
  return `${count} ${words[count === 1 ? 0 : 1]}`;
}
