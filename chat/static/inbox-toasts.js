/** Notifications inside the page: a few at a time, each gone by itself unless one is at it. The bell keeps them. */
import { el, icon } from "./dom.js";

const STAYS = 8000; // milliseconds
const MOST = 3;

export class BellToasts {
  /** `box`: where they stand; `onopen(conversation)`. */
  constructor({ box, onopen }) {
    Object.assign(this, { box, onopen });
  }

  /** Show one; a newer one of the same conversation and kind takes its place. */
  show({ kind, conversation, title, text }) {
    const key = `${conversation}:${kind}`;
    this.box.querySelector(`[data-key="${CSS.escape(key)}"]`)?.remove();
    const toast = el(
      "div",
      { class: "notice-toast", "data-key": key },
      el("button", { type: "button", class: "notice-toast-open", on: { click: () => (toast.remove(), this.onopen(conversation)) } }, el("span", { class: "strong", text: title }), el("span", { class: "notice-toast-text", text })),
      el("button", { type: "button", class: "round", "aria-label": "Close", on: { click: () => toast.remove() } }, icon("close")),
    );
    this.box.append(toast);
    while (this.box.children.length > MOST) this.box.firstElementChild.remove();
    this.#leaveLater(toast);
  }

  /** The conversation is open now: what it says is there. */
  clear(conversation) {
    for (const toast of [...this.box.children]) if (toast.dataset.key.startsWith(`${conversation}:`)) toast.remove();
  }

  #leaveLater(toast) {
    setTimeout(() => (toast.matches(":hover, :focus-within") ? this.#leaveLater(toast) : toast.remove()), STAYS);
  }
}
