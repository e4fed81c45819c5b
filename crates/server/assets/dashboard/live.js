// Keeps a page up to date: when it hears that something changed, it reads itself again and exchanges the parts that differ
// ([data-live]). What somebody is typing into or choosing from stays.
import { ask } from "../ask.js";
import { follow } from "../hints.js";

const ANSWERS_WITHIN_MS = 8000;
const AT_MOST_EVERY_MS = 400;

/** Follows changes of the page whose `main` this is; `onShown` is called after each. To be called before anything changes the page. */
export function live(main, onShown) {
  const { events, here } = main.dataset;
  if (!events) return;
  const offline = document.querySelector("[data-offline]");
  // As the server said it, before this page's script says times in its own way.
  const told = new Map([...document.querySelectorAll("[data-live]")].map((part) => [part.dataset.live, written(part)]));
  let reading = false;
  let again = false;

  async function read() {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      const answer = await ask(here, ANSWERS_WITHIN_MS, { headers: { accept: "text/html" } });
      if (answer.status === 401) location.reload();
      else if (answer.ok && exchange(new DOMParser().parseFromString(answer.text, "text/html"), told)) onShown();
    } catch {
      // the next hint, or the next question, reads again
    }
    setTimeout(function nextReading() {
      reading = false;
      if (!again) return;
      again = false;
      read();
    }, AT_MOST_EVERY_MS);
  }

  follow(
    { events, status: here },
    {
      onHint: read,
      onStatus: (status) => {
        if (status === 401) location.reload();
        return status !== 401 && status !== 409;
      },
      onConnection: (connected) => {
        if (offline) offline.hidden = connected;
      },
    },
  );
}

/** Puts the new page's parts in the place of those that differ from what was read last; whether any did. */
function exchange(page, told) {
  let changed = false;
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const name = fresh.dataset.live;
    const old = document.querySelector(`[data-live="${name}"]`);
    if (!old || told.get(name) === written(fresh) || isInUse(old)) continue;
    told.set(name, written(fresh));
    const known = new Set(rows(old).map((row) => row.dataset.row));
    const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const next = document.importNode(fresh, true);
    old.replaceWith(next);
    for (const row of rows(next)) row.classList.toggle("row-new", known.size > 0 && !known.has(row.dataset.row));
    if (focused) next.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
    changed = true;
  }
  return changed;
}

function written(part) {
  return new XMLSerializer().serializeToString(part);
}

function rows(part) {
  return [...part.querySelectorAll("[data-row]")];
}

function isInUse(part) {
  return part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
}
