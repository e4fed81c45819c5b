// Times as the reader's clock would say them, and how much is left of a deadline by the wallet's clock.
import { walletNow } from "../wallet-clock.js";

const EVERY_MS = 1000;
const lang = document.documentElement.lang === "nb" ? "nb-NO" : "en-GB";
const ofDay = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const withDay = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const norwegian = lang === "nb-NO";

let ticking = false;

/** Says all times in `root`; deadlines and the clock go on by themselves. */
export function times(root) {
  const now = walletTime();
  for (const time of root.querySelectorAll("time[datetime]:not([data-clock], [data-face])")) {
    const at = new Date(time.getAttribute("datetime"));
    if (Number.isNaN(at.getTime())) continue;
    const today = new Date(now).toDateString() === at.toDateString();
    time.textContent = (time.hasAttribute("data-long") || !today ? withDay : ofDay).format(at);
    time.title = time.getAttribute("datetime");
  }
  tick();
  if (ticking) return;
  ticking = true;
  setInterval(tick, EVERY_MS);
}

function walletTime() {
  const clock = document.querySelector("[data-clock]");
  return clock ? walletNow(clock.dataset) : Date.now();
}

function tick() {
  const now = walletTime();
  for (const face of document.querySelectorAll("[data-clock], [data-face]")) say(face, ofDay.format(new Date(now)));
  for (const left of document.querySelectorAll("[data-until]")) {
    const ms = Date.parse(left.dataset.until) - now;
    if (Number.isNaN(ms)) continue;
    say(left, ms > 0 ? `${norwegian ? "om" : "in"} ${span(ms)}` : norwegian ? "nå" : "now");
    left.title = left.dataset.until;
  }
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** `4:32`, or `2 h 5 min` when it is long. */
function span(ms) {
  const seconds = Math.ceil(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
