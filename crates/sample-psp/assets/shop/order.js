// Asks how the order stands while something may change, and then takes the new page's content over. A hidden tab asks nothing.
const OFTEN_MS = 1000;
const SELDOM_MS = 4000;
const OFTEN_FOR = 180;
let asked = 0;

const main = () => document.querySelector("main");

async function look() {
  const answer = await fetch(main().dataset.state, { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const now = await answer.json();
  const shown = main().dataset;
  if (now.phase !== shown.phase || String(now.refunded) !== shown.refunded) await renew();
}

async function renew() {
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  main().replaceWith(document.importNode(next.querySelector("main"), true));
  document.title = next.title;
  document.querySelector("[data-said]").textContent = main().querySelector("h1").textContent;
}

async function forever() {
  for (;;) {
    if (!document.hidden) {
      await look().catch(() => {}); // the network may be gone for a moment
      asked += 1;
    }
    await new Promise((wake) => setTimeout(wake, asked < OFTEN_FOR ? OFTEN_MS : SELDOM_MS));
  }
}

forever();
