// Light or dark: the browser's wish, unless somebody chose otherwise here. A classic script in <head>, so that no page flashes;
// its attribute data-key says under which name this brand keeps the choice.
(() => {
  const { key } = document.currentScript.dataset;
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      const theme = localStorage.getItem(key);
      return theme === "light" || theme === "dark" ? theme : null;
    } catch {
      return null; // storage is switched off: the browser's wish stands
    }
  };
  const show = () => {
    root.dataset.theme = chosen() ?? (dark.matches ? "dark" : "light");
  };
  show();
  dark.addEventListener("change", show);
  addEventListener("storage", show);
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.hidden = false;
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-switch]")) return;
    const next = root.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(key, next);
    } catch {
      // the choice lasts until the next page
    }
    root.dataset.theme = next;
  });
})();
