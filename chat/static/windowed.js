/**
 * A long list of which only what is near is on the page. Heights follow from the rows' content, so nothing is measured
 * and nothing jumps: the list has the height of all, by its padding.
 */
import { reconcile } from "./dom.js";

const AROUND = 8; // rows kept above and below what is seen
const AHEAD = 60; // rows before the end at which more is asked for

/** Where each row begins: offsets[i] is the top of row i, offsets.at(-1) the height of all. */
export function offsetsOf(heights) {
  const offsets = new Float64Array(heights.length + 1);
  for (let index = 0; index < heights.length; index += 1) offsets[index + 1] = offsets[index] + heights[index];
  return offsets;
}

/** The index of the row that holds this height; the last one below all. */
export function rowAt(offsets, top) {
  let low = 0;
  let high = offsets.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (offsets[middle] <= top) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** Which rows are to be on the page: [from, until). */
export function windowOf(offsets, top, height, around = AROUND) {
  const count = offsets.length - 1;
  if (count === 0) return [0, 0];
  const from = Math.max(0, rowAt(offsets, Math.max(0, top)) - around);
  const until = Math.min(count, rowAt(offsets, Math.max(0, top + height)) + 1 + around);
  return [from, until];
}

export class Windowed {
  #rows = [];
  #offsets = offsetsOf([]);
  #index = new Map();
  #frame = null;

  /** `scroller` scrolls `list`; `heightOf(row)` in pixels; `make(row)` the element; `onend()` when the end comes near. */
  constructor({ scroller, list, heightOf, make, onend = () => {} }) {
    Object.assign(this, { scroller, list, heightOf, make, onend });
    scroller.addEventListener("scroll", () => this.#soon(), { passive: true });
    addEventListener("resize", () => this.#soon());
  }

  /** How many rows are on the page now. */
  get shown() {
    return this.list.children.length;
  }

  /** Show these rows, each with a `key`. What one looks at stays where it is, except at the very top. */
  render(rows) {
    const top = this.scroller.scrollTop - this.#above;
    const anchor = top > 1 ? this.#rows[rowAt(this.#offsets, top)] : null;
    const before = anchor ? this.#offsets[this.#index.get(anchor.key)] : 0;
    this.#rows = rows;
    this.#offsets = offsetsOf(rows.map((row) => this.heightOf(row)));
    this.#index = new Map(rows.map((row, index) => [row.key, index]));
    this.#draw();
    const at = anchor ? this.#index.get(anchor.key) : undefined;
    if (at !== undefined && this.#offsets[at] !== before) {
      this.scroller.scrollTop += this.#offsets[at] - before;
      this.#draw();
    }
  }

  /** Scroll as little as needed for this row to be seen. */
  reveal(key) {
    const index = this.#index.get(key);
    if (index === undefined) return;
    const top = this.#above + this.#offsets[index];
    const bottom = this.#above + this.#offsets[index + 1];
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.scroller.scrollTop = bottom - clientHeight;
    this.#draw();
  }

  /** To the beginning, for another list. */
  toTop() {
    this.scroller.scrollTop = 0;
  }

  get #above() {
    return this.list.offsetTop; // the scroller is positioned
  }

  #soon() {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      this.#draw();
    });
  }

  #draw() {
    const { scrollTop, clientHeight } = this.scroller;
    const [from, until] = windowOf(this.#offsets, scrollTop - this.#above, clientHeight);
    this.list.style.paddingTop = `${this.#offsets[from]}px`;
    this.list.style.paddingBottom = `${this.#offsets.at(-1) - this.#offsets[until]}px`;
    const count = this.#rows.length;
    const near = this.#rows.slice(from, until).map((row, index) => ({ ...row, place: from + index + 1, count }));
    reconcile(this.list, near, this.make);
    if (count && until >= count - AHEAD) this.onend();
  }
}
