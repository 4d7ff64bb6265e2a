/** The search field above the list: looks while one types, says how much was found, and leads into the list. */
import { foundWords } from "./inbox-words.js";

const SEARCH_AFTER = 200; // ms after the last key

export class SearchField {
  #timer = null;
  #asking = Promise.resolve();

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

  /** Look for what the field says now, if that is not what is shown. Resolves when it is there. */
  #run() {
    clearTimeout(this.#timer);
    if (this.field.value.trim() !== this.desk.query) this.#asking = this.desk.search(this.field.value).catch(() => {});
    return this.#asking;
  }

  #onKey(event) {
    if (event.key === "Escape" && this.field.value) {
      this.reset();
      event.stopPropagation();
    } else if (event.key === "Enter") this.#withFirst(({ id }) => this.desk.query && this.onopen(id, this.desk.hits[id]?.seq ?? null));
    else if (event.key === "ArrowDown") this.#withFirst(({ id }) => this.onlist(id));
    else return;
    event.preventDefault();
  }

  /** Whoever types fast and presses Enter means what they have typed, not what was found before. */
  async #withFirst(act) {
    const said = this.field.value;
    await this.#run();
    const [first] = this.desk.list;
    if (first && this.field.value === said) act(first);
  }
}
