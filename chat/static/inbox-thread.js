/**
 * A thread of any length in a scrolling element: only what is near is in the page, and what is read stays where it is
 * whatever is added above or below. Which rows are near is `RowWindow`'s to say.
 */
import { reconcile } from "./dom.js";
import { gapHeight, RowWindow, estimateRow } from "./thread-window.js";

const NEAR_END = 48;
const SETTLE_AFTER = 160; // milliseconds after the last scroll event: writing `scrollTop` earlier would stop a fling
const LEAST_BEYOND = 600;
const SLACK = 200;

export class ThreadPane {
  #window;
  #drift = 0; // by how much the rows lie lower than they should: what is owed to `scrollTop` until the scrolling ends
  #base = 0;
  #width = 0;
  #height = 0;
  #shown = [0, 0];
  #stuck = true;
  #scrolling = false;
  #timer = null;

  /** `scroll` and in it `list`; `make(row)` gives a row's element; `onmove()` after what is seen has changed. */
  constructor({ scroll, list, make, onmove = () => {} }) {
    Object.assign(this, { scroll, list, onmove });
    this.#window = new RowWindow((row) => estimateRow(row, this.#width || 700));
    this.make = (row) => this.#makeRow(row, make);
    scroll.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    scroll.addEventListener("keydown", (event) => this.#onKey(event));
    const sizes = new ResizeObserver(() => this.#onResize());
    sizes.observe(scroll);
    sizes.observe(list);
  }

  /** Whether the reader is at the end. */
  get atEnd() {
    return this.#stuck;
  }

  /** Another conversation: nothing is known of it, and one begins at its end. */
  begin() {
    this.#window.forget();
    this.#window.show([]);
    this.#stuck = true;
    this.#drift = 0;
  }

  /** These are the rows now. What is read stays in its place; at the end one stays at the end. */
  show(rows) {
    const anchor = this.#anchor();
    this.#window.show(rows);
    this.#draw(anchor, true);
  }

  /** Go to the end. */
  toEnd() {
    this.#stuck = true;
    this.#draw(null, true);
    this.onmove();
  }

  /** Go to the very beginning. */
  toStart() {
    this.#stuck = false;
    this.#scrolling = false;
    this.#draw({ held: [], seq: null, y: 0 }, true);
    this.onmove();
  }

  /** Bring the row with this number into the middle. Returns its element, or null where it is not here. */
  center(seq) {
    const at = this.#window.rows.findIndex((row) => row.seq === seq);
    if (at < 0) return null;
    const row = this.#window.rows[at];
    return this.#bring(row, (this.scroll.clientHeight - (this.#window.top(at + 1) - this.#window.top(at))) / 2);
  }

  /** Bring the mark of what is new, or any other row by its key, near the top. Returns its element, or null. */
  bring(key) {
    const at = this.#window.indexOf(key);
    return at < 0 ? null : this.#bring(this.#window.rows[at], 24);
  }

  /** Whether the row with this key lies above what is seen. */
  isAbove(key) {
    const at = this.#window.indexOf(key);
    return at >= 0 && this.#window.top(at + 1) <= this.#y;
  }

  /** What of the conversation is to be fetched for what is seen now: the payload of `history`, or null. */
  get wanted() {
    return this.scroll.clientHeight ? this.#window.wanted(this.#y, this.scroll.clientHeight) : null;
  }

  get #y() {
    return this.scroll.scrollTop - this.#base - this.#drift;
  }

  #anchor() {
    return this.#stuck ? null : this.#window.anchor(this.#y, this.scroll.clientHeight);
  }

