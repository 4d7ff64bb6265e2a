/** Menus under a button: a list of choices, or a small form. Arrow keys, Escape and a press elsewhere do what one expects. */
import { el } from "./dom.js";

export class Menu {
  #box;

  /** `button` opens it; `fill(box, close)` puts what it holds into it each time; `role`: "menu", or "dialog" for a form; `name`. */
  constructor({ button, fill, role = "menu", name }) {
    Object.assign(this, { button, fill });
    this.#box = el("div", { class: "menu", role, "aria-label": name, hidden: true });
    button.setAttribute("aria-haspopup", role);
    button.setAttribute("aria-expanded", "false");
    button.after(this.#box);
    button.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
    document.addEventListener("pointerdown", ({ target }) => this.isOpen && !this.#box.contains(target) && !button.contains(target) && this.close(false));
    this.#box.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !this.#box.contains(relatedTarget) && relatedTarget !== button && this.close(false));
  }

  get isOpen() {
    return !this.#box.hidden;
  }

  /** Show it, the focus on the first thing in it. */
  open() {
    if (this.button.hidden || this.button.disabled) return;
    this.fill(this.#box, () => this.close());
    this.#box.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    const { right } = this.#box.getBoundingClientRect();
    this.#box.classList.toggle("to-left", right > innerWidth - 8 || this.#box.classList.contains("to-left"));
    this.#focusable()[0]?.focus();
  }

  /** Hide it; the focus goes back to the button unless it is elsewhere already. */
  close(returnsFocus = true) {
    if (!this.isOpen) return;
    this.#box.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (returnsFocus) this.button.focus();
  }

  #focusable() {
    return [...this.#box.querySelectorAll("button, input, a[href], select")].filter((one) => !one.disabled && !one.hidden && one.offsetParent !== null);
  }

  /** In a menu a letter goes to the next choice that begins with it. */
  #toLetter(event) {
    const all = this.#focusable();
    const at = all.indexOf(document.activeElement);
    const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    const found = order.find((one) => one.querySelector(".menu-text")?.textContent.toLowerCase().startsWith(event.key.toLowerCase()));
    if (!found) return;
    found.focus();
    event.preventDefault();
  }

  #onKey(event) {
    const isMenu = this.#box.getAttribute("role") === "menu";
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      this.close();
    } else if (step && event.target.type !== "datetime-local") {
      const all = this.#focusable();
      const at = all.indexOf(document.activeElement);
      all[(at + step + all.length) % all.length]?.focus();
      event.preventDefault();
    } else if (isMenu && (event.key === "Home" || event.key === "End")) {
      this.#focusable().at(event.key === "Home" ? 0 : -1)?.focus();
      event.preventDefault();
    } else if (isMenu && event.key === "Tab") this.close();
    else if (isMenu && /^[\p{L}\p{N}]$/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) this.#toLetter(event);
  }
}

/** One choice of a menu. */
export function choice({ text, note = "", isOn = null, lamp = null, onpick }) {
  return el(
    "button",
    { type: "button", class: "menu-item", role: isOn === null ? "menuitem" : "menuitemradio", "aria-checked": isOn === null ? null : String(isOn), on: { click: onpick } },
    el("span", { class: `lamp${lamp === null ? " none" : lamp ? " on" : ""}`, "aria-hidden": "true" }),
    el("span", { class: "menu-text" }, text, lamp ? el("span", { class: "visually-hidden", text: " online" }) : null),
    note && el("span", { class: "menu-note", text: note }),
  );
}
