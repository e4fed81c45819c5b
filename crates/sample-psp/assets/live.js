// Keeps parts of a page up to date: each [data-live] is taken over from the page as the server has it now. Forms are not live,
// so nothing is replaced under somebody's fingers. A hidden tab asks nothing.
const EVERY_MS = 2000;

async function renew() {
  const answer = await fetch(location.pathname);
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = next.getElementById(part.id);
    if (fresh && !fresh.isEqualNode(part)) part.replaceWith(document.importNode(fresh, true));
  }
}

async function forever() {
  for (;;) {
    await new Promise((wake) => setTimeout(wake, EVERY_MS));
    if (!document.hidden) await renew().catch(() => {}); // the network may be gone for a moment
  }
}

forever();
