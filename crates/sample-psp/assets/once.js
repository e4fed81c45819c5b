// A form is sent once: a second click finds its button disabled. Coming back by history enables it again.
for (const form of document.querySelectorAll("form[data-once]")) {
  const buttons = () => [...form.querySelectorAll("button"), ...document.querySelectorAll(`button[form="${form.id}"]`)];
  form.addEventListener("submit", () => setTimeout(() => buttons().forEach((button) => (button.disabled = true))));
  addEventListener("pageshow", (event) => event.persisted && buttons().forEach((button) => (button.disabled = false)));
}
