/** Small makers of page elements. Text is always set as text, never parsed as markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `props`: `class`, `text`, `on` ({event: handler}), any other name is an attribute; null, undefined and
 * false are left out, true is an attribute without a value.
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function setProp(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") element.className = value;
  else if (name === "text") element.textContent = value;
  else if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
  else element.setAttribute(name, value === true ? "" : value);
}

/** Have the style sheet with this name, which lies beside this file, in the page. Raises where it does not come. */
export function loadStyle(name) {
  return new Promise((resolve, reject) => {
    document.head.append(el("link", { rel: "stylesheet", href: new URL(`./${name}`, import.meta.url).href, on: { load: resolve, error: reject } }));
  });
}

/** A picture of one of the shapes below, hidden from screen readers: its button has the name. */
export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", focusable: "false" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  for (const d of SHAPES[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

const SHAPES = {
  send: ["M5 12h13", "M12.5 6l6 6-6 6"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  phone: ["M5.5 4.5h3l1.6 4.2-2 1.5a12 12 0 0 0 5.7 5.7l1.5-2 4.2 1.6v3c0 .8-.7 1.5-1.5 1.5A14.5 14.5 0 0 1 4 6c0-.8.7-1.5 1.5-1.5z"],
  down: ["M6 9.5l6 6 6-6"],
  back: ["M14.5 6l-6 6 6 6"],
  out: ["M8 16l8-8", "M9.5 8H16v6.5"],
  save: ["M12 5v9.5", "M8 10.5l4 4 4-4", "M5.5 19h13"],
  check: ["M5.5 12.5l4.200 4.200L18.5 8"],
  tick: ["M5 12.5l4.500 4.500L19 7.500"],
  ticks: ["M2 12.5l4.500 4.500L15 8", "M11.5 16.200l.8.8L22 7.500"],
  up: ["M6 14.5l6-6 6 6"],
  fold: ["M9 6l6 6-6 6"],
  bot: ["M6.5 9h11a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2h-11a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2z", "M12 9V5.5", "M9.5 13.5v1", "M14.5 13.5v1"],
  hand: ["M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z", "M5 19.5c.8-3.200 3.600-5 7-5s6.200 1.800 7 5"],
  note: ["M6 4.5h12v10l-5 5H6z", "M13 19.5v-5h5"],
  car: ["M5 16.5v-4l2-5.5h10l2 5.5v4z", "M5 12.5h14", "M7.5 16.5v2", "M16.5 16.5v2"],
  card: ["M12 11.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z", "M6.5 18.5c.6-2.700 2.800-4 5.5-4s4.900 1.300 5.5 4"],
  star: ["M12 4.2l2.400 4.900 5.400.8-3.900 3.800.9 5.300-4.800-2.500-4.800 2.500.9-5.300L4.200 9.900l5.400-.8z"],
  sms: ["M8 4h8a1.5 1.5 0 0 1 1.500 1.500v13A1.5 1.5 0 0 1 16 20H8a1.5 1.5 0 0 1-1.500-1.500v-13A1.5 1.5 0 0 1 8 4z", "M11 17h2"],
  mail: ["M4.500 6.500h15v11h-15z", "M4.500 7.500l7.500 6 7.500-6"],
  eye: ["M3 12c2-3.700 5.200-5.800 9-5.800s7 2.100 9 5.800c-2 3.700-5.200 5.800-9 5.800S5 15.700 3 12z", "M12 14.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600z"],
  clock: ["M12 19.500a7.500 7.500 0 1 0 0-15 7.500 7.500 0 0 0 0 15z", "M12 8v4.300l2.700 1.700"],
  clip: ["M18.5 11l-6.800 6.800a4 4 0 0 1-5.700-5.700l7.200-7.200a2.700 2.700 0 0 1 3.800 3.800l-7.100 7.100a1.350 1.350 0 0 1-1.900-1.900l6.300-6.300"],
  alert: ["M12 5l8 14H4z", "M12 10.5v3.5", "M12 16.5v.1"],
};

/** Show `items` in `parent`, keeping the elements of those whose `key` and content did not change. */
export function reconcile(parent, items, make, signature = JSON.stringify) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let at = parent.firstElementChild;
  for (const item of items) {
    const sign = signature(item);
    let child = old.get(item.key);
    if (!child || child.sign !== sign) {
      const fresh = make(item);
      fresh.dataset.key = item.key;
      fresh.sign = sign;
      if (child) {
        if (at === child) at = fresh;
        child.replaceWith(fresh);
        old.delete(item.key);
      }
      child = fresh;
    } else old.delete(item.key);
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
  for (const child of old.values()) if (child.parentNode === parent) child.remove();
}
