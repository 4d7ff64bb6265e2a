/** The menu in the head: a button that shows a few more buttons. Esc and a press elsewhere close it. */

export class Menu {
  /** `button` and the `list` that it shows. */
  constructor({ button, list }) {
    Object.assign(this, { button, list });
    button.addEventListener("click", () => this.show(list.hidden));
    list.addEventListener("click", (event) => event.target.closest("button") && this.show(false));
    document.addEventListener("pointerdown", (event) => {
      if (!list.hidden && !list.contains(event.target) && !button.contains(event.target)) this.show(false);
    });
    list.parentElement.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !list.contains(event.relatedTarget) && event.relatedTarget !== button) this.show(false);
    });
  }

  /** Show or hide it; shown by somebody, its first entry has the focus. */
  show(on) {
    this.list.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
    if (on) this.list.querySelector("button:not([hidden])").focus();
  }

  /** Whether Esc closed it, and nothing else is to happen. */
  escape() {
    if (this.list.hidden) return false;
    this.show(false);
    this.button.focus();
    return true;
  }
}
