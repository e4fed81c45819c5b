// Leaves for the address that the page's link names; without script the page's refresh or the link itself does.
const link = document.querySelector("[data-leave]");
if (link) location.replace(link.href);
