// Shows times in the reader's own zone, and says which one that is. Without script they stand in UTC, and the page says that.
const lang = document.documentElement.lang === "nb" ? "nb" : "en-GB";
const own = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "medium" });

export function inOwnZone(root) {
  const zone = own.resolvedOptions().timeZone;
  if (!zone) return;
  for (const time of root.querySelectorAll("time[data-own]")) {
    const at = new Date(time.dateTime);
    if (!Number.isNaN(at.getTime())) time.textContent = own.format(at);
  }
  for (const said of root.querySelectorAll("[data-zone]")) said.textContent = said.dataset.zone.replace("{zone}", zone);
}
