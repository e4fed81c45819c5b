// Buttons that copy a block of code and say that they did.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.querySelector("span");
  const asking = label.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    } catch {
      return; // the browser forbids it, and the label promises nothing
    }
    label.textContent = button.dataset.copied;
    button.classList.add("copied");
    setTimeout(() => {
      label.textContent = asking;
      button.classList.remove("copied");
    }, 2000);
  });
}
