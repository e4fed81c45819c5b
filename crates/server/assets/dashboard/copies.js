// Buttons that copy what stands elsewhere on the page, or its address, and say that they did.
const SAYS_SO_MS = 2000;

/** Shows the buttons in `root`, where the browser lets a page copy. */
export function copies(root) {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copies], [data-copies-address]")) {
    if (!button.hidden) continue;
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const { copies: id } = button.dataset;
  const text = id ? document.getElementById(id).textContent : location.origin + location.pathname;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return; // the browser forbids it, and the label promises nothing
  }
  const label = button.querySelector("span");
  if (button.classList.contains("copied")) return;
  const asking = label.textContent;
  label.textContent = button.dataset.copied;
  button.classList.add("copied");
  setTimeout(() => {
    label.textContent = asking;
    button.classList.remove("copied");
  }, SAYS_SO_MS);
}
