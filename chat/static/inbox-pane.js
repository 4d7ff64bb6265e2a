/** The middle pane: the open conversation's head, thread, the bot's draft and the composer. */
import { openPictures, spokenText } from "./attachment-view.js";
import { el } from "./dom.js";
import { Reply } from "./inbox-reply.js";
import { StaffRows } from "./inbox-rows.js";
import { SuggestionView } from "./inbox-suggestion.js";
import { ThreadPane } from "./inbox-thread.js";
import { nameOf, problemText, STATUS_NAMES, WORDS } from "./inbox-words.js";
import { readablePhone } from "./text.js";
import { RowMemo, rowsOf } from "./thread.js";
import { later } from "./timers.js";

const find = (id) => document.getElementById(id);
const FOUND_FOR = 2600;
const LOAD_AGAIN = 2000;
/** Which acts make sense in which status. */
const ACTS = {
  take: ({ status, assignee }, me) => status !== "open" || assignee?.id !== me,
  return_to_bot: ({ status }) => status === "waiting" || status === "open" || status === "snoozed",
  resolve: ({ status }) => status !== "resolved",
};

export class Pane {
  #id = null;
  #memo = new RowMemo();
  #wantedSeq = null; // the message to go to once the conversation is here
  #wentOn = false; // keys or clicks since: the focus is theirs
  #unseen = 0; // messages that came while one reads further up
  #pause = null;

