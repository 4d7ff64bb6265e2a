/**
 * The log of one conversation as this peer may see it: ordered, without gaps, nothing twice.
 *
 * Numbers may be missing on the client's side (staff notes and acts take some), so a gap is told by `prev`: the number
 * of the entry before it that this peer may see. A message that comes too early waits until `merge` brings what is
 * missing.
 */
export class MessageLog {
  #entries = [];
  #bySeq = new Map();
  #early = new Map();
  #settled = 0;

  /** The counter of changes to older messages, as the last `sync` told it. */
  rev = 0;

  /** All messages in order. Do not change the array. */
  get entries() {
    return this.#entries;
  }

  /** The number of the last message, 0 when there is none. */
  get last() {
    return this.#entries.at(-1)?.seq ?? 0;
  }

  /** Whether older messages are still on the server. */
  get hasEarlier() {
    return (this.#entries[0]?.prev ?? 0) > 0;
  }

  /** Whether something pushed waits for what came before it. */
  get hasGap() {
    return this.#early.size > 0;
  }

  /** Take a pushed message: "added", "known" (nothing new, perhaps fresher content) or "gap" (call sync). */
  receive(message) {
    if (this.#bySeq.has(message.seq) || message.seq <= this.last) {
      this.#replace(message);
      return "known";
    }
    if (message.prev > this.last) {
      this.#early.set(message.seq, message);
      return "gap";
    }
    this.#append(message);
    this.#takeEarly();
    return "added";
  }

  /** Take what `sync` answered, in order. Returns the messages that are new here. */
  merge(messages) {
    const before = this.last;
    for (const message of messages) {
      if (message.seq > this.last) this.#append(message);
      else this.#replace(message);
    }
    this.#takeEarly();
    return this.#entries.filter((entry) => entry.seq > before);
  }

  /** Put older messages, as `history` answered them, before what is here. */
  prepend(messages) {
    const first = this.#entries[0]?.seq ?? Infinity;
    const older = messages.filter((message) => message.seq < first).sort((a, b) => a.seq - b.seq);
    for (const message of older) this.#bySeq.set(message.seq, message);
    this.#entries = [...older, ...this.#entries];
    return older.length;
  }

  /** Take changed versions of messages that are here already; `rev` is the number of this one change, where it is told. */
  update(messages, rev = 0) {
    for (const message of messages) this.#replace(message);
    if (rev === this.rev + 1) this.rev = rev;
  }

  /** Whether the server knows more than this log: what a `beat` says against what is here. */
  isBehind({ last_seq: lastSeq = 0, rev = 0 }) {
    return lastSeq > Math.max(this.last, this.#settled) || rev > this.rev || this.hasGap;
  }

  /** A sync that began after the server told `lastSeq` brought all there is up to it: it is not news any more. */
  settle(lastSeq) {
    this.#settled = Math.max(this.#settled, lastSeq);
    for (const seq of this.#early.keys()) if (seq <= this.last) this.#early.delete(seq);
  }

  /** Forget everything: another conversation begins. */
  clear() {
    this.#entries = [];
    this.#bySeq.clear();
    this.#early.clear();
    this.#settled = 0;
    this.rev = 0;
  }

  #append(message) {
    this.#entries.push(message);
    this.#bySeq.set(message.seq, message);
  }

  #replace(message) {
    if (!this.#bySeq.has(message.seq)) return;
    const at = this.#entries.findLastIndex((entry) => entry.seq === message.seq);
    this.#entries[at] = message;
    this.#bySeq.set(message.seq, message);
  }

  #takeEarly() {
    for (const seq of [...this.#early.keys()].sort((a, b) => a - b)) {
      const message = this.#early.get(seq);
      if (message.prev > this.last) return;
      this.#early.delete(seq);
      if (seq > this.last) this.#append(message);
    }
  }
}
