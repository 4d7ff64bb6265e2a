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

  #onKey(event) {
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
    } else if (event.key === "Tab" && this.#box.getAttribute("role") === "menu") this.close();
  }
}

/** One choice of a menu. */
export function choice({ text, note = "", isOn = null, lamp = null, onpick }) {
  return el(
    "button",
    { type: "button", class: "menu-item", role: isOn === null ? "menuitem" : "menuitemradio", "aria-checked": isOn === null ? null : String(isOn), on: { click: onpick } },
    lamp !== null && el("span", { class: `lamp${lamp ? " on" : ""}`, "aria-hidden": "true" }),
    el("span", { class: "menu-text" }, text, lamp ? el("span", { class: "visually-hidden", text: " online" }) : null),
    note && el("span", { class: "menu-note", text: note }),
  );
}
