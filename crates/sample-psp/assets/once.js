// A form is sent once: a second click finds its buttons disabled. Coming back by history enables them again. Forms that came later
// are meant too, so it is the document that listens.
const buttons = (form) => [...form.querySelectorAll("button"), ...document.querySelectorAll(`button[form="${form.id}"]`)];

document.addEventListener("submit", (event) => {
  const form = event.target;
  // Not before the browser has read which button was pressed.
  if (form.matches("form[data-once]")) setTimeout(() => buttons(form).forEach((button) => (button.disabled = true)));
});

addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-once]")) buttons(form).forEach((button) => (button.disabled = false));
});
