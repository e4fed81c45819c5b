// The landing page: moves on when the payment does, cancels on Back once the page was touched, and leaves for the shop at the end.
// Without this script the page still works: forms, a refresh while waiting, and links.
import { follow } from "./hints.js";

const LEAVE_AFTER_MS = 1500;
const main = document.querySelector("main[data-phase]");

for (const time of document.querySelectorAll("time[datetime]")) {
  time.textContent = new Date(time.dateTime).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  time.closest("[data-until]").hidden = false;
}

// A second press of the same button is a second prompt on somebody's phone.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

if (main.dataset.events) {
  let reading = false;
  let again = false;
  const look = async () => {
    again = true;
    if (reading) return;
    reading = true;
    while (again) {
      again = false;
      await refresh().catch(() => {});
    }
    reading = false;
  };
  follow(main.dataset.events, { onHint: look, onStatus: () => (look(), true) });
  cancelOnBack();
}

const way = document.querySelector("[data-leave]");
if (way) setTimeout(() => location.replace(way.href), LEAVE_AFTER_MS);

/** Reads this page again; shows it in place if it still waits, and goes there if it became another one. */
async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store", headers: { accept: "text/html" } });
  if (answer.status >= 500) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector("main[data-phase]");
  if (!now || now.dataset.phase === main.dataset.phase) return;
  if (!("inPlace" in now.dataset && "inPlace" in main.dataset)) {
    location.replace(answer.url);
    return;
  }
  main.replaceChildren(...document.importNode(now, true).childNodes);
  main.dataset.phase = now.dataset.phase;
  document.title = page.title;
  document.querySelector("[data-said]").textContent = main.querySelector("h1").textContent;
}

/** Back cancels, but only after a touch: browsers pass over history entries that a page added untouched. */
function cancelOnBack() {
  const touch = () => {
    removeEventListener("pointerdown", touch, true);
    removeEventListener("keydown", touch, true);
    if (!history.state?.sentinel) history.pushState({ sentinel: true }, ""); // a reload keeps the entry
    addEventListener("popstate", (event) => {
      const wentBack = !event.state?.sentinel && location.hash === ""; // jumps inside the page are no Back
      if (wentBack) document.querySelector("form[data-cancel]")?.requestSubmit();
    });
  };
  addEventListener("pointerdown", touch, true);
  addEventListener("keydown", touch, true);
}
