/**
 * The list that opens while one writes in a field: chosen from by arrow keys, taken by Enter or Tab, closed by Escape.
 * The focus stays in the field, which names the option that is active.
 */
import { el } from "./dom.js";

export class Picker {
  #options = [];
  #active = 0;
  #dismissed = null; // where the list was closed by Escape: not opened again for the same call

  /**
   * `field`; `list`, an empty `ul role=listbox`; `find()` gives `{label, from, options: [{key, title, detail, pick()}]}`
   * or null; `say(text)` reads out.
   */
  constructor({ field, list, find, say }) {
    Object.assign(this, { field, list, find, say });
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.form.addEventListener("keydown", (event) => this.#onKey(event), { capture: true });
    field.addEventListener("input", () => this.look());
    field.addEventListener("click", () => this.look());
    field.addEventListener("blur", () => this.close());
    list.addEventListener("mousedown", (event) => this.#onPress(event));
  }

  get isOpen() {
    return !this.list.hidden;
  }

  /** Open, narrow or close the list by what is written. */
  look() {
    const found = this.find();
    if (!found) this.#dismissed = null;
    if (!found || found.from === this.#dismissed || !found.options.length) return this.close();
    const wasOpen = this.isOpen;
    this.#options = found.options;
    this.#active = 0;
    this.from = found.from;
    this.list.setAttribute("aria-label", found.label);
    this.list.replaceChildren(...found.options.map((option, at) => this.#option(option, at)));
    this.list.hidden = false;
    this.#mark();
    if (!wasOpen) this.say(`${found.label}: ${found.options.length}. Arrow keys choose, Enter takes, Escape closes.`);
  }

  close() {
    this.list.hidden = true;
    this.#options = [];
    this.field.removeAttribute("aria-activedescendant");
  }

  #option({ title, detail, key }, at) {
    return el("li", { id: `${this.list.id}-${at}`, class: "option", role: "option", "aria-selected": "false", "data-at": at }, el("span", { class: "option-top" }, el("span", { class: "option-title", text: title }), key && el("kbd", { text: key })), detail && el("span", { class: "option-detail", text: detail }));
  }

  #mark() {
    [...this.list.children].forEach((child, at) => child.setAttribute("aria-selected", String(at === this.#active)));
    const active = this.list.children[this.#active];
    active?.scrollIntoView({ block: "nearest" });
    if (active) this.field.setAttribute("aria-activedescendant", active.id);
  }

  #onKey(event) {
    if (!this.isOpen || event.isComposing || event.target !== this.field) return;
    const last = this.#options.length - 1;
    const moves = { ArrowDown: this.#active === last ? 0 : this.#active + 1, ArrowUp: this.#active === 0 ? last : this.#active - 1 };
    if (event.key in moves) {
      this.#active = moves[event.key];
      this.#mark();
    } else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) this.#take(this.#active);
    else if (event.key === "Escape") {
      this.#dismissed = this.from;
      this.close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #onPress(event) {
    event.preventDefault(); // the focus stays in the field
    const option = event.target.closest("[data-at]");
    if (option) this.#take(Number(option.dataset.at));
  }

  #take(at) {
    const option = this.#options[at];
    this.close();
    option?.pick();
  }
}
