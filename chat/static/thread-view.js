/** Rows of `thread.js` as page elements: date marks, bubbles, quick replies, links. */
import { attachmentsOf } from "./attachment-view.js";
import { el, icon, reconcile } from "./dom.js";
import { pieces, safeUrl } from "./text.js";

export class ThreadView {
  /**
   * `list`: the `ol`; `words`; `linkTarget`: where links open; `acts`: {onChoice(button), onRetry(ref), onRemove(ref)};
   * `lineText(row)`: what a small line says; `showNames(row)`; `timeBesideName`: the time there and not below;
   * `localFile(key)`: {picture, entry} of a file that is being sent.
   */
  constructor({ list, words, linkTarget = "_blank", acts = {}, lineText = (row) => row.text, showNames = () => true, timeBesideName = false, localFile }) {
    Object.assign(this, { list, words, linkTarget, acts, lineText, showNames, timeBesideName, localFile });
  }

  /** Bring the page to these rows. */
  render(rows) {
    reconcile(this.list, rows, (row) => this.make(row));
  }

  /** The element of one row. */
  make(row) {
    if (row.kind === "day") return el("li", { class: "day" }, el("span", { text: row.label }));
    if (row.kind === "line") return el("li", { class: "line", title: row.time }, el("span", { text: this.lineText(row) }));
    return this.#message(row);
  }

  #message(row) {
    const classes = ["row", row.mine ? "mine" : "theirs", `by-${row.tone}`, row.first && "first", row.last && "last"];
    return el(
      "li",
      { class: classes.filter(Boolean).join(" ") },
      row.first && this.showNames(row) ? this.#name(row) : el("span", { class: "visually-hidden", text: `${this.#who(row)}: ` }),
      row.text && this.bubble(row),
      attachmentsOf(row, this.words, this.localFile),
      this.#links(row),
      this.#choices(row),
      this.foot(row),
    );
  }

  #who(row) {
    return row.mine && row.tone === "client" ? this.words.you : row.author.name;
  }

  #name(row) {
    const role = row.tone === "bot" ? this.words.assistant : row.tone === "note" ? this.words.note : null;
    return el("p", { class: "who" }, this.#who(row), role && el("span", { class: "role", text: role }), this.timeBesideName && el("time", { class: "role", datetime: row.at, text: row.time }));
  }

  /** The words of a message. */
  bubble(row) {
    return el("div", { class: `bubble${row.state === "sending" ? " unsent" : ""}` }, this.text(row.text, row));
  }

  /** A text with its addresses as links. */
  text(text) {
    return pieces(text).map(({ text: piece, url }) => (url ? this.#anchor(url, piece) : piece));
  }

  #anchor(url, content, props = {}) {
    return el("a", { href: url, target: this.linkTarget, rel: "noopener noreferrer", ...props }, content);
  }

  #links(row) {
    const safe = row.links.map(({ title, url }) => ({ title, url: safeUrl(url, location.href) })).filter(({ url }) => url);
    if (!safe.length) return null;
    return el("div", { class: "links" }, safe.map(({ title, url }) => this.#anchor(url, [title, icon("out", 16)], { class: "link-button" })));
  }

  #choices(row) {
    if (!row.buttons.length) return null;
    const press = (button) => (this.acts.onChoice ? { click: () => this.acts.onChoice(button) } : {});
    const chips = row.buttons.map((button) => (this.acts.onChoice ? el("button", { type: "button", class: "chip", on: press(button), text: button.title }) : el("span", { class: "chip", text: button.title })));
    return el("div", { class: `choices${row.asksNow ? " now" : ""}`, role: "group", "aria-label": this.words.choices }, chips);
  }

  /** What stands below a message: its time, how far it has come. */
  foot(row) {
    if (row.state === "failed") return this.failed(row);
    const channel = row.channel && this.words[`by_${row.channel}`];
    const states = { sending: this.words.sending, sent: this.words.sent, seen: this.words.seen, undelivered: this.words.not_delivered };
    const parts = [!this.timeBesideName && row.time, channel, states[row.state]].filter(Boolean);
    if (!parts.length || (!row.last && !row.state)) return null;
    return el("p", { class: `foot${row.state === "undelivered" ? " bad" : ""}` }, parts.join(" · "));
  }

  /** A message that was refused, and what can be done. */
  failed(row) {
    return el(
      "p",
      { class: "foot bad" },
      icon("alert", 14),
      el("span", { text: failedText(row, this.words) }),
      el("button", { type: "button", class: "plain", on: { click: () => this.acts.onRetry?.(row.ref) }, text: this.words.retry }),
      el("button", { type: "button", class: "plain", on: { click: () => this.acts.onRemove?.(row.ref) }, text: this.words.remove }),
    );
  }
}

/** Why a message was not sent, where it is known: mostly of its files. */
export function failedText({ error, attachments }, words) {
  const said = words[error];
  return typeof said === "function" && attachments.length ? `${words.failed}. ${said(attachments[0].name)}` : words.failed;
}

/**
 * Keep the thread at its end while the reader is there, and leave it alone while they read further up.
 * `onaway(away)` is called when that changes.
 */
export class Scroller {
  #away = false;

  constructor(scroll, onaway = () => {}) {
    this.scroll = scroll;
    this.onaway = onaway;
    scroll.addEventListener("scroll", () => this.#look(), { passive: true });
    new ResizeObserver(() => this.settle()).observe(scroll);
  }

  /** Whether the reader is at the end. */
  get atEnd() {
    return !this.#away;
  }

  /** After the content changed: go to the end if the reader was there, or if `force`. */
  settle(force = false) {
    if (force || !this.#away) this.scroll.scrollTop = this.scroll.scrollHeight;
    this.#look();
  }

  /** Run `change`, which adds rows at the top, and keep what is read in its place. */
  async keepPlace(change) {
    const fromEnd = this.scroll.scrollHeight - this.scroll.scrollTop;
    await change();
    this.scroll.scrollTop = this.scroll.scrollHeight - fromEnd;
    this.#look();
  }

  #look() {
    const away = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight > 48;
    if (away === this.#away) return;
    this.#away = away;
    this.onaway(away);
  }
}
