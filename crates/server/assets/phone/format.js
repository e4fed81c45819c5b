// Amounts and moments as people read them, in the page's language.

const norwegian = document.documentElement.lang === "nb";
const LOCALE = norwegian ? "nb-NO" : "en-GB";

/** `499,00 kr` or `NOK 499.00`, from integer minor units; spaces do not break. */
export function money(minorUnits) {
  const digits = String(Math.abs(minorUnits)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, norwegian ? "\u00a0" : ",");
  const sign = minorUnits < 0 ? "−" : "";
  const fraction = digits.slice(-2);
  return norwegian ? `${sign}${whole},${fraction}\u00a0kr` : `${sign}NOK\u00a0${whole}.${fraction}`;
}

/** The class of an amount in large type; an amount of many digits needs less of it. */
export function amountClass(minorUnits) {
  return Math.abs(minorUnits) < 100_000_00 ? "amount" : "amount amount-long";
}

/** `12:05` */
export function clock(moment) {
  return new Date(moment).toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit" });
}

/** `4. mai 2026` */
export function day(moment) {
  return new Date(moment).toLocaleDateString(LOCALE, { day: "numeric", month: "long", year: "numeric" });
}

/** `4. mai 2026, 12:05` */
export function dayAndClock(moment) {
  return `${day(moment)}, ${clock(moment)}`;
}

/** `Visa ···· 4321` */
export function cardName(card) {
  return `${card.network === "VISA" ? "Visa" : "Mastercard"} ···· ${card.lastFour}`;
}

/** `123 45 678` */
export function phoneNumber(digits) {
  return digits.replace(/^(\d{3})(\d{2})(\d{3})$/, "$1 $2 $3");
}
