/**
 * What was written and is not yet acknowledged. Each message keeps its `ref` and lies in the browser's storage under a
 * key of its own, so that it outlives a reload and two tabs never overwrite each other; sent twice, it is stored once.
 */
export const MAX_TEXT = 4000;
const KEPT_FOR = 24 * 60 * 60 * 1000;

export class Outbox {
  #items = [];
  #count = 0;

  /**
   * `storage`: a Storage (see keep.js); `prefix`: whose outbox; `now` and `newRef` are handed in for tests.
   */
  constructor({ storage, prefix, now = Date.now, newRef = () => crypto.randomUUID() }) {
    this.storage = storage;
    this.prefix = prefix;
    this.now = now;
    this.newRef = newRef;
    this.#load();
  }

  /** Everything not yet acknowledged, in the order it was written. State: "waiting", "sending" or "failed". */
  get items() {
    return this.#items;
  }

  /** Keep a new message: `{text?, payload?, ...}`. `owner` says who wrote it (see `isFor`). */
  add(body, owner = {}) {
    const item = { ref: this.newRef(), body, owner, at: this.now(), order: ++this.#count, state: "waiting" };
    this.#items.push(item);
    this.#save(item);
    return item;
  }

  /** The next message to send, or undefined. A failed one stays until `retry`; it does not hold up the others. */
  next(isFor = () => true) {
    return this.#items.find((item) => item.state !== "failed" && isFor(item));
  }

  /** Set how far it is. `error` is the refusal's code, on "failed". */
  mark(ref, state, error = null) {
    const item = this.#items.find((one) => one.ref === ref);
    if (!item) return;
    item.state = state;
    item.error = error;
    if (state === "failed" || state === "waiting") this.#save(item);
  }

  /** Try a failed message again, with the ref it has. */
  retry(ref) {
    this.mark(ref, "waiting");
  }

  /** It is stored (or given up): forget it. */
  remove(ref) {
    this.#items = this.#items.filter((item) => item.ref !== ref);
    this.storage.removeItem(this.#key(ref));
  }

  /** Forget those that the log has already: their ack was lost, or another tab sent them. */
  settle(messages) {
    for (const { ref } of messages) if (ref && this.#items.some((item) => item.ref === ref)) this.remove(ref);
  }

  #key(ref) {
    return `${this.prefix}:${ref}`;
  }

  #save({ state, error, ...item }) {
    this.storage.setItem(this.#key(item.ref), JSON.stringify({ ...item, failed: state === "failed" ? (error ?? "") : null }));
  }

  #load() {
    const keys = Array.from({ length: this.storage.length }, (_, at) => this.storage.key(at));
    for (const key of keys.filter((one) => one.startsWith(`${this.prefix}:`))) {
      const item = parseItem(this.storage.getItem(key));
      if (!item || item.at < this.now() - KEPT_FOR) this.storage.removeItem(key);
      else this.#items.push(item);
    }
    this.#items.sort((a, b) => a.at - b.at || a.order - b.order);
    this.#count = Math.max(0, ...this.#items.map((item) => item.order));
  }
}

/** A kept item from its text, or null where the text is none of ours. */
function parseItem(text) {
  try {
    const { ref, body, owner, at, order, failed } = JSON.parse(text);
    if (typeof ref !== "string" || typeof body !== "object" || typeof at !== "number") return null;
    const state = typeof failed === "string" ? "failed" : "waiting";
    return { ref, body, owner: owner ?? {}, at, order: order ?? 0, state, error: failed || null };
  } catch {
    return null;
  }
}

/** Why `text` cannot be sent: "empty", "too_long", or null when it can. */
export function problemWith(text) {
  if (text.trim() === "") return "empty";
  return [...text].length > MAX_TEXT ? "too_long" : null;
}
