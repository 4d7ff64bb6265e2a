/** The field one writes in: grows with its text, Enter sends, Shift+Enter makes a line, says when it is too long. */
import { MAX_TEXT, problemWith } from "./outbox.js";

const WARN_FROM = MAX_TEXT - 200;

export class Composer {
  /** `form` with a `textarea`, a submit button and an element `[data-problem]`; `hasFiles()`: whether any go along. */
  constructor({ form, words, onsend, ontype = () => {}, hasFiles = () => false }) {
    Object.assign(this, { form, words, onsend, ontype, hasFiles });
    this.field = form.querySelector("textarea");
    this.button = form.querySelector("button[type=submit]");
    this.problem = form.querySelector("[data-problem]");
    this.field.addEventListener("input", () => this.#onInput());
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    form.addEventListener("submit", (event) => this.#onSubmit(event));
    this.refresh();
  }

  get text() {
    return this.field.value;
  }

  set text(text) {
    this.field.value = text;
    this.refresh();
  }

  focus() {
    this.field.focus();
  }

  /** Size, button and warning by what is written. */
  refresh() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    const problem = problemWith(this.text, this.hasFiles());
    const { length } = [...this.text];
    this.button.setAttribute("aria-disabled", String(problem !== null));
    this.problem.hidden = length < WARN_FROM;
    this.problem.classList.toggle("bad", problem === "too_long");
    this.problem.textContent = problem === "too_long" ? this.words.too_long(length, MAX_TEXT) : `${length} / ${MAX_TEXT}`;
    this.field.setAttribute("aria-invalid", String(problem === "too_long"));
  }

  #onInput() {
    this.refresh();
    this.ontype(this.text.trim() !== "");
  }

  #onKey(event) {
    if (event.defaultPrevented || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #onSubmit(event) {
    event.preventDefault();
    if (problemWith(this.text, this.hasFiles()) !== null) return;
    const text = this.text.trim();
    this.text = "";
    this.onsend(text);
  }
}
