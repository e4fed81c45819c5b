// Another quantity is another page, with its own total. (Safari 15 has no requestSubmit.)
const form = document.querySelector("[data-quantity]");
if (form) form.addEventListener("change", () => form.submit());
