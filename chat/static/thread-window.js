/**
 * Which rows of a long thread are near, by arithmetic alone: heights as measured, or estimated until then. No page here.
 * All lengths are CSS pixels, `y` counts from the top of the first row.
 */

const GAP_ROW = 58; // what an entry that is not here yet takes
const CANDIDATES = 6;

export class RowWindow {
  rows = [];

  #estimate;
  #heights = new Map();
  #places = new Map(); // key → index
  #tops = new Float64Array(1);
  #stale = true;

  /** `estimate(row)`: the height of a row that was not measured. */
  constructor(estimate) {
    this.#estimate = estimate;
  }

  /** These are the rows now. */
  show(rows) {
    this.rows = rows;
    this.#places = new Map(rows.map(({ key }, at) => [key, at]));
    this.#stale = true;
  }

  /** The width changed, or another conversation begins: nothing measured holds. */
  forget() {
    this.#heights.clear();
    this.#stale = true;
  }

  /** A row was measured. Returns whether that is news. */
  measured(key, height) {
    if (Math.abs((this.#heights.get(key) ?? -1) - height) < 0.02) return false;
    this.#heights.set(key, height);
    this.#stale = true;
    return true;
  }

  /** The height of all rows. */
  get total() {
    return this.top(this.rows.length);
  }

  /** Where row `at` begins; for the number of rows, where the last one ends. */
  top(at) {
    if (this.#stale) this.#add();
    return this.#tops[at];
  }

  /** The index of the row with this key, or -1. */
  indexOf(key) {
    return this.#places.get(key) ?? -1;
  }

  /** The index of the row at `y`; the first or last one beyond the ends. */
  at(y) {
    if (this.#stale) this.#add();
    let [low, high] = [0, this.rows.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle] <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The rows between two heights as [first, end): end is not among them. */
  between(from, to) {
    return this.rows.length ? [this.at(from), this.at(to) + 1] : [0, 0];
  }

  /** The index of the row that shows this number, or of the gap that it is in; -1 when neither is here. */
  find(seq) {
    return this.rows.findIndex((row) => (row.kind === "gap" ? row.from <= seq && seq <= row.to : row.seq === seq));
  }

  /** What is read at `y`, so that it can be kept in its place: rows that may be held on to, the topmost first. */
  anchor(y, height) {
    const [first, end] = this.between(y, y + height);
    const held = [];
    for (let at = first; at < end && held.length < CANDIDATES; at += 1) {
      const row = this.rows[at];
      if (row.kind === "message" || row.kind === "line") held.push({ key: row.key, below: this.top(at) - y });
    }
    return { held, seq: held.length ? null : this.#seqAt(first, y), y };
  }

  /** Where the top of the view has to be for the anchor to be where it was. */
  resolve({ held, seq, y }) {
    const found = held.find(({ key }) => this.#places.has(key));
    if (found) return this.top(this.#places.get(found.key)) - found.below;
    const at = seq === null ? -1 : this.find(seq);
    return at < 0 ? y : this.top(at) + (this.rows[at].kind === "gap" ? (seq - this.rows[at].from) * GAP_ROW : 0);
  }

  /**
   * What is to be fetched for a view of this `height` at `y`, as the payload of `history`, or null. The end of a gap
   * that is near is filled first; in the midst of one, what is read there.
   */
  wanted(y, height, limit = 100) {
    const [first, end] = this.between(y - height, y + 2 * height);
    for (let at = end - 1; at >= first; at -= 1) {
      const row = this.rows[at];
      if (row.kind === "gap") return { before: this.#before(row, at, y, height, limit), limit };
    }
    return null;
  }

  #before({ from, to }, at, y, height, limit) {
    if (this.top(at + 1) <= y + 2 * height) return to + 1;
    if (this.top(at) >= y - height) return Math.min(to + 1, from + limit);
    return Math.min(to + 1, this.#seqAt(at, y) + (limit >> 1));
  }

  #seqAt(at, y) {
    const row = this.rows[at];
    if (row?.kind !== "gap") return null;
    return Math.min(row.to, row.from + Math.max(0, Math.floor((y - this.top(at)) / GAP_ROW)));
  }

  #heightOf(row) {
    if (row.kind === "gap") return row.count * GAP_ROW;
    return this.#heights.get(row.key) ?? this.#estimate(row);
  }

  #add() {
    const tops = new Float64Array(this.rows.length + 1);
    this.rows.forEach((row, at) => (tops[at + 1] = tops[at] + this.#heightOf(row)));
    this.#tops = tops;
    this.#stale = false;
  }
}

/** The height of a gap's row. */
export function gapHeight({ count }) {
  return count * GAP_ROW;
}

/** A guess at a row's height in a thread that is `width` wide: near enough that the scroll bar does not lie. */
export function estimateRow(row, width) {
  if (row.kind === "day") return 52;
  if (row.kind !== "message") return 36;
  const letters = Math.max(12, Math.min(width * 0.85, 544) / 7.6);
  const lines = (row.text || "").split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / letters)), 0);
  const named = row.first ? 38 : 3;
  const extras = (row.links.length ? 40 : 0) + (row.buttons.length ? 36 : 0) + (row.attachments.length ? 180 : 0);
  return named + 18 + lines * 21.6 + extras;
}
