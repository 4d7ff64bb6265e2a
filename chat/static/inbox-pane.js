/** The middle pane: the open conversation's head, thread and composer. */
import { spokenText } from "./attachment-view.js";
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { pickFiles } from "./file-picking.js";
import { FilesDesk } from "./files-desk.js";
import { lineText, nameOf, problemText, STATUS_NAMES, WORDS } from "./inbox-words.js";
import { readablePhone } from "./text.js";
import { Scroller, ThreadView } from "./thread-view.js";
import { rowsOf } from "./thread.js";

const find = (id) => document.getElementById(id);
/** Which acts make sense in which status. */
const ACTS = {
  take: ({ status, assignee }, me) => status !== "open" || assignee?.id !== me,
  return_to_bot: ({ status }) => status === "waiting" || status === "open" || status === "snoozed",
  resolve: ({ status }) => status !== "resolved",
};

export class Pane {
  #draft = null;
  #noteMode = false;

  /** `storage` keeps drafts; `onleave()` goes back to the list. */
  constructor({ talk, desk, storage, onleave }) {
    Object.assign(this, { talk, desk, storage });
    this.scroller = new Scroller(find("thread-scroll"), (away) => {
      if (!away) find("thread-below").hidden = true;
      this.#markSeen();
    });
    this.view = new ThreadView({
      list: find("thread"),
      words: WORDS,
      lineText,
      timeBesideName: true,
      localFile: (key) => this.files.local(key),
      acts: { onRetry: (ref) => talk.retry(ref), onRemove: (ref) => talk.giveUp(ref) },
    });
    this.composer = new Composer({ form: find("reply"), words: WORDS, onsend: (text) => this.#send(text), ontype: (on) => this.#onType(on), hasFiles: () => this.files?.count > 0 });
    const onchange = () => (this.composer.refresh(), this.render());
    this.files = new FilesDesk({ form: find("reply"), words: WORDS, language: "en", outbox: talk.outbox, query: "", headers: () => ({}), canSend: () => true, onchange });
    this.#wire(onleave);
  }

  /** Whether the cursor is in the field. */
  get isWriting() {
    return document.activeElement === this.composer.field;
  }

  /** A conversation is being opened: from its end, with what was being written there. */
  enter() {
    this.#setNote(false);
    find("act-problem").hidden = true;
    find("gist").open = matchMedia("(min-width: 46rem) and (min-height: 40rem)").matches;
    requestAnimationFrame(() => this.scroller.settle(true));
  }

  /** Put the cursor into the field. */
  focus() {
    this.composer.focus();
  }

  /** Begin, or stop, to write a note. */
  writeNote() {
    if (!this.talk.id) return;
    this.#setNote(!this.#noteMode);
    this.focus();
  }

  /** Take, return to the bot, resolve; a refusal is told beside the buttons. Whether it was done. */
  async act(event) {
    const summary = this.desk.find(this.talk.id);
    if (!summary || !ACTS[event](summary, this.desk.me)) return false;
    find("act-problem").hidden = true;
    try {
      await this.talk.act(event);
      return true;
    } catch (refusal) {
      find("act-problem").textContent = problemText(refusal.code);
      find("act-problem").hidden = false;
      return false;
    }
  }

  /** Show what talk and desk say. */
  render() {
    const { talk } = this;
    find("pane-empty").hidden = talk.id !== null;
    find("pane").hidden = talk.id === null;
    if (talk.id === null) return;
    this.#useDraft();
    this.files.update();
    this.#showHead(this.desk.find(talk.id));
    this.view.render(rowsOf(talk.log, talk.pending, { side: "staff", words: { ...WORDS, you: talk.myName }, language: "en-US", now: Date.now(), readSeq: talk.readByClient }));
    find("thread-earlier").hidden = !talk.log.hasEarlier;
    find("thread-typing").hidden = !talk.typist;
    find("thread-typing-name").textContent = talk.typist ? `${talk.typist.name || "Someone"} is typing…` : "";
    find("thread-loading").hidden = !talk.loading || talk.log.last > 0;
    find("thread-problem").hidden = !talk.problem;
    if (talk.problem) find("thread-problem").textContent = problemText(talk.problem);
    this.scroller.settle();
    this.#markSeen();
  }

  /** Read out a message of another conversation, shortly. */
  announce({ author }) {
    this.#say([`New message from ${author.name || "a client"}`]);
  }

  /** Read out messages of this conversation, and show that they are there when one reads further up. */
  announceHere(messages) {
    this.#say(messages.slice(-3).map(({ author, ...message }) => `${author.name}: ${spokenText(message, WORDS)}`));
    if (!this.scroller.atEnd) find("thread-below").hidden = false;
  }

  #wire(onleave) {
    pickFiles({ button: find("attach"), input: find("attach-input"), field: this.composer.field, drop: find("pane"), onfiles: (chosen) => this.files.add(chosen) });
    find("back").addEventListener("click", () => onleave());
    find("thread-below").addEventListener("click", () => this.scroller.settle(true));
    find("thread-earlier").addEventListener("click", () => this.scroller.keepPlace(() => this.talk.earlier()).catch(() => {}));
    for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => this.act(button.dataset.act));
    find("mode-reply").addEventListener("click", () => (this.#setNote(false), this.focus()));
    find("mode-note").addEventListener("click", () => (this.#setNote(true), this.focus()));
  }

  #send(text) {
    this.talk.write(text, this.#noteMode, this.files.take());
    this.storage.removeItem(this.#draftKey);
    this.#setNote(false);
    this.scroller.settle(true);
  }

  #onType(on) {
    if (this.composer.text) this.storage.setItem(this.#draftKey, this.composer.text);
    else this.storage.removeItem(this.#draftKey);
    if (!this.#noteMode) this.talk.typed(on);
  }

  get #draftKey() {
    return `pitline:draft:${this.talk.id}`;
  }

  #useDraft() {
    if (this.#draft === this.talk.id) return;
    this.#draft = this.talk.id;
    this.files.tray.showOf(this.talk.id);
    this.composer.text = this.storage.getItem(this.#draftKey) ?? "";
    this.scroller.settle(true);
  }

  #setNote(isNote) {
    this.#noteMode = isNote;
    find("reply").classList.toggle("is-note", isNote);
    find("mode-reply").setAttribute("aria-pressed", String(!isNote));
    find("mode-note").setAttribute("aria-pressed", String(isNote));
    this.composer.field.placeholder = isNote ? "Write a note that only staff see" : "Write an answer";
  }

  #showHead(summary = {}) {
    const { status, assignee, urgent, gist, phone } = summary;
    find("pane-title").textContent = nameOf({ id: this.talk.id, ...summary });
    const state = status === "open" && assignee ? `Open with ${assignee.id === this.desk.me ? "you" : assignee.name}` : (STATUS_NAMES[status] ?? "");
    find("pane-status").textContent = [state, phone && readablePhone(phone)].filter(Boolean).join(" · ");
    find("pane-urgent").hidden = !urgent;
    find("gist").hidden = !gist;
    find("gist").classList.toggle("hot", Boolean(urgent));
    if (find("gist-text").textContent !== (gist ?? "")) find("gist-text").textContent = gist ?? "";
    for (const button of document.querySelectorAll("[data-act]")) button.hidden = !status || !ACTS[button.dataset.act](summary, this.desk.me);
    find("reply-hint").textContent = status === "open" && assignee?.id === this.desk.me ? "" : "Answering takes the conversation";
  }

  #markSeen() {
    if (document.visibilityState === "visible" && document.hasFocus() && this.scroller.atEnd && this.talk.id) this.talk.seen();
  }

  #say(lines) {
    find("announcer").replaceChildren(...lines.map((text) => el("p", { text })));
  }
}
