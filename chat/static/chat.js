/**
 * The client's side of one chat: keeps the log gapless and the outbox moving over a line that comes and goes.
 *
 * Knows nothing of the page. `onchange` is called after anything changed; `onnews(messages)` with messages that arrived
 * while the chat was open, own ones excepted: what is worth announcing.
 */
import { ask } from "./line.js";
import { MessageLog } from "./log.js";
import { Sender } from "./sender.js";
import * as timers from "./timers.js";

const RETRY_AFTER = 2000;
const TYPING_FADES = 6000;
const TYPING_EVERY = 3000;

export class Chat {
  log = new MessageLog();
  /** "connecting", "online", "lost" (was online), "refused" (the server will not have us; see `refusal`) */
  line = "connecting";
  refusal = null;
  shop = null;
  conversation = null;
  client = null;
  typist = null;
  readByShop = 0;
  onchange = () => {};
  onnews = () => {};
  /** After an answer of the server to `sync`: what it says of the shop is fresh. */
  onsynced = () => {};
  /** Milliseconds that the shop's clock is ahead of ours. */
  clockDiffers = 0;
  /** How many notifications are new under the client's bell; null for who is no client. */
  unseen = null;
  /** A notification has come: `{id, kind, title, text, url, at, unseen}`. */
  ontold = () => {};

  #syncing = null;
  #again = false;
  #known = 0;
  #greeted = false;
  #ownRefs = new Set();
  #read = 0;
  #typedAt = 0;
  #fade = null;
  #sender;

