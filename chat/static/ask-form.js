/** A small form with one field that asks the server something and says what came of it. */
import { el } from "./dom.js";

export class AskForm {
  #busy = false;

  /**
   * `form`; `field`: {id, type, autocomplete, inputmode}; `texts()`: {label, hint, send, cancel?} in the language of the
   * moment; `onsend(value)`: raises a Refusal; `problem(refusal)`: what to say of it; `ondone(answer)`, `oncancel()`.
   */
  constructor({ form, field, texts, onsend, problem, ondone = () => {}, oncancel = () => {} }) {
    Object.assign(this, { form, texts, onsend, problem, ondone, oncancel });
    this.field = el("input", { ...field, class: "field" });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.speak();
  }

  /** Build it, in the language of the words. */
  speak() {
    const { label, hint, send, cancel } = this.texts();
    if (hint) this.field.placeholder = hint;
    this.note = el("p", { class: "note bad", role: "alert" });
    this.button = el("button", { type: "submit", class: "press", text: send });
    const leave = el("button", { type: "button", class: "plain", text: cancel, on: { click: () => this.oncancel() } });
    this.form.replaceChildren(el("label", { for: this.field.id, text: label }), el("div", { class: "fields" }, this.field, this.button, leave), this.note);
  }

  /** Show it with the focus in its field, or hide it. */
  show(on) {
    this.form.hidden = !on;
    this.#say("");
    if (on) this.field.focus();
  }

  async #send() {
    if (this.#busy) return;
    this.#busy = true;
    this.#say("");
    try {
      this.ondone(await this.onsend(this.field.value.trim()));
    } catch (refusal) {
      this.#say(this.problem(refusal));
      this.field.focus();
    } finally {
      this.#busy = false;
    }
  }

  #say(text) {
    this.note.textContent = text;
    this.field.setAttribute("aria-invalid", String(Boolean(text)));
  }
}
