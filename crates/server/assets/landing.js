// The landing page: goes on when the payment does, cancels on Back once the page was touched, and leaves for the shop at the end.
// All of it happens in one page of the browser's history, because Back must find what was touched: forms are sent and changes are
// read by fetch, and only <main> is exchanged. Without this script the page still works: forms, a refresh while waiting, and links.
// So wherever the script can't go on, the browser does: it sends the form or reads the page itself.
import { ask } from "./ask.js";
import { follow } from "./hints.js";
import { walletNow } from "./wallet-clock.js";

const LEAVE_AFTER_MS = 1500;
const LOOK_AGAIN_MS = 1000;
const READS_WITHIN_MS = 10_000;
const SENDS_WITHIN_MS = 30_000;
const RELOAD_AFTER_MS = 4000;
const TICK_MS = 5000;
const NOTICED_MS = 60_000; // clocks that differ by less look alike
const LOCALE = document.documentElement.lang === "nb" ? "nb-NO" : "en-GB";
const offline = document.querySelector("[data-offline]");

let main = document.querySelector("main");
let shown = written(main); // as the server wrote it when it last refused nothing, to see whether it has changed
let over = false; // the payment has come to its end: nothing is read or sent any more
let reading = false;
let readAgain = false;
let sending = 0; // forms on their way
let sent = 0; // forms ever sent: what was asked before is older than their answers
let heard = false; // whether any question of this script was ever answered
let reloads = 0; // the timer of a page that is about to be read by the browser

const { events, status } = main.dataset;
const changes = events && follow({ events, status }, {
  onHint: () => look(),
  onStatus: () => (look(), true),
  onConnection: tellConnection,
  whileHidden: true, // whoever pays in another tab finds this one further on
});
if (events) {
  document.addEventListener("submit", submitted);
  cancelOnBack();
}
settle();
setInterval(tellWalletClock, TICK_MS);
document.documentElement.dataset.script = "landing";

function tellConnection(connected) {
  heard = heard || connected;
  offline.hidden = connected;
  if (!heard && !reloads && main.matches("[data-waits]")) reloads = setTimeout(readByBrowser, RELOAD_AFTER_MS);
}

/** Where no question of this script is ever answered, the browser reads a waiting page, as it does without script. */
function readByBrowser() {
  reloads = 0;
  if (!heard) location.reload();
}

/** Does what a new <main> needs: times in the reader's own clock, and at the end the way to the shop. */
function settle() {
  for (const time of main.querySelectorAll("time[datetime]")) time.textContent = clock(time.dateTime);
  tellWalletClock();
  const way = main.querySelector("[data-leave]");
  if (way) {
    setTimeout(function leave() {
      location.replace(way.href);
    }, LEAVE_AFTER_MS);
  }
  over = !main.dataset.events;
  if (over && changes) changes.stop();
}

function clock(moment) {
  return new Date(moment).toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit" });
}

/**
 * Says until when, as long as that is to come, and what the wallet's clock shows where the reader's own shows something else: the
 * deadline goes by the wallet's.
 */
function tellWalletClock() {
  const told = main.querySelector("[data-wallet-clock]");
  if (!told) return;
  const now = walletNow(told.dataset);
  for (const until of main.querySelectorAll("[data-until]")) {
    until.hidden = Date.parse(until.querySelector("time[datetime]").dateTime) <= now;
  }
  told.querySelector("time").textContent = clock(now);
  told.hidden = Math.abs(now - Date.now()) < NOTICED_MS;
}

/** Reads the page as it now is, until that works; while that goes on, further hints ask for only one reading more. */
async function look() {
  readAgain = true;
  if (reading) return;
  reading = true;
  try {
    while (readAgain && !over && !sending) await read();
  } finally {
    reading = false;
  }
}

