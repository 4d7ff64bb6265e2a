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
