// Where a page's own script does not come up (the browser is too old for it, something blocks it, its file did not arrive), the page
// goes on as it does without any script: one that waits is read again, one at its end leaves for the shop, and one that is nothing without
// script says so. A classic script in the words of old browsers; a script that has come up says so by `data-script` on <html>.
(function () {
  var AFTER_MS = 5000;

  setTimeout(function rescue() {
    if (document.documentElement.getAttribute("data-script")) return;
    var way = document.querySelector("[data-leave]");
    var sorry = document.querySelector("[data-sorry]");
    if (sorry) sorry.hidden = false;
    if (way) location.replace(way.href);
    else if (document.querySelector("[data-waits]")) location.reload();
  }, AFTER_MS);
})();
