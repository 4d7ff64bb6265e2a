/**
 * A long list of which only what is near is on the page. Heights follow from the items, so nothing is measured
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

/** Where the item with this id is, looked for from `near` outwards, for it has hardly moved; -1 where it is not. */
export function indexNear(items, id, near) {
  const last = items.length - 1;
  for (let away = 0; near - away >= 0 || near + away <= last; away += 1) {
    if (items[near - away]?.id === id) return near - away;
    if (items[near + away]?.id === id) return near + away;
  }
  return -1;
}

export class Windowed {
  #items = [];
  #offsets = offsetsOf([]);
  #frame = null;

  /**
   * `scroller` scrolls `list`; `heightOf(item)` in pixels; `rowOf(item, index)` all that is shown of an item, asked for
   * what is near only; `make(row)` its element; `onend()` when the end comes near. An item has an `id`.
   */
  constructor({ scroller, list, heightOf, rowOf, make, onend = () => {} }) {
    Object.assign(this, { scroller, list, heightOf, rowOf, make, onend });
    scroller.addEventListener("scroll", () => this.#soon(), { passive: true });
    addEventListener("resize", () => this.#soon());
  }

  /** How many whole rows fit into what is seen. */
  get page() {
    const { scrollTop, clientHeight } = this.scroller;
    const top = scrollTop - this.#above;
    return Math.max(1, rowAt(this.#offsets, top + clientHeight) - rowAt(this.#offsets, Math.max(0, top)) - 1);
  }

  /** Show these items. The same array as before: only what their rows say may have changed. What one looks at stays where it is, except at the very top. */
  render(items) {
    if (items !== this.#items) this.#take(items);
    this.#draw();
  }

  /** Scroll as little as needed for the item with this id to be seen. */
  reveal(id) {
    const index = this.#items.findIndex((one) => one.id === id);
    if (index < 0) return;
    const top = this.#above + this.#offsets[index];
    const bottom = this.#above + this.#offsets[index + 1];
    const { scrollTop, clientHeight } = this.scroller;
    if (index === 0) this.scroller.scrollTop = 0;
    else if (top < scrollTop) this.scroller.scrollTop = top;
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

  #take(items) {
    const top = this.scroller.scrollTop - this.#above;
    const at = top > 1 ? rowAt(this.#offsets, top) : -1;
    const anchor = this.#items[at];
    const before = this.#offsets[at];
    this.#items = items;
    this.#offsets = offsetsOf(items.map((item) => this.heightOf(item)));
    const now = anchor ? indexNear(items, anchor.id, at) : -1;
    if (now < 0 || this.#offsets[now] === before) return;
    this.#draw(); // the height first: one cannot scroll to what is not there
    this.scroller.scrollTop += this.#offsets[now] - before;
  }

  /** The row that had the focus is made anew, or is no longer near: the list keeps the focus. */
  #hold(id) {
    const row = this.list.querySelector(`li[data-key="${CSS.escape(id)}"] button`);
    (row ?? this.list).focus({ preventScroll: true });
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
    const near = this.#items.slice(from, until).map((item, index) => this.rowOf(item, from + index));
    const held = this.list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.key : null;
    reconcile(this.list, near, this.make);
    if (held && !this.list.contains(document.activeElement)) this.#hold(held);
    if (this.#items.length && until >= this.#items.length - AHEAD) this.onend();
  }
}
