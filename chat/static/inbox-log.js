/**
 * The log of a conversation as staff read it: the newest part as in `MessageLog`, and stretches of older entries with
 * gaps between them. Staff see every number, so what is missing is known by the numbers, and a jump to an old message
 * brings what is around it and no more.
 */
import { MessageLog } from "./log.js";

export class StaffLog extends MessageLog {
  #older = []; // stretches before the newest part, oldest first; each in order and without a gap
  #all = null;

  /** All entries that are here, in order; between two whose numbers are apart there are more on the server. */
  get entries() {
    return (this.#all ??= this.#older.length ? [...this.#older.flat(), ...super.entries] : super.entries);
  }

  /** Whether the entry with this number is here. */
  has(seq) {
    return seq >= (super.entries[0]?.seq ?? Infinity) ? seq <= this.last : this.#older.some((stretch) => stretch[0].seq <= seq && seq <= stretch.at(-1).seq);
  }

  /** Where what is new begins for somebody who has not read the entry `from`: with what a client said, if that is here. */
  firstFrom(from) {
    const news = this.entries.filter(({ seq }) => seq >= from);
    const said = news.find(({ seq, author, act }, at) => seq === from + at && author.kind === "client" && !act);
    return (said ?? news[0])?.seq ?? null;
  }

  receive(message) {
    this.#all = null;
    return super.receive(message);
  }

  merge(messages) {
    this.#all = null;
    return super.merge(messages);
  }

  update(messages, rev) {
    this.#all = null;
    for (const stretch of this.#older) for (const message of messages) replaceIn(stretch, message);
    super.update(messages, rev);
  }

  prepend(messages) {
    this.place(messages);
  }

  clear() {
    this.#all = null;
    this.#older = [];
    super.clear();
  }

  /** Take what `history` answered, wherever it belongs. What is here already stays as it is. */
  place(messages) {
    if (!messages.length) return;
    this.#all = null;
    const stretches = [...this.#older, messages.toSorted((a, b) => a.seq - b.seq)].sort((a, b) => a[0].seq - b[0].seq);
    this.#older = [];
    for (const stretch of stretches) this.#put(stretch);
    const [first] = super.entries;
    if (first && this.#older.at(-1).at(-1).seq >= first.seq - 1) super.prepend(this.#older.pop());
  }

  /** The newest part begins anew with these, the entries that were here become older ones: after a long absence. */
  leap(messages) {
    const before = super.entries;
    const { rev } = this;
    super.clear();
    this.rev = rev;
    this.#all = null;
    super.merge(messages);
    this.place(before);
  }

  #put(stretch) {
    const before = this.#older.at(-1);
    if (!before || stretch[0].seq > before.at(-1).seq + 1) this.#older.push([...stretch]);
    else before.push(...stretch.filter(({ seq }) => seq > before.at(-1).seq));
  }
}

function replaceIn(stretch, message) {
  const at = stretch.findIndex(({ seq }) => seq === message.seq);
  if (at >= 0) stretch[at] = message;
}