  /** `shop`: a ShopDesk; `storage` keeps drafts; `onleave()` goes back to the list. */
  constructor({ talk, desk, shop, socket, storage, onleave }) {
    Object.assign(this, { talk, desk, shop, socket });
    this.rows = new StaffRows({
      list: find("thread"),
      people: () => shop.people,
      localFile: (key) => this.reply.files.local(key),
      acts: { onRetry: (ref) => talk.retry(ref), onRemove: (ref) => talk.giveUp(ref), onAgain: ({ text, channel }) => talk.write({ text, channel }) },
    });
    this.thread = new ThreadPane({ scroll: find("thread-scroll"), list: find("thread"), make: (row) => this.rows.make(row), onmove: () => this.#onMove() });
    this.reply = new Reply({ talk, desk, shop, socket, storage, onsent: () => this.thread.toEnd(), onchange: () => this.render(), say: (text) => this.#say([text]) });
    this.suggestion = new SuggestionView({ talk, onedit: (draft) => this.reply.edit(draft), onsend: () => this.thread.toEnd() });
    this.#wire(onleave);
  }

  /** Whether the cursor is in the field. */
  get isWriting() {
    return this.reply.isWriting;
  }

  /** A conversation is being opened: from its end, or at the message `seq`, with what was being written there. */
  enter(seq = null) {
    find("act-problem").hidden = true;
    find("gist").open = matchMedia("(min-width: 46rem) and (min-height: 40rem)").matches;
    this.#wantedSeq = seq;
    this.#wentOn = false;
    this.#goToWanted();
  }

  /** Go to a message of the open conversation. */
  goTo(seq) {
    document.body.classList.remove("shows-card"); // where it lies over the thread
    this.#wantedSeq = seq;
    this.#wentOn = false;
    this.#goToWanted();
  }

  /** Put the cursor into the field. */
  focus() {
    this.reply.focus();
  }

  /** Begin, or stop, to write a note. */
  writeNote() {
    if (this.talk.id) this.reply.toggleNote();
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
    if (talk.id !== this.#id) this.#begin();
    if (talk.id === null) return;
    this.#showHead(this.desk.find(talk.id));
    this.#showAround();
    this.suggestion.render();
    this.reply.render();
    this.thread.show(rowsOf(talk.log, talk.pending, this.#view(), this.#memo));
    this.#goToWanted();
    this.#showMarks();
    this.#markSeen();
    this.#load();
  }

  /** Read out a message of another conversation, shortly. */
  announce({ author }) {
    this.#say([`New message from ${author.name || "a client"}`]);
  }

  /** Read out messages of this conversation, and show that they are there when one reads further up. */
  announceHere(messages) {
    this.#say(messages.slice(-3).map(({ author, ...message }) => `${author.name}: ${spokenText(message, WORDS)}`));
    if (!this.thread.atEnd) this.#unseen += messages.length;
  }

  #begin() {
    this.#id = this.talk.id;
    this.#unseen = 0;
    this.thread.begin();
  }

  #view() {
    const { talk } = this;
    return { side: "staff", words: { ...WORDS, you: talk.myName }, language: "en-US", zone: document.body.dataset.timezone, now: Date.now(), readSeq: talk.readByClient, newFrom: talk.newFrom, offline: !this.socket.connected };
  }

  /** What stands around the rows, before they are shown: the thread keeps to its end by what is there then. */
  #showAround() {
    const { talk } = this;
    find("thread-typing").hidden = !talk.typist;
    find("thread-typing-name").textContent = talk.typist ? `${talk.typist.name || "Someone"} is typing…` : "";
    find("thread-loading").hidden = !talk.loading || talk.log.last > 0;
    find("thread-problem").hidden = !talk.problem;
    if (talk.problem) find("thread-problem").textContent = problemText(talk.problem);
  }

  #showMarks() {
    const { atEnd } = this.thread;
    if (atEnd) this.#unseen = 0;
    find("thread-below").hidden = atEnd;
    find("thread-below-text").textContent = this.#unseen ? `${this.#unseen} new` : WORDS.latest;
    find("thread-below").classList.toggle("is-new", this.#unseen > 0);
    find("thread-above").hidden = this.talk.newFrom === null || this.#sawNew || !this.thread.isAbove("new");
  }

  get #sawNew() {
    return this.seenNew === `${this.talk.id}/${this.talk.newFrom}`;
  }

  #onMove() {
    this.#showMarks();
    this.#markSeen();
    this.#load();
  }

  /** Older entries come as one comes near them. */
  #load() {
    const { wanted } = this.thread;
    if (!wanted || this.#pause !== null || this.talk.loading) return;
    this.talk.load(wanted).catch(() => {
      this.#pause = later(() => ((this.#pause = null), this.#load()), LOAD_AGAIN);
    });
  }

  async #goToWanted() {
    const seq = this.#wantedSeq;
    if (seq === null || this.talk.loading || this.talk.id !== this.#id || !this.talk.id) return;
    this.#wantedSeq = null;
    const isThere = await this.talk.reach(seq).catch(() => false);
    const element = isThere && this.talk.id === this.#id ? this.thread.center(seq) : null;
    if (!element) return this.#say([WORDS.not_found]);
    element.classList.add("found");
    later(() => element.classList.remove("found"), FOUND_FOR);
    if (!this.#wentOn) find("thread-scroll").focus({ preventScroll: true });
    this.#say([`Message found. ${element.textContent}`]);
  }

  #goToNew() {
    this.seenNew = `${this.talk.id}/${this.talk.newFrom}`;
    this.thread.bring("new");
    find("thread-scroll").focus({ preventScroll: true });
  }

  #wire(onleave) {
    for (const touch of ["keydown", "pointerdown"]) document.addEventListener(touch, () => (this.#wentOn = true), true);
    openPictures({ list: find("thread"), entries: () => this.talk.log.entries, zone: document.body.dataset.timezone });
    find("back").addEventListener("click", () => onleave());
    find("thread-below").addEventListener("click", () => (this.thread.toEnd(), find("thread-scroll").focus({ preventScroll: true })));
    find("thread-above").addEventListener("click", () => this.#goToNew());
    for (const button of document.querySelectorAll("[data-act]")) button.addEventListener("click", () => this.act(button.dataset.act));
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
  }

  #markSeen() {
    if (document.visibilityState === "visible" && document.hasFocus() && this.thread.atEnd && this.talk.id) this.talk.seen();
  }

  #say(lines) {
    find("announcer").replaceChildren(...lines.map((text) => el("p", { text })));
  }
}
