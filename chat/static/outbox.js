/**
 * What was written and is not yet acknowledged. Each message keeps its `ref` and lies in the browser's storage under a
 * key of its own, so that it outlives a reload and two tabs never overwrite each other; sent twice, it is stored once.
 */
export const MAX_TEXT = 4000;
const KEPT_FOR = 24 * 60 * 60 * 1000;

export class Outbox {
  #items = [];
  #count = 0;
  /** Something that waited for its files may go now, or failed. */
  onmoved = () => {};
  /** These files are waited for; these are not any more (see uploads.js). */
  onwanted = () => {};
  ongone = () => {};

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

  /**
   * Everything not yet acknowledged, in the order it was written. State: "uploading" (its files are on their way),
   * "waiting", "sending" or "failed".
   */
  get items() {
    return this.#items;
  }

  /** Keep a new message: `{text?, payload?, attachments?: files, ...}`. `owner` says who wrote it (see `isFor`). */
  add(body, owner = {}) {
    const item = { ref: this.newRef(), body, owner, at: this.now(), order: ++this.#count, state: stateFor(body) };
    this.#items.push(item);
    this.#save(item);
    if (item.state === "uploading") this.onwanted(body.attachments);
    return item;
  }

  /**
   * The next message to send, or undefined. A failed one stays until `retry`, and one whose files are on their way
   * until they are there; neither holds up the others.
   */
  next(isFor = () => true) {
    return this.#items.find((item) => item.state !== "failed" && item.state !== "uploading" && isFor(item));
  }

  /** A file is on the server: the messages that have it may go, once all their files are there. */
  fileStored(file) {
    for (const item of this.#withFile(file)) {
      Object.assign(item.body.attachments.find(({ key }) => key === file.key), file);
      if (item.state === "uploading") item.state = stateFor(item.body);
      this.#save(item);
    }
    this.onmoved();
  }

  /** A file cannot be sent: nor can the messages that have it. */
  fileFailed(file, error) {
    for (const { ref } of this.#withFile(file)) this.mark(ref, "failed", error);
    this.onmoved();
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
    const item = this.#items.find((one) => one.ref === ref);
    if (!item) return;
    this.mark(ref, stateFor(item.body));
    if (item.state === "uploading") this.onwanted(item.body.attachments);
  }

  /** It is stored (or given up): forget it. */
  remove(ref) {
    const files = this.#items.find((item) => item.ref === ref)?.body.attachments;
    if (files) this.ongone(files);
    this.#items = this.#items.filter((item) => item.ref !== ref);
    this.storage.removeItem(this.#key(ref));
  }

  /** Forget those that the log has already: their ack was lost, or another tab sent them. */
  settle(messages) {
    for (const { ref } of messages) if (ref && this.#items.some((item) => item.ref === ref)) this.remove(ref);
  }

  #withFile({ key }) {
    return this.#items.filter(({ body }) => body.attachments?.some((file) => file.key === key));
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

/** Whether a message can go, or waits for its files. */
function stateFor({ attachments = [] }) {
  return attachments.some(({ id }) => !id) ? "uploading" : "waiting";
}

/** What goes over the line: files by their ids. */
export function onTheWire({ attachments, ...body }) {
  return attachments?.length ? { ...body, attachments: attachments.map(({ id }) => id) } : body;
}

/** A kept item from its text, or null where the text is none of ours. */
function parseItem(text) {
  try {
    const { ref, body, owner, at, order, failed } = JSON.parse(text);
    if (typeof ref !== "string" || typeof body !== "object" || typeof at !== "number") return null;
    const state = typeof failed === "string" ? "failed" : stateFor(body);
    return { ref, body, owner: owner ?? {}, at, order: order ?? 0, state, error: failed || null };
  } catch {
    return null;
  }
}

/** Why `text` cannot be sent: "empty" (where no file goes with it), "too_long", or null when it can. */
export function problemWith(text, hasFiles = false) {
  if (text.trim() === "") return hasFiles ? null : "empty";
  return [...text].length > MAX_TEXT ? "too_long" : null;
}
