// Builds elements. Text always becomes text nodes; nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

export const byId = (id) => document.getElementById(id);

/** A share in percent, in one line. */
export const percent = (share) => {
  const whole = Math.round(share * 100);
  if (whole === 100 && share < 1) return ">\u00a099\u00a0%";
  return whole === 0 && share > 0 ? "<\u00a01\u00a0%" : `${whole}\u00a0%`;
};

export const number = (value) => value.toLocaleString("en");

export const counted = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

let fading;

// Shows a short message for a while; screen readers read it out.
export function say(words) {
  const place = byId("status");
  place.textContent = words;
  place.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(hush, 6000);
}

// Hides the message by style only, as screen readers ignore a live region with the attribute `hidden`.
export function hush() {
  byId("status").classList.remove("shown");
  byId("status").textContent = "";
}

export async function copy(words, what) {
  try {
    await navigator.clipboard.writeText(words);
    say(`${what} copied.`);
  } catch {
    say(`The browser did not allow copying; select the text instead.`);
  }
}
