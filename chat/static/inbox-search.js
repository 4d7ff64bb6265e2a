/** The search field above the list: looks while one types, says how much was found, and leads into the list. */
import { foundWords } from "./inbox-words.js";

const SEARCH_AFTER = 200; // ms after the last key

export class SearchField {
  #timer = null;

  /** Elements `field`, `clear`, `told`; `desk`; `onopen(id, seq)`, `onlist()`: the focus is to go into the list. */
  constructor({ field, clear, told, desk, onopen, onlist }) {
    Object.assign(this, { field, clearButton: clear, told, desk, onopen, onlist });
    field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#run(), SEARCH_AFTER);
      clear.hidden = field.value === "";
    });
    field.addEventListener("keydown", (event) => this.#onKey(event));
    clear.addEventListener("click", () => this.reset());
  }

  /** Begin to search. */
  start() {
    this.field.focus();
    this.field.select();
  }

  /** Empty the field; the desk is told by whoever does so. */
  clear() {
    clearTimeout(this.#timer);
    this.field.value = "";
    this.clearButton.hidden = true;
  }

  /** Look for nothing any more, and stay in the field. */
  reset() {
    this.clear();
    this.#run();
    this.field.focus();
  }

  /** Say what was found. */
  render() {
    const { desk } = this;
    const said = desk.query && !desk.loading && desk.list.length ? foundWords(desk) : "";
    if (this.told.textContent !== said) this.told.textContent = said;
    this.told.hidden = !said;
  }

  #run() {
    clearTimeout(this.#timer);
    if (this.field.value.trim() !== this.desk.query) this.desk.search(this.field.value).catch(() => {});
  }

  #onKey(event) {
    const { desk, field } = this;
    const [first] = desk.list;
    if (event.key === "Escape" && field.value) {
      this.reset();
      event.stopPropagation();
    } else if (event.key === "Enter") {
      if (first && desk.query && !desk.loading && field.value.trim() === desk.query) this.onopen(first.id, desk.hits[first.id]?.seq ?? null);
      else this.#run();
    } else if (event.key === "ArrowDown") {
      if (first) this.onlist(first.id);
    } else return;
    event.preventDefault();
  }
}
