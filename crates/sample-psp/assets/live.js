// Keeps parts of a page up to date: each [data-live] is taken over from the page as the server has it now. A part that names its
// version is left alone until that changes; what was typed into it stays, and so does the place of the caret. While a form is on its
// way nothing is taken over, or a second click would find a form with another key.
import { askForPage, keepUp } from "./keep-up.js";
import { inOwnZone } from "./times.js";

const EVERY_MS = 2000;
let sending = false;

async function renew() {
  const next = await askForPage(location.pathname);
  if (!next || sending) return;
  for (const part of document.querySelectorAll("[data-live]")) {
    const there = next.getElementById(part.id);
    if (!there) continue;
    const fresh = document.importNode(there, true);
    inOwnZone(fresh);
    const isNew = part.dataset.live ? fresh.dataset.live !== part.dataset.live : !fresh.isEqualNode(part);
    if (isNew) takeOver(part, fresh);
  }
}

function takeOver(part, fresh) {
  const typed = [...part.querySelectorAll("input")].filter((field) => field.id && field.value !== field.defaultValue);
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const caret = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  part.replaceWith(fresh);
  for (const field of typed) {
    const again = document.getElementById(field.id);
    if (again) again.value = field.value;
  }
  const again = focused && focused.id ? document.getElementById(focused.id) : null;
  if (!again) return;
  again.focus({ preventScroll: true });
  if (caret) again.setSelectionRange(caret[0], caret[1]);
}

addEventListener("submit", () => (sending = true), true);
addEventListener("pageshow", () => (sending = false));
inOwnZone(document);
keepUp(renew, () => EVERY_MS);
