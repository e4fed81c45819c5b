// Asks how the order stands while something may change, and then takes the new page's content over.
import { ask, askForPage, keepUp } from "../keep-up.js";

const OFTEN_MS = 1000;
const SELDOM_MS = 4000;
const OFTEN_FOR = 180;
let asked = 0;

const main = () => document.querySelector("main");

async function look() {
  asked += 1;
  const said = await ask(main().dataset.state, { headers: { accept: "application/json" } });
  if (said === null) return;
  const now = JSON.parse(said);
  if (Object.keys(now).some((name) => String(now[name]) !== main().dataset[name])) await renew();
}

async function renew() {
  const next = await askForPage(location.pathname);
  if (!next) return;
  main().replaceWith(document.importNode(next.querySelector("main"), true));
  document.title = next.title;
  document.querySelector("[data-said]").textContent = main().querySelector("h1").textContent;
}

keepUp(look, () => (asked < OFTEN_FOR ? OFTEN_MS : SELDOM_MS));