  /** `socket`: of socket.io-client; `outbox`: an Outbox; `keep`: for the visitor token; `languageNow`: of notifications. */
  constructor({ socket, outbox, keep, tokenKey, languageNow = () => undefined, now = Date.now, later = timers.later, never = timers.never }) {
    Object.assign(this, { socket, outbox, keep, tokenKey, languageNow, now, later, never });
    this.#sender = new Sender({
      socket,
      outbox,
      later,
      isFor: (item) => this.line === "online" && this.ready && this.isOwn(item),
      onsent: (item, ack) => this.#confirm(item, ack),
      onchange: () => this.onchange(),
    });
    for (const item of outbox.items) this.#ownRefs.add(item.ref);
    socket.on("connect", () => this.#onConnect());
    socket.on("disconnect", (reason) => this.#onDisconnect(reason));
    socket.on("connect_error", (error) => this.#onRefused(error));
    socket.on("message", (message) => this.#onMessage(message));
    socket.on("updated", (push) => this.#onUpdated(push));
    socket.on("beat", (beat) => this.#onBeat(beat));
    socket.on("conversation", (state) => this.#onConversation(state));
    socket.on("typing", (push) => this.#onTyping(push));
    socket.on("read", (push) => this.#onRead(push));
    socket.on("notification", (told) => this.#onTold(told));
  }

  /** The token by which the server knows this visitor, or undefined. */
  get visitor() {
    return this.keep.getItem(this.tokenKey) ?? undefined;
  }

  /** Whether the first answer of the server is here. */
  get ready() {
    return this.conversation !== null || this.shop !== null;
  }

  /** Write a message: shown at once, sent as soon as the line allows, kept until it is acknowledged. */
  write(body) {
    const owner = { conversation: this.conversation?.id ?? null, visitor: this.client ? null : (this.visitor ?? null) };
    const item = this.outbox.add(body, owner);
    this.#ownRefs.add(item.ref);
    this.#typedAt = 0;
    this.onchange();
    this.#sender.send();
    return item;
  }

  /** Try a failed message again. */
  retry(ref) {
    this.outbox.retry(ref);
    this.onchange();
    this.#sender.send();
  }

  /** Give a failed message up. */
  giveUp(ref) {
    this.outbox.remove(ref);
    this.onchange();
  }

  /** The person types: tell the shop, not with every key. */
  typed(on = true) {
    const due = on ? this.now() - this.#typedAt > TYPING_EVERY : this.#typedAt > 0;
    if (!due || this.line !== "online") return;
    this.#typedAt = on ? this.now() : 0;
    ask(this.socket, "typing", { on }).catch(ignore);
  }

  /** The person has seen everything: tell the shop. */
  seen() {
    const { last } = this.log;
    if (last <= this.#read || this.line !== "online") return;
    this.#read = last;
    ask(this.socket, "read", { seq: last }).catch(() => (this.#read = 0));
  }

  /** How the finished conversation was: 1 to 5, and a word to it. Raises `Refusal`. */
  async rate(score, comment = null) {
    const { conversation } = await ask(this.socket, "rate", { score, comment });
    this.#onConversation(conversation);
  }

  /** Where a visitor wants to be told of an answer. Raises `Refusal`. */
  async leaveContact(contact) {
    const { conversation } = await ask(this.socket, "reach", { contact });
    this.#onConversation(conversation);
  }

  /** What was said, by mail; `email` only where the server does not know one. Raises `Refusal`. */
  mailTranscript(wanted) {
    return ask(this.socket, "transcript", wanted);
  }

  /** Older messages. Returns how many came. */
  async earlier() {
    const before = this.log.entries[0]?.seq;
    if (!before) return 0;
    const { messages } = await ask(this.socket, "history", { before, limit: 50 });
    const count = this.log.prepend(messages);
    this.onchange();
    return count;
  }

  /** Bring the log up to date. Calls while one runs lead to one more run, however many they are. */
  sync() {
    if (this.#syncing) {
      this.#again = true;
      return this.#syncing;
    }
    this.#syncing = this.#syncUntilQuiet().finally(() => {
      this.#syncing = null;
      this.onchange();
      this.#sender.send();
    });
    return this.#syncing;
  }

  /** Whether a kept message was written by who sits here now: another client may have signed in since. */
  isOwn({ owner }) {
    const { conversation, visitor } = owner;
    if (!conversation && !visitor) return true;
    return conversation === this.conversation?.id || (visitor !== null && visitor === this.visitor && !this.client);
  }

  async #syncUntilQuiet() {
    try {
      do {
        this.#again = false;
        const known = this.#known;
        const { last } = this.log;
        const more = await this.#syncOnce();
        if (more) this.#again = true;
        else this.log.settle(known);
        if (this.log.hasGap && this.log.last > last) this.#again = true;
      } while (this.#again);
    } catch (refusal) {
      if (this.socket.connected) this.later(() => this.sync(), refusal.retryAfter ?? RETRY_AFTER);
    }
  }

  async #syncOnce() {
    const after = this.log.last;
    const asked = this.conversation?.id;
    const answer = await ask(this.socket, "sync", { ...(after && { after, rev: this.log.rev }), language: this.languageNow() });
    if (asked !== this.conversation?.id) return true; // replaced meanwhile: this answer is about the old one
    if (answer.visitor) this.keep.setItem(this.tokenKey, answer.visitor);
    this.shop = answer.shop ?? this.shop;
    if (answer.shop?.now) this.clockDiffers = new Date(answer.shop.now) - this.now();
    this.onsynced();
    this.client = answer.client ?? null;
    this.unseen = answer.unseen ?? null;
    if (this.#moveTo(answer.conversation, asked) && after) return true;
    const fresh = this.log.merge(answer.messages);
    this.log.update(answer.updated ?? []);
    this.log.rev = Math.max(this.log.rev, answer.conversation?.rev ?? 0);
    this.readByShop = Math.max(this.readByShop, answer.conversation?.staff_read_seq ?? 0);
    this.outbox.settle(answer.messages);
    this.#tell(fresh);
    this.#greeted = this.#greeted || !answer.more;
    this.onchange();
    return Boolean(answer.more) && fresh.length > 0;
  }

  /** Take the conversation's state. True when it is another one than before: the log begins anew. */
  #moveTo(conversation, from) {
    const moved = Boolean(from) && Boolean(conversation) && conversation.id !== from;
    if (moved) this.#startOver(from, conversation.id);
    this.conversation = conversation ?? this.conversation;
    this.#known = Math.max(this.#known, conversation?.last_seq ?? 0);
    return moved;
  }

  #startOver(from, to) {
    for (const item of this.outbox.items) if (item.owner.conversation === from) item.owner.conversation = to;
    this.log.clear();
    this.#known = 0;
    this.#read = 0;
    this.readByShop = 0;
  }

  #tell(messages) {
    const news = messages.filter((message) => !this.#ownRefs.has(message.ref) && message.author.kind !== "client");
    if (this.#greeted && news.length) this.onnews(news);
  }

  /** Stored. The pushed message may be here already, or never come: then the ack itself makes the entry. */
  #confirm({ ref, body }, { id, seq, at, text = body.text ?? "", attachments = [] }) {
    this.#known = Math.max(this.#known, seq);
    if (seq === this.log.last + 1) {
      const author = { kind: "client", name: this.client ?? "" };
      this.log.receive({ id, seq, at, ref, text, prev: seq - 1, author, channel: "web", buttons: [], links: [], attachments });
    } else if (seq > this.log.last) this.sync();
  }

  #onConnect() {
    this.line = "online";
    this.refusal = null;
    this.#read = 0;
    this.onchange();
    if (this.#syncing) this.#again = true;
    else this.sync();
  }

  #onDisconnect(reason) {
    this.line = "lost";
    this.typist = null;
    this.onchange();
    if (reason === "io server disconnect") this.later(() => this.socket.connect(), RETRY_AFTER);
  }

  #onRefused(error) {
    const refused = this.socket.active === false;
    this.line = refused ? "refused" : this.ready ? "lost" : "connecting";
    this.refusal = refused ? (error?.data?.code ?? error?.message ?? "unavailable") : null;
    this.onchange();
    if (refused && this.refusal !== "not_found") this.later(() => this.socket.connect(), RETRY_AFTER * 5);
  }

  #onMessage(message) {
    if (!this.#isHere(message.conversation)) return;
    this.#known = Math.max(this.#known, message.seq);
    const taken = this.log.receive(message);
    this.outbox.settle([message]);
    if (message.author.kind !== "client") this.typist = null;
    if (taken === "gap") this.sync();
    if (taken === "added") this.#tell([message]);
    this.onchange();
  }

  #onUpdated({ conversation, rev, message }) {
    if (!this.#isHere(conversation)) return;
    this.log.update([message], rev);
    this.onchange();
  }

  #onBeat(beat) {
    if (!this.#isHere(beat.conversation)) return;
    this.#known = Math.max(this.#known, beat.last_seq ?? 0);
    if (this.log.isBehind(beat)) this.sync();
  }

  #onConversation(state) {
    if (state.replaces) {
      if (state.replaces !== this.conversation?.id) return;
      this.#moveTo({ id: state.id, status: state.status ?? this.conversation.status }, state.replaces);
      this.sync();
    } else if (this.#isHere(state.id)) this.conversation = { ...this.conversation, ...state };
    this.onchange();
  }

  #onTyping({ author, on, conversation }) {
    if (!this.#isHere(conversation)) return;
    this.never(this.#fade);
    this.typist = on ? author : null;
    if (on) {
      this.#fade = this.later(() => {
        this.typist = null;
        this.onchange();
      }, TYPING_FADES);
    }
    this.onchange();
  }

  #onRead({ by, seq }) {
    if ((by?.kind ?? by) === "client") return;
    this.readByShop = Math.max(this.readByShop, seq);
    this.onchange();
  }

  #onTold(told) {
    this.unseen = told.unseen;
    this.ontold(told);
    this.onchange();
  }

  #isHere(conversation) {
    return !conversation || !this.conversation || conversation === this.conversation.id;
  }
}

/** For what may fail unnoticed: typing and read marks are said again anyway. */
function ignore() {}
