/** Taking back a resolve or a snooze: what leads a conversation back to how it was. */

/**
 * The acts that bring a resolved or snoozed conversation back to `before` (its summary then): [[event, payload]].
 * `me` acts; `now` in ms. `reopen` of a resolved one makes it mine, of a snoozed one leaves it whose it was.
 */
export function wayBack({ status, assignee, until }, me, now) {
  const acts = [["reopen", {}]];
  if (status === "bot") return [...acts, ["return_to_bot", {}]];
  const holder = assignee?.id ?? null;
  if (holder !== me) acts.push(["assign", { staff: holder }]);
  if (status === "snoozed" && until && new Date(until).getTime() > now) acts.push(["snooze", { until }]);
  return acts;
}

const SHOWN_FOR = 8000; // ms

export class Toast {
  #timer = null;
  #undo = null;

  /** Elements `box`, `text`, `undo`, `close`. */
  constructor({ box, text, undo, close }) {
    Object.assign(this, { box, text });
    undo.addEventListener("click", () => this.undo());
    close.addEventListener("click", () => this.hide());
    for (const event of ["pointerenter", "focusin"]) box.addEventListener(event, () => clearTimeout(this.#timer)); // it does not go away under the hand
    for (const event of ["pointerleave", "focusout"]) box.addEventListener(event, () => !this.box.hidden && this.#goSoon());
  }

  /** Say what was done; `undo()` takes it back. */
  show(text, undo) {
    this.#undo = undo;
    this.text.textContent = text;
    this.box.hidden = false;
    this.#goSoon();
  }

  /** Take back what is told of, if anything is. True if so. */
  undo() {
    const undo = this.box.hidden ? null : this.#undo;
    this.hide();
    undo?.();
    return Boolean(undo);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#undo = null;
    this.box.hidden = true;
  }

  #goSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), SHOWN_FOR);
  }
}
