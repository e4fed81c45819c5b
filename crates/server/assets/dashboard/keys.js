// The keyboard: / searches, j and k go from row to row, Enter opens the row (it is a link that has the focus), Esc leaves the search
// or goes up. With a modifier, and while somebody types, keys are the browser's.

/** Listens on the page whose `main` this is. */
export function keys(main) {
  const search = document.querySelector("[data-search]");
  const told = document.querySelector("[data-keys]");
  if (told) told.hidden = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const typing = event.target.matches?.("input, select, textarea");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else document.querySelector("[data-up]")?.click();
    } else if (typing) {
      // the letters are what is typed
    } else if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "j" || event.key === "k") {
      go(main, event.key === "j" ? 1 : -1);
    }
  });
}

function go(main, step) {
  const rows = [...main.querySelectorAll(".rows .row-name, .step-open")].filter((row) => row.getClientRects().length > 0);
  const at = rows.indexOf(document.activeElement);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  if (!next) return;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}
