/** Files that wait to be sent, in the browser's own database; where it is denied they last as long as the page. */

const NAME = "pitline-files";
const KEPT_FOR = 24 * 60 * 60 * 1000;

export class Blobs {
  #opening = null;

  constructor(factory = globalThis.indexedDB, now = Date.now) {
    Object.assign(this, { factory, now });
    this.#removeOld();
  }

  /** Keep it; that it could not be kept is no error: it is in the page's memory too. */
  put(key, blob) {
    return this.#ask("readwrite", (store) => store.put({ blob, at: this.now() }, key)).catch(() => {});
  }

  /** The file with this key, or null. */
  async find(key) {
    const kept = await this.#ask("readonly", (store) => store.get(key)).catch(() => null);
    return kept?.blob ?? null;
  }

  /** Forget it. */
  remove(key) {
    return this.#ask("readwrite", (store) => store.delete(key)).catch(() => {});
  }

  async #removeOld() {
    const keys = (await this.#ask("readonly", (store) => store.getAllKeys()).catch(() => [])) ?? [];
    for (const key of keys) {
      const kept = await this.#ask("readonly", (store) => store.get(key)).catch(() => null);
      if (kept && kept.at < this.now() - KEPT_FOR) await this.remove(key);
    }
  }

  async #ask(mode, act) {
    this.#opening ??= promised(openWith(this.factory));
    const database = await this.#opening;
    return promised(act(database.transaction("files", mode).objectStore("files")));
  }
}

function openWith(factory) {
  const request = factory.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore("files");
  return request;
}

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
