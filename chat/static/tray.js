/** Files beside the field, before they are sent: each with its picture and how far it is. */
import { progressOf, sizeText } from "./attachment-view.js";
import { el, icon } from "./dom.js";
import { MAX_FILES, problemWithFile } from "./uploads.js";

export class Tray {
  #files = [];
  #problems = [];
  #owner = null;
  #others = new Map(); // owner -> its files, while another's are shown
  #pictures = new Map(); // key -> address of the local picture

  /**
   * `form`: the composer's, where the list goes first; `uploads`: an Uploads; `onchange()` after any change; `kept`:
   * where an owner's files outlive a reload, `{findFiles(owner), keepFiles(owner, files)}`.
   */
  constructor({ form, words, uploads, onchange, kept = { findFiles: () => [], keepFiles: () => {} } }) {
    Object.assign(this, { words, uploads, onchange, kept, field: form.querySelector("textarea") });
    this.list = el("ul", { class: "tray", "aria-label": words.files, hidden: true });
    this.told = el("p", { class: "problem bad", role: "status" });
    form.prepend(this.list, this.told);
  }

  /** How many files would go along. */
  get count() {
    return this.#files.filter(({ key }) => this.uploads.find(key)?.state !== "failed").length;
  }

  /** The files for a message that is being sent; those that cannot be sent stay where they are. */
  take() {
    const taken = this.#files.filter(({ key }) => this.uploads.find(key)?.state !== "failed");
    this.#files = this.#files.filter((file) => !taken.includes(file));
    this.#problems = [];
    this.render();
    return taken;
  }

  /** Take files in: what cannot be sent is told, and not taken. */
  add(blobs) {
    this.#problems = [];
    for (const blob of blobs) {
      const problem = this.#files.length >= MAX_FILES ? "too_many_files" : problemWithFile(blob);
      if (problem) this.#problems.push(this.words[problem](blob.name));
      else this.#files.push(this.uploads.add(blob));
    }
    this.render();
    this.onchange();
    this.field.focus();
  }

  /** Another conversation is open: each has files of its own. */
  showOf(owner) {
    if (owner === this.#owner) return;
    this.#others.set(this.#owner, this.#files);
    this.#owner = owner;
    this.#files = this.#others.get(owner) ?? this.kept.findFiles(owner);
    this.#problems = [];
    this.uploads.takeBack(this.#files);
    this.render();
  }

  /** The local picture of a file, or null. */
  picture(key) {
    const blob = this.uploads.find(key)?.blob;
    if (!this.#pictures.has(key) && blob?.type.startsWith("image/")) this.#pictures.set(key, URL.createObjectURL(blob));
    return this.#pictures.get(key) ?? null;
  }

  /** Show what there is. */
  render() {
    this.#forgetPictures();
    this.kept.keepFiles(this.#owner, this.#files);
    const sign = JSON.stringify(this.#files.map((file) => [file, this.uploads.find(file.key)?.state, this.picture(file.key)]));
    if (this.list.sign !== sign) {
      this.list.sign = sign;
      this.list.replaceChildren(...this.#files.map((file) => this.#item(file)));
    }
    this.list.hidden = this.#files.length === 0;
    const failed = this.#files.map(({ key, name }) => [this.uploads.find(key), name]).filter(([entry]) => entry?.state === "failed");
    const told = [...this.#problems, ...failed.map(([{ error }, name]) => (this.words[error] ?? this.words.file_failed)(name))].join(" ");
    if (this.told.textContent !== told) this.told.textContent = told;
  }

  #item(file) {
    const entry = this.uploads.find(file.key);
    const picture = this.picture(file.key);
    const shown = picture ? el("img", { src: picture, alt: "" }) : el("span", { class: "file-kind", "aria-hidden": "true" }, file.type === "application/pdf" ? "PDF" : icon("clip", 18));
    return el(
      "li",
      { class: `tray-item is-${entry?.state ?? "ready"}` },
      shown,
      el("span", { class: "tray-name" }, el("span", { text: file.name }), el("span", { class: "file-size", text: sizeText(file.size) })),
      entry?.state !== "ready" && entry?.state !== "failed" && progressOf(file, entry, this.words),
      el("button", { type: "button", class: "tray-remove", "aria-label": this.words.remove_file(file.name), on: { click: () => this.#onRemove(file) } }, icon("close", 14)),
    );
  }

  #onRemove(file) {
    this.#files = this.#files.filter((one) => one !== file);
    this.#problems = [];
    this.uploads.remove(file.key);
    this.render();
    this.onchange();
    this.field.focus();
  }

  #forgetPictures() {
    for (const [key, url] of this.#pictures) {
      if (this.uploads.find(key)) continue;
      this.#pictures.delete(key);
      setTimeout(() => URL.revokeObjectURL(url), 10_000); // the row may show it until the stored one is there
    }
  }
}
