/** What is being written in each conversation, kept in this browser: the words, whether they are a note, and the way. */

const PREFIX = "pitline:draft:";

export class Drafts {
  constructor(storage) {
    this.storage = storage;
  }

  /** What was being written: `{text, isNote, way}`; `way` null is the usual one. */
  find(conversation) {
    const kept = this.storage.getItem(PREFIX + conversation);
    if (!kept) return { text: "", isNote: false, way: null };
    try {
      const { text = "", isNote = false, way = null } = JSON.parse(kept);
      return { text, isNote, way };
    } catch {
      return { text: "", isNote: false, way: null };
    }
  }

  /** Keep it; an empty one is forgotten. */
  keep(conversation, { text, isNote, way }) {
    if (text.trim()) this.storage.setItem(PREFIX + conversation, JSON.stringify({ text, isNote, way }));
    else this.storage.removeItem(PREFIX + conversation);
  }
}
