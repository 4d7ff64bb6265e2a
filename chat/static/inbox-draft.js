/** What is being written in each conversation, kept in this browser tab: the words, whether they are a note, the way, the files. */

const KEPT_FOR = 24 * 60 * 60 * 1000; // as long as the server keeps a file that no message has

export class Drafts {
  /** `me`: whose they are, the id of the member of staff. */
  constructor(storage, me, now = Date.now) {
    Object.assign(this, { storage, now, prefix: `pitline:draft:${me}:`, filesPrefix: `pitline:draft-files:${me}:` });
  }

  /** What was being written: `{text, isNote, way}`; `way` null is the usual one. */
  find(conversation) {
    const kept = this.storage.getItem(this.prefix + conversation);
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
    if (text.trim()) this.storage.setItem(this.prefix + conversation, JSON.stringify({ text, isNote, way }));
    else this.storage.removeItem(this.prefix + conversation);
  }

  /** The files that were chosen and not sent: {key, name, type, size, id?}. Their bytes lie in blobs.js. */
  findFiles(conversation) {
    try {
      const { files, at } = JSON.parse(this.storage.getItem(this.filesPrefix + conversation)) ?? {};
      return Array.isArray(files) && at > this.now() - KEPT_FOR ? files : [];
    } catch {
      return [];
    }
  }

  /** Keep which files were chosen. */
  keepFiles(conversation, files) {
    if (!conversation) return;
    const key = this.filesPrefix + conversation;
    if (!files.length) this.storage.removeItem(key);
    else if (JSON.stringify(this.findFiles(conversation)) !== JSON.stringify(files)) this.storage.setItem(key, JSON.stringify({ files, at: this.now() }));
  }
}
