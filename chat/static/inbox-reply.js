/** The composer of the inbox: answer or note, by which way, with what `/` and `@` bring, and the draft that is kept. */
import { Composer } from "./composer.js";
import { el } from "./dom.js";
import { pickFiles } from "./file-picking.js";
import { FilesDesk } from "./files-desk.js";
import { Drafts } from "./inbox-draft.js";
import { problemText, WORDS } from "./inbox-words.js";
import { findPeople, mentionedIn } from "./mentions.js";
import { Picker } from "./picker.js";
import { findReplies, findTrigger, withPicked } from "./picking.js";
import { smsNote, usualWay, wayName, wayProblem } from "./reply-ways.js";
import { measureSms } from "./sms-text.js";
import { ask } from "./line.js";

const find = (id) => document.getElementById(id);
const MISSING = { "client.first_name": "first name", "client.name": "name", "invoice.balance": "balance", "invoice.number": "invoice number", "shop.hours": "hours today", "portal.link": "portal link" };

export class Reply {
  #conversation = null;
  #isNote = false;
  #way = null; // chosen, or null: the usual one
  #along = null; // the bot's draft whose links and quick replies go along

  /** `shop`: a ShopDesk; `storage` keeps drafts; `onsent()` after something was written; `say(text)` reads out. */
  constructor({ talk, desk, shop, socket, storage, onsent, onchange, say }) {
    Object.assign(this, { talk, desk, shop, socket, onsent, say });
    this.drafts = new Drafts(storage, desk.me);
    this.picker = new Picker({ field: find("text"), list: find("picker"), find: () => this.#offer(), say });
    this.composer = new Composer({ form: find("reply"), words: WORDS, onsend: (text) => this.#send(text), ontype: (on) => this.#onType(on), hasFiles: () => this.files?.count > 0 });
    const onfiles = () => (this.composer.refresh(), onchange());
    this.files = new FilesDesk({ form: find("reply"), words: WORDS, language: "en", outbox: talk.outbox, query: "", headers: () => ({}), canSend: () => true, onchange: onfiles, kept: this.drafts });
    pickFiles({ button: find("attach"), input: find("attach-input"), field: this.composer.field, drop: find("pane"), onfiles: (chosen) => this.files.add(chosen) });
    find("mode-reply").addEventListener("click", () => (this.setNote(false), this.focus()));
    find("mode-note").addEventListener("click", () => (this.setNote(true), this.focus()));
    find("reply-way").addEventListener("change", ({ target }) => ((this.#way = target.value), this.#changed()));
    find("reply-along-remove").addEventListener("click", () => ((this.#along = null), this.render(), this.focus()));
  }

  /** Whether the cursor is in the field. */
  get isWriting() {
    return document.activeElement === this.composer.field;
  }

  /** Put the cursor into the field. */
  focus() {
    this.composer.focus();
  }

  /** Write a note, or an answer. */
  setNote(isNote) {
    this.#isNote = isNote;
    if (this.#conversation) this.#changed();
    else this.render();
  }

  /** Begin, or stop, to write a note. */
  toggleNote() {
    this.setNote(!this.#isNote);
    this.focus();
  }

  /** Put the bot's draft into the field, its links and quick replies beside it. */
  edit(suggestion) {
    const begun = this.composer.text.trim();
    const text = begun ? `${begun}\n${suggestion.text}` : suggestion.text;
    this.#isNote = false;
    this.composer.text = text;
    this.#along = suggestion.links.length || suggestion.buttons.length ? suggestion : null;
    this.#changed();
    this.focus();
    this.composer.field.setSelectionRange(text.length, text.length);
  }

  /** Show what was being written in the conversation that is open, and the ways to its client. */
  render() {
    if (this.#conversation !== this.talk.id) this.#begin(this.talk.id);
    this.files.update();
    const isNote = this.#isNote;
    find("reply").classList.toggle("is-note", isNote);
    find("mode-reply").setAttribute("aria-pressed", String(!isNote));
    find("mode-note").setAttribute("aria-pressed", String(isNote));
    this.composer.field.placeholder = isNote ? WORDS.write_note : WORDS.write_answer;
    const { status, assignee } = this.desk.find(this.talk.id) ?? {};
    find("reply-hint").textContent = isNote ? WORDS.note_hint : status === "open" && assignee?.id === this.desk.me ? "" : WORDS.takes_it;
    this.#showWays();
    this.#showAlong();
    this.#showLater(this.talk.client);
  }

  /** The page that sends something later, of a client who is known. */
  #showLater(client) {
    const link = find("reply-later");
    link.hidden = this.#isNote || !client;
    if (client) link.setAttribute("href", `/staff/clients/${client.id}/tell?own=later`);
  }

  #begin(id) {
    this.#conversation = id;
    this.files.tray.showOf(id);
    const { text, isNote, way } = id ? this.drafts.find(id) : {};
    Object.assign(this.composer, { text: text ?? "" });
    this.#isNote = isNote ?? false;
    this.#way = way ?? null;
    this.#along = null;
    this.#tell("");
    this.picker.close();
  }

  get #channel() {
    const usual = usualWay(this.talk.file.channels, this.desk.find(this.talk.id)?.channel);
    return this.talk.file.channels.some(({ channel }) => channel === this.#way) ? this.#way : usual;
  }

  #showWays() {
    const { channels } = this.talk.file;
    const select = find("reply-way");
    const channel = this.#channel;
    select.hidden = this.#isNote || channels.length < 2;
    const sign = JSON.stringify(channels);
    if (select.sign !== sign) {
      select.sign = sign;
      select.replaceChildren(...channels.map((way) => el("option", { value: way.channel, text: wayName(way) })));
    }
    select.value = channel;
    const problem = this.#isNote ? null : wayProblem(channels, channel);
    if (find("reply-problem").textContent !== (problem ?? "")) find("reply-problem").textContent = problem ?? "";
    this.#count(channel);
  }

  #count(channel) {
    const counts = !this.#isNote && channel === "sms" && this.composer.text.trim() !== "";
    const measured = counts ? measureSms(this.composer.text) : null;
    find("reply-count").textContent = measured ? smsNote(measured) : "";
    find("reply-count").classList.toggle("is-many", (measured?.segments ?? 0) > 1);
  }

  #showAlong() {
    const shown = this.#along !== null && !this.#isNote;
    find("reply-along").hidden = !shown;
    if (shown) find("reply-along-what").textContent = [...this.#along.links, ...this.#along.buttons].map(({ title }) => title).join(", ");
  }

  #offer() {
    const { text, field } = this.composer;
    if (field.selectionStart !== field.selectionEnd) return null;
    const trigger = findTrigger(text, field.selectionStart, this.#isNote);
    if (!trigger) return null;
    if (trigger.kind === "mention") return this.#offerPeople(trigger);
    const options = findReplies(trigger.query, this.shop.cannedReplies).map((reply) => ({ title: reply.title, key: `/${reply.shortcut}`, detail: reply.text, pick: () => this.#fillIn(trigger, reply) }));
    return { label: WORDS.canned_replies, from: trigger.from, options };
  }

  #offerPeople(trigger) {
    const others = this.shop.people.filter(({ id }) => id !== this.desk.me);
    const options = findPeople(trigger.query, others).map((person) => ({ title: person.name, detail: person.role, pick: () => this.#insert(trigger, `@${person.name}`) }));
    return { label: WORDS.colleagues, from: trigger.from, options };
  }

  async #fillIn(trigger, reply) {
    const { id } = this.talk;
    const before = this.composer.text;
    try {
      const { text, missing } = await ask(this.socket, "canned_reply", { conversation: id, id: reply.id });
      if (id !== this.talk.id || this.composer.text !== before) return; // they went on writing, or elsewhere
      this.#insert(trigger, text);
      this.#tell(missing.length ? `${WORDS.missing} ${missing.map((name) => MISSING[name] ?? name.replace(/.*\./, "")).join(", ")}.` : "");
    } catch (refusal) {
      this.#tell(problemText(refusal.code));
    }
  }

  #insert(trigger, insert) {
    const { text, caret } = withPicked(this.composer.text, trigger, insert);
    this.composer.text = text;
    this.focus();
    this.composer.field.setSelectionRange(caret, caret);
    this.#changed();
  }

  #tell(text) {
    find("reply-told").textContent = text;
  }

  #send(text) {
    const channel = this.#channel;
    if (!this.#isNote && wayProblem(this.talk.file.channels, channel)) {
      this.composer.text = text;
      return this.say(find("reply-problem").textContent);
    }
    const mentions = this.#isNote ? mentionedIn(text, this.shop.people) : [];
    const usual = this.desk.find(this.talk.id)?.channel;
    const way = channel === usual ? {} : { channel };
    const files = this.files.take();
    const said = text || !files.attachments ? { text } : {};
    const more = this.#isNote ? { private: true, ...(mentions.length ? { mentions } : {}) } : { ...way, ...(this.#along ? { suggestion: this.#along.seq } : {}) };
    this.talk.write({ ...said, ...more, ...files });
    this.#isNote = false;
    this.#along = null;
    this.#tell("");
    this.#changed();
    this.onsent();
  }

  #onType(on) {
    this.#changed();
    if (!this.#isNote) this.talk.typed(on);
  }

  /** Keep the draft, show what follows from it. */
  #changed() {
    this.drafts.keep(this.#conversation, { text: this.composer.text, isNote: this.#isNote, way: this.#way });
    if (!this.composer.text) this.#tell("");
    this.render();
  }
}
