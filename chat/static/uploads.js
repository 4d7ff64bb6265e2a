/**
 * Files on their way: each is sent over HTTP as soon as it is chosen, and its message goes once they all are there.
 *
 * A file has a `key`, which is also the upload's own reference: sent again after a lost answer it is the same file. Its
 * bytes lie in the browser (see blobs.js), so that what was not sent outlives a reload. No page here.
 */
import * as timers from "./timers.js";

export const MAX_FILE = 10 * 1024 * 1024;
export const MAX_FILES = 10;
/** What may be sent. HEIC is left out on purpose: asked for these, a phone hands over a JPEG. */
export const TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"];

const ENDINGS = /\.(jpe?g|png|gif|webp|pdf)$/i;
const FIRST_WAIT = 1500;
const LONGEST_WAIT = 20_000;
/** What the server's refusal of a file is called in our words. */
const PROBLEMS = { too_long: "file_too_large", unsupported_type: "file_type" };

/** Why a file cannot be sent: "file_empty", "file_too_large", "file_type", or null when it can. */
export function problemWithFile({ name, type, size }) {
  if (!(TYPES.includes(type) || (!type && ENDINGS.test(name)))) return "file_type";
  if (size > MAX_FILE) return "file_too_large";
  return size === 0 ? "file_empty" : null;
}

export class Uploads {
  #files = new Map(); // key -> {file, blob, state, progress, error, tries, stop}
  #running = null;
  onchange = () => {};
  onprogress = () => {};

  /**
   * `send(blob, {key, name, onprogress, signal})` answers the file as the server has it, or raises `Refusal`; `blobs`:
   * a Blobs; `outbox`: whose messages wait for files; `measure(blob)`: a picture's width and height; `canSend()`.
   */
  constructor({ send, blobs, outbox, measure = async () => ({}), canSend = () => true, newKey = () => crypto.randomUUID(), later = timers.later }) {
    Object.assign(this, { send, blobs, outbox, measure, canSend, newKey, later });
    outbox.onwanted = (files) => this.#want(files);
    outbox.ongone = (files) => files.forEach(({ key }) => this.remove(key));
    for (const item of outbox.items) if (item.state === "uploading") this.#want(item.body.attachments);
  }

  /** Take a chosen file, which has no problem; it is on its way when this returns. */
  add(blob, name = blob.name) {
    const file = { key: this.newKey(), name, type: blob.type, size: blob.size };
    this.#files.set(file.key, { file, blob, state: "waiting", progress: 0, error: null, tries: 0 });
    this.blobs.put(file.key, blob);
    if (blob.type.startsWith("image/")) this.#measure(file, blob);
    this.run();
    return file;
  }

  /** Take files that were chosen before the page was loaded anew: what is on the server already is not sent again. */
  async takeBack(files) {
    const unknown = files.filter(({ key }) => !this.#files.has(key));
    if (!unknown.length) return;
    for (const file of unknown) {
      const entry = { file, blob: null, state: file.id ? "ready" : "paused", progress: file.id ? 1 : 0, error: null, tries: 0 };
      this.#files.set(file.key, entry);
      entry.blob = await this.blobs.find(file.key);
      if (!file.id) Object.assign(entry, entry.blob ? { state: "waiting" } : { state: "failed", error: "file_lost" });
    }
    this.run();
    this.onchange();
  }

  /** How far it is: {state: "waiting" | "uploading" | "ready" | "failed", progress: 0..1, error, blob}, or undefined. */
  find(key) {
    return this.#files.get(key);
  }

  /** It is sent, or given up: forget it. */
  remove(key) {
    const entry = this.#files.get(key);
    entry?.stop?.abort();
    this.#files.delete(key);
    this.blobs.remove(key);
  }

  /** Send what waits, one after the other. Safe to call at any time. */
  run() {
    this.#running ??= this.#runAll().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #runAll() {
    for (let entry = this.#next(); entry; entry = this.#next()) await this.#sendOne(entry);
  }

  #next() {
    return this.canSend() ? [...this.#files.values()].find(({ state }) => state === "waiting") : undefined;
  }

  async #sendOne(entry) {
    const { file, blob } = entry;
    Object.assign(entry, { state: "uploading", progress: 0, stop: new AbortController() });
    this.onchange();
    try {
      const onprogress = (progress) => this.#onProgress(entry, progress);
      const stored = await this.send(blob, { key: file.key, name: file.name, onprogress, signal: entry.stop.signal });
      this.#settle(entry, stored);
    } catch (refusal) {
      this.#onRefused(entry, refusal);
    }
    this.onchange();
  }

  #onProgress(entry, progress) {
    entry.progress = progress;
    this.onprogress(entry.file.key, progress);
  }

  #settle(entry, { id, name, type, size, width, height }) {
    Object.assign(entry, { state: "ready", progress: 1 });
    Object.assign(entry.file, { id, name, type, size, ...(width ? { width, height } : {}) });
    this.outbox.fileStored(entry.file);
  }

  #onRefused(entry, refusal) {
    if (!this.#files.has(entry.file.key)) return; // taken away meanwhile
    if (!refusal.willPass) return this.#fail(entry, PROBLEMS[refusal.code] ?? refusal.code);
    entry.state = "paused";
    entry.tries += 1;
    const wait = refusal.retryAfter ?? Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (entry.tries - 1));
    this.later(() => {
      if (entry.state === "paused") entry.state = "waiting";
      this.run();
    }, wait);
  }

  #fail(entry, error) {
    Object.assign(entry, { state: "failed", error });
    this.outbox.fileFailed(entry.file, error);
  }

  /** A message waits for these: after a reload their bytes come from the browser's store. */
  async #want(files) {
    for (const file of files.filter(({ id }) => !id)) {
      const entry = this.#files.get(file.key);
      if (entry) entry.state = entry.state === "failed" ? "waiting" : entry.state;
      else await this.#find(file);
    }
    this.run();
  }

  async #find(file) {
    const blob = await this.blobs.find(file.key);
    if (!blob) return this.outbox.fileFailed(file, "file_lost");
    this.#files.set(file.key, { file, blob, state: "waiting", progress: 0, error: null, tries: 0 });
    file.found = (file.found ?? 0) + 1; // its row is made anew: there is a picture now
    this.onchange();
  }

  async #measure(file, blob) {
    const size = await this.measure(blob).catch(() => ({}));
    if (!file.width && size.width) Object.assign(file, size);
    this.onchange();
  }
}
