// Elements without markup strings: whatever a shop wrote stays text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `props` are attributes; a function is a listener (`onclick`), true an empty attribute, false, null and undefined nothing.
 * Children are nodes or texts; null and false are left out.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** An icon of the page's sprite; decoration only, so the text beside it must say the same. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** The heading that takes the focus when a screen is shown. */
export function heading(...children) {
  return h("h1", { tabindex: "-1" }, ...children);
}

/** A shop's text, kept from turning around what stands beside it. */
export function foreign(text) {
  return h("bdi", {}, text);
}

/** A round sign with the first letter of a name. */
export function initial(name) {
  return h("span", { class: "initial", "aria-hidden": "true" }, [...name.trim()][0]?.toLocaleUpperCase() ?? "·");
}
