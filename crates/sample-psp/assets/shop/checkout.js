// Another quantity is another page, with its own total.
const form = document.querySelector("[data-quantity]");
form?.addEventListener("change", () => form.requestSubmit());