  #bring(row, below) {
    this.#stuck = false;
    this.#scrolling = false;
    this.#draw({ held: [{ key: row.key, below }], seq: null, y: this.#y }, true);
    this.#look();
    this.onmove();
    return [...this.list.children].find((child) => child.dataset.key === row.key) ?? null;
  }

  /** Home and End go there at once: on the browser's own way what is read would be kept in its place, and it ends early. */
  #onKey(event) {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (altKey || ctrlKey || metaKey || shiftKey || (key !== "Home" && key !== "End")) return;
    event.preventDefault();
    if (key === "Home") this.toStart();
    else this.toEnd();
  }

  #onScroll() {
    this.#look();
    this.#scrolling = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#scrolling = false;
      if (!this.#stuck) this.#draw(this.#anchor(), true);
    }, SETTLE_AFTER);
    this.#draw(this.#anchor(), false);
    this.onmove();
  }

  /** The window, the composer, a picture that has arrived: whatever changed, what is read stays. */
  #onResize() {
    const { clientHeight, clientWidth } = this.scroll;
    if (!clientHeight) return;
    const anchor = this.#anchor();
    let isNews = clientHeight !== this.#height;
    this.#height = clientHeight;
    if (clientWidth !== this.#width) {
      this.#width = clientWidth;
      this.#window.forget();
      isNews = true;
    }
    if (this.#measure() || isNews) this.#draw(anchor, true);
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    this.#stuck = scrollHeight - scrollTop - clientHeight <= NEAR_END;
  }

  /** Bring the page to the rows near `anchor` (null: the end). Unless `always`, nothing is done while enough is there. */
  #draw(anchor, always) {
    const high = this.scroll.clientHeight;
    if (!high) return;
    const beyond = Math.max(LEAST_BEYOND, high);
    const was = this.scroll.scrollTop; // rows that go may shorten what can be scrolled: the browser then moves it
    this.#base = this.list.getBoundingClientRect().top - this.scroll.getBoundingClientRect().top + was;
    for (let tries = 0; tries < 5; tries += 1) {
      const y = anchor ? this.#window.resolve(anchor) : this.#window.total - high;
      if (!always && tries === 0 && this.#covers(y, high, beyond - SLACK)) return;
      this.#place(this.#window.between(y - beyond, y + high + beyond));
      if (!this.#measure()) break;
    }
    this.#pin(anchor, was);
  }

  #covers(y, high, beyond) {
    const [first, end] = this.#window.between(y - beyond, y + high + beyond);
    return this.#shown[0] <= first && end <= this.#shown[1];
  }

  #place([first, end]) {
    const had = this.list.contains(document.activeElement);
    this.#shown = [first, end];
    // What can be scrolled is never short while rows come and go: the browser would move it, and end a smooth scroll.
    this.list.style.paddingBottom = `${this.#window.total + this.scroll.clientHeight}px`;
    reconcile(this.list, this.#window.rows.slice(first, end), this.make, (row) => row);
    if (had && !this.list.contains(document.activeElement)) this.scroll.focus({ preventScroll: true });
  }

  #measure() {
    let isNews = false;
    for (const child of this.list.children) {
      if (child.sign.kind !== "gap") isNews = this.#window.measured(child.dataset.key, child.getBoundingClientRect().height) || isNews;
    }
    return isNews;
  }

  /** Put the rows where they belong without moving what is read. */
  #pin(anchor, was) {
    const [first, end] = this.#shown;
    const before = this.#window.top(first);
    const pad = () => {
      this.list.style.paddingTop = `${Math.max(0, before + this.#drift)}px`;
      this.list.style.paddingBottom = `${this.#window.total - this.#window.top(end)}px`;
    };
    if (!anchor) {
      this.#drift = 0;
      pad();
      this.scroll.scrollTop = this.scroll.scrollHeight;
      return;
    }
    const y = this.#window.resolve(anchor);
    this.#drift = was - this.#base - y;
    if (this.#scrolling && before + this.#drift >= 0) {
      pad();
      if (this.scroll.scrollTop !== was) this.scroll.scrollTop = was;
      return;
    }
    this.#drift = 0;
    pad();
    this.scroll.scrollTop = Math.max(0, this.#base + y);
    const left = this.scroll.scrollTop - this.#base - y;
    if (Math.abs(left) < 1) this.#drift = left; // a fraction of a pixel; more is the end of what can be scrolled
  }

  #makeRow(row, make) {
    const element = make(row);
    if (row.kind === "gap") element.style.height = `${gapHeight(row)}px`;
    return element;
  }
}
