// A page that waits and whose module does not come, or does not start in this browser, is read anew by the browser itself.
// A classic script without anything that a browser could lack.
(() => {
  const AFTER_MS = 5000;
  addEventListener("load", () =>
    setTimeout(() => {
      if (document.querySelector("main[data-waits]") && !document.documentElement.dataset.keepsUp) location.reload();
    }, AFTER_MS)
  );
})();