async function read() {
  const sentBefore = sent;
  readAgain = false;
  const answer = await answerOf(main.dataset.now, READS_WITHIN_MS);
  if (sent !== sentBefore) return; // what came of the form is newer
  if (answer && answer.status < 500) return showOr(() => location.reload(), answer);
  readAgain = true;
  await new Promise((wake) => setTimeout(wake, LOOK_AGAIN_MS));
}

/** What the server answers; nothing if it does not. */
async function answerOf(address, withinMs, options = {}) {
  try {
    const answer = await ask(address, withinMs, { headers: { accept: "text/html" }, ...options });
    tellConnection(true);
    return answer;
  } catch {
    return null;
  }
}

function submitted(event) {
  const form = event.target;
  const fields = form.dataset.sent ? null : fieldsOf(form); // if this fails, the browser sends the form as ever
  event.preventDefault();
  if (fields) send(form, fields);
}

function fieldsOf(form) {
  return new URLSearchParams(new FormData(form));
}

/** Sends a form; a second press of the same button would be a second prompt on somebody's phone. */
async function send(form, fields) {
  form.dataset.sent = "yes";
  sent += 1;
  sending += 1;
  const answer = await answerOf(form.action, SENDS_WITHIN_MS, { method: "POST", body: fields });
  sending -= 1;
  delete form.dataset.sent;
  // Where no question was ever answered, this script may be what nobody answers.
  if (!answer && !heard) return form.submit();
  if (answer) showOr(() => (answer.url === form.action ? form.submit() : location.replace(answer.url)), answer, form);
  else tellNoAnswer();
  if (readAgain || !answer || answer.status >= 500) look(); // the form may have worked all the same
}

/** Whoever pressed a button is to see that nobody answered, wherever the page is scrolled to. */
function tellNoAnswer() {
  offline.hidden = false;
  offline.scrollIntoView({ block: "nearest" });
}

/** Shows what the server answered, or has the browser go its own way. */
function showOr(goOn, answer, form = null) {
  try {
    show(answer, form);
  } catch (fault) {
    console.error(fault);
    goOn();
  }
}

/** Exchanges <main> if the server says something else than before; whoever sent `form` is led to what came of it. */
function show({ status: code, text }, form) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const next = page.querySelector("main");
  if (!next || over) return;
  if (written(next) === shown && !form) return adoptClock(next);
  if (!form || code < 400) shown = written(next); // a form that was refused stays until the payment changes
  const hadFocus = form !== null || main.contains(document.activeElement);
  const saidBefore = main.querySelector("h1")?.textContent;
  const arrived = document.importNode(next, true);
  main.replaceWith(arrived);
  main = arrived;
  document.title = page.title;
  const heading = main.querySelector("h1");
  heading.tabIndex = -1;
  if (hadFocus) (main.querySelector("[autofocus]") ?? heading).focus();
  if (heading.textContent !== saidBefore) document.querySelector("[data-said]").textContent = heading.textContent;
  settle();
}

/** A page but for its clock, which may be set while somebody types. */
function written(page) {
  const copy = page.cloneNode(true);
  copy.querySelector("[data-wallet-clock]")?.remove();
  return copy.outerHTML;
}

function adoptClock(next) {
  const told = next.querySelector("[data-wallet-clock]");
  if (told) main.querySelector("[data-wallet-clock]")?.replaceWith(document.importNode(told, true));
  tellWalletClock();
}

/** Back cancels, but only after a touch: browsers pass over history entries that a page added untouched. */
function cancelOnBack() {
  const touch = () => {
    removeEventListener("pointerdown", touch, true);
    removeEventListener("keydown", touch, true);
    if (!history.state?.sentinel) history.pushState({ sentinel: true }, ""); // a reload keeps the entry
    addEventListener("popstate", (event) => {
      const wentBack = !event.state?.sentinel && location.hash === ""; // jumps inside the page are no Back
      const form = main.querySelector("form[data-cancel]");
      if (wentBack && form && !form.dataset.sent) send(form, fieldsOf(form));
    });
  };
  addEventListener("pointerdown", touch, true);
  addEventListener("keydown", touch, true);
}
