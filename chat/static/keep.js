/**
 * The browser's storage, or a stand-in in memory where the browser denies it (blocked cookies, a foreign frame).
 */
export function findStorage(name = "localStorage", scope = globalThis) {
  try {
    const storage = scope[name];
    storage.setItem("pitline:probe", "1");
    storage.removeItem("pitline:probe");
    return storage;
  } catch {
    return new MemoryStorage();
  }
}

/** The part of Storage that we use, in memory. */
export class MemoryStorage {
  #values = new Map();

  get length() {
    return this.#values.size;
  }

  key(at) {
    return [...this.#values.keys()][at] ?? null;
  }

  getItem(key) {
    return this.#values.get(key) ?? null;
  }

  setItem(key, value) {
    this.#values.set(key, String(value));
  }

  removeItem(key) {
    this.#values.delete(key);
  }
}

const LINK = /^#v=([A-Za-z0-9_-]{32})$/; // behind the #, which no server's log ever sees

/** The token of a link that leads back to a visitor's chat, taken out of the address; null where there is none. */
export function takeLink(location, history) {
  const [, token = null] = LINK.exec(location.hash) ?? [];
  if (token) history.replaceState(null, "", location.pathname + location.search);
  return token;
}
