/** The rows of the inbox's thread as page elements: what `ThreadView` makes, and what only staff see. */
import { el, icon } from "./dom.js";
import { deliveryText, lineText, STATE_WORDS, WORDS } from "./inbox-words.js";
import { mentionPieces } from "./mentions.js";
import { failedText, ThreadView } from "./thread-view.js";

const TICKS = { sending: "clock", waiting: "clock", queued: "clock", sent: "tick", delivered: "ticks", seen: "ticks", failed: "alert", undelivered: "alert" };

export class StaffRows extends ThreadView {
  /** `acts`: {onRetry(ref), onRemove(ref), onAgain(row)}; `people()`: who may be mentioned; `localFile` as there. */
  constructor({ list, acts, people, localFile }) {
    super({ list, words: WORDS, lineText, timeBesideName: true, acts, localFile });
    this.people = people;
  }

  make(row) {
    if (row.kind === "gap") return el("li", { class: "gap", "aria-hidden": "true" }, el("span", { text: WORDS.loading }));
    if (row.kind === "new") return el("li", { class: "new-mark" }, el("span", { text: WORDS.new_messages }));
    return super.make(row);
  }

  /** The words, and beside them how far they have come. */
  bubble(row) {
    const bubble = super.bubble(row);
    if (!row.state) return bubble;
    const tick = el("span", { class: `tick is-${row.state}`, title: STATE_WORDS[row.state] }, icon(TICKS[row.state], 15), el("span", { class: "visually-hidden", text: STATE_WORDS[row.state] }));
    return el("div", { class: "said" }, tick, bubble);
  }

  /** Names that are called stand out, in notes. */
  text(text, row) {
    if (row?.tone !== "note") return super.text(text);
    return mentionPieces(text, this.people()).flatMap(({ text: piece, person }) => (person ? el("span", { class: "mention", text: piece }) : super.text(piece)));
  }

  foot(row) {
    if (row.state === "failed") return this.failed(row);
    if (row.state === "undelivered") return this.#undelivered(row);
    if (row.state === "waiting") return el("p", { class: "foot" }, el("span", { text: WORDS.waiting_for_line }), this.#button(WORDS.remove, () => this.acts.onRemove(row.ref)));
    const channel = row.channel && row.tone !== "note" && this.words[`by_${row.channel}`];
    const parts = [row.last && channel, (row.isLastOwn || row.state === "sending" || row.state === "queued") && STATE_WORDS[row.state]].filter(Boolean);
    return parts.length ? el("p", { class: "foot" }, parts.join(" · ")) : null;
  }

  failed(row) {
    const said = el("span", { text: deliveryText(row.error, failedText(row, WORDS)) });
    return el("p", { class: "foot bad" }, said, this.#button(WORDS.retry, () => this.acts.onRetry(row.ref)), this.#button(WORDS.remove, () => this.acts.onRemove(row.ref)));
  }

  #undelivered(row) {
    const said = el("span", { text: deliveryText(row.error, WORDS.not_delivered) });
    return el("p", { class: "foot bad" }, said, row.mine && row.text && this.#button(WORDS.again, () => this.acts.onAgain(row)));
  }

  #button(text, onclick) {
    return el("button", { type: "button", class: "plain", on: { click: onclick }, text });
  }
}
