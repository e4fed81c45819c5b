// Keeps a page up to date by asking again and again, each time anew: no stream that could fall silent. An answer that does not come
// is given up, a hidden tab asks nothing, and one that is seen again asks at once.
const ASK_WITHIN_MS = 4000;
const RELOAD_AFTER_MS = 4000;
let heard = false; // whether any question of this page was ever answered

// What the server says at this address; nothing if it says no.
export function ask(address, options) {
  const tooLong = new Promise((_, fail) => setTimeout(() => fail(new Error("no answer")), ASK_WITHIN_MS));
  return Promise.race([read(address, options), tooLong]);
}

async function read(address, options) {
  const answer = await fetch(address, options);
  const text = await answer.text();
  heard = true;
  return answer.ok ? text : null;
}

// The page at this address as the server has it now; nothing if there is none.
export async function askForPage(address) {
  const html = await ask(address);
  return html === null ? null : new DOMParser().parseFromString(html, "text/html");
}

// Looks, waits as long as `pauseMs` says, and looks again, for as long as the page is there.
export async function keepUp(look, pauseMs) {
  document.documentElement.dataset.keepsUp = "yes";
  let wake = () => {};
  const wakeNow = () => wake();
  document.addEventListener("visibilitychange", wakeNow);
  for (const moment of ["pageshow", "focus", "online"]) addEventListener(moment, wakeNow);
  for (;;) {
    if (!document.hidden) await look().catch(notAnswered);
    await new Promise((go) => {
      wake = go;
      setTimeout(go, pauseMs());
    });
  }
}

// The network may be gone for a moment. Where a script never hears anything, the browser reads a waiting page itself.
function notAnswered() {
  if (heard || !document.querySelector("main[data-waits]")) return;
  setTimeout(() => heard || location.reload(), RELOAD_AFTER_MS);
}
