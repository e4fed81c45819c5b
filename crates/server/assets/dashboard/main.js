// The dashboard's script. Every page works without it: forms are forms and links are links. With it a page follows what happens,
// says times in the reader's own, and listens to the keyboard.
import { copies } from "./copies.js";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { times } from "./times.js";

const main = document.querySelector("main");
const { here } = main.dataset;

// The answer to a form that was refused is the page it came from; to load that again must not send the form again.
if (new URL(here, location.href).pathname !== location.pathname) history.replaceState(null, "", here);

function shown() {
  times(document);
  copies(document);
}

// On a narrow screen the parts are wider than it.
function showWhere() {
  const part = document.querySelector(".sections [aria-current]");
  if (!part) return;
  const parts = part.parentElement;
  parts.scrollLeft = part.offsetLeft - parts.offsetLeft - (parts.clientWidth - part.offsetWidth) / 2;
}

showWhere();
addEventListener("resize", showWhere);

live(main, shown);
shown();
keys(main);
