// Uses the link up at once, and keeps it neither in the address bar nor in the history.
history.replaceState(null, "", location.pathname);
document.querySelector("[data-sign-in]").requestSubmit();
