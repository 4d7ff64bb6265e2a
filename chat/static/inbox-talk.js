/** The conversation that is open in the inbox: its log, what is being sent, who types, the bot's draft, its client. */
import { ClientFile } from "./inbox-client.js";
import { StaffLog } from "./inbox-log.js";
import { ask } from "./line.js";
import { Sender } from "./sender.js";
import { SuggestionBox } from "./suggestion.js";
import * as timers from "./timers.js";

const RETRY_AFTER = 2000;
const TYPING_FADES = 6000;
const TYPING_EVERY = 3000;
const AROUND = 80;

export class Talk {
  log = new StaffLog();
  id = null;
  newFrom = null; // the number of the first message that was new when it was opened, or came while nobody looked
  problem = null;
  loading = false;
  typist = null;
  readByClient = 0;
  onchange = () => {};
  onnews = () => {};

  #run = 0;
  #read = 0;
  #typedAt = 0;
  #syncing = false;
  #fade = null;
  #suggestions = new SuggestionBox();
  #loading = false;
  #sender;

  /**
   * `desk`: the Desk that is told what acks say; `outbox`: of this browser tab; `myName`: as the shop shows it;
   * `isWatching()`: whether somebody looks at the page.
   */
  constructor({ socket, desk, outbox, myName, isWatching = () => true, now = Date.now, later = timers.later, never = timers.never }) {
    Object.assign(this, { socket, desk, outbox, myName, isWatching, now, later, never });
    this.file = new ClientFile({ socket, later, never, onchange: () => this.onchange() });
    this.#sender = new Sender({
      socket,
      outbox,
      later,
      isFor: () => true,
      payload: ({ body, owner }) => ({ conversation: owner.conversation, ...body }),
      onsent: (item, ack) => this.#onSent(item, ack),
      onchange: () => this.onchange(),
    });
    socket.on("message", (message) => this.#onMessage(message));
    socket.on("updated", (push) => this.#onUpdated(push));
    socket.on("beat", (beat) => beat.conversation === this.id && this.#onBeat(beat));
    socket.on("typing", (push) => this.#onTyping(push));
    socket.on("read", (push) => this.#onRead(push));
    socket.on("suggestion", ({ conversation, ...draft }) => conversation === this.id && (this.#suggestions.take(draft), this.onchange()));
  }

  /** What is being sent in this conversation. */
  get pending() {
    return this.outbox.items.filter(({ owner }) => owner.conversation === this.id);
  }

  /** The client's card, or null. */
  get client() {
    return this.file.card;
  }

  /** The bot's draft for what the client said last, or null. */
  get suggestion() {
    return this.#suggestions.shown(this.log.entries);
  }

  /** Open a conversation, or open it again after a reconnect. */
  async open(id) {
    const run = ++this.#run;
    if (id !== this.id) this.#startOver(id);
    this.onchange();
    try {
      const answer = await ask(this.socket, "open", { conversation: id });
      if (run === this.#run) this.#onOpened(answer);
    } catch (refusal) {
      if (run === this.#run) this.#onNotOpened(id, refusal);
    }
    this.onchange();
    this.#sender.send();
  }

  /** Leave it. */
  close() {
    if (this.id && this.socket.connected) ask(this.socket, "close", { conversation: this.id }).catch(() => {});
    this.#run += 1;
    this.#startOver(null);
    this.loading = false;
    this.onchange();
  }

  /** Write to the client, or a note (`private`): `{text, private?, mentions?, channel?, suggestion?, attachments?}`. */
  write(body) {
    const { suggestion } = this;
    const extras = suggestion && suggestion.seq === body.suggestion ? { buttons: suggestion.buttons, links: suggestion.links } : {};
    this.outbox.add(body, { conversation: this.id, extras });
    this.#typedAt = 0;
    if (!body.private) this.#suggestions.dismiss();
    this.onchange();
    this.#sender.send();
  }

  /** The bot's draft is not wanted, or is being edited. */
  dismissSuggestion() {
    this.#suggestions.dismiss();
    this.onchange();
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

  /** `take`, `return_to_bot`, `resolve` or `reopen`. Raises `Refusal`. */
  async act(event) {
    const { conversation } = await ask(this.socket, event, { conversation: this.id });
    if (conversation) this.desk.take(conversation);
  }

  /** Accept or decline a change request of the client's. Raises `Refusal`. */
  async decide(request, accept) {
    const { id } = this;
    const { client } = await ask(this.socket, "decide_change", { id: request, accept });
    if (id === this.id) this.file.take({ client: { ...this.client, ...client }, channels: this.file.channels });
    this.onchange();
  }

  /** Staff type: the client sees it, and the bot holds back. Not for notes. */
  typed(on = true) {
    const due = on ? this.now() - this.#typedAt > TYPING_EVERY : this.#typedAt > 0;
    if (!due || !this.id || !this.socket.connected) return;
    this.#typedAt = on ? this.now() : 0;
    ask(this.socket, "typing", { conversation: this.id, on }).catch(() => {});
  }

  /** Everything was seen. */
  seen() {
    const { last } = this.log;
    if (!this.id || last <= this.#read || !this.socket.connected) return;
    this.#read = last;
    ask(this.socket, "read", { conversation: this.id, seq: last }).catch((refusal) => {
      this.#read = 0;
      if (refusal.willPass) this.later(() => this.onchange(), refusal.retryAfter ?? RETRY_AFTER); // who only looks on has read it all the same
    });
  }

  /** Fetch older entries: the payload of `history` but for the conversation. One question at a time. */
  async load({ before, limit }) {
    if (this.#loading || !this.id) return;
    this.#loading = true;
    const { id } = this;
    try {
      const { messages } = await ask(this.socket, "history", { conversation: id, before, limit });
      if (id === this.id) this.log.place(messages);
    } finally {
      this.#loading = false;
    }
    if (id === this.id) this.onchange();
  }

  /** Have the entry with this number in the log, and what is around it. Returns whether it is there. Raises `Refusal`. */
  async reach(seq) {
    if (this.log.has(seq) || !this.id) return this.log.has(seq);
    const { id } = this;
    const { messages } = await ask(this.socket, "history", { conversation: id, before: seq + AROUND / 2, limit: AROUND });
    if (id !== this.id) return false;
    this.log.place(messages);
    this.onchange();
    return this.log.has(seq);
  }

  /** Bring the log up to date. */
  async sync() {
    if (this.#syncing || !this.id) return;
    this.#syncing = true;
    const { id } = this;
    const known = this.desk.find(id)?.last_seq ?? 0;
    try {
      for (let more = true; more && id === this.id; ) {
        const answer = await ask(this.socket, "sync", { conversation: id, after: this.log.last });
        if (id !== this.id) break;
        this.#merge(answer);
        more = Boolean(answer.more) && answer.messages.length > 0;
      }
      this.log.settle(known);
    } catch (refusal) {
      if (this.socket.connected && refusal.willPass) this.later(() => this.sync(), refusal.retryAfter ?? RETRY_AFTER);
    } finally {
      this.#syncing = false;
      this.onchange();
    }
  }

  #merge(answer) {
    const fresh = this.log.merge(answer.messages);
    this.outbox.settle(answer.messages);
    this.#tell(fresh);
  }

  #startOver(id) {
    this.id = id;
    this.log.clear();
    Object.assign(this, { problem: null, typist: null, readByClient: 0, newFrom: null, loading: true });
    this.#suggestions.begin(id);
    this.file.begin(id);
    this.#read = 0;
    this.#typedAt = 0;
  }

  #onOpened(answer) {
    const isFirst = this.log.last === 0;
    const isFar = !isFirst && (answer.messages[0]?.prev ?? 0) > this.log.last;
    if (isFar) this.log.leap(answer.messages);
    const fresh = isFar ? answer.messages : this.log.merge(answer.messages);
    this.log.rev = Math.max(this.log.rev, answer.conversation?.rev ?? 0);
    this.outbox.settle(answer.messages);
    this.file.take(answer);
    this.#suggestions.take(answer.suggestion);
    if (isFirst) this.#markNew(answer);
    this.readByClient = Math.max(this.readByClient, answer.conversation?.client_read_seq ?? 0);
    this.loading = false;
    this.problem = null;
    this.#read = 0;
    if (answer.conversation) this.desk.take(answer.conversation);
    if (!isFirst) this.#tell(fresh);
  }

  /** Where what is new began, when it was opened: that may be older than what came with it, and is fetched then. */
  async #markNew({ conversation, messages }) {
    if (!conversation?.unread) return;
    const { id } = this;
    const from = (conversation.read_seq ?? 0) + 1;
    try {
      if ((messages[0]?.seq ?? from) > from) await this.reach(from);
    } catch (refusal) {
      if (refusal.willPass) this.later(() => id === this.id && this.newFrom === null && this.#markNew({ conversation, messages }), refusal.retryAfter ?? RETRY_AFTER);
      return;
    }
    if (id !== this.id) return;
    this.newFrom = this.log.firstFrom(from);
    this.onchange();
  }

  #onNotOpened(id, refusal) {
    if (refusal.willPass) {
      if (this.socket.connected) this.later(() => id === this.id && this.open(id), refusal.retryAfter ?? RETRY_AFTER);
      return;
    }
    this.loading = false;
    this.problem = refusal.code;
  }

  #onSent({ ref, body, owner }, { id, seq, at, attachments = [] }) {
    if (owner.conversation !== this.id || seq <= this.log.last) return;
    if (seq !== this.log.last + 1) {
      this.sync();
      return;
    }
    const author = { kind: "staff", name: this.myName };
    const channel = body.private ? "web" : (body.channel ?? this.desk.find(this.id)?.channel ?? "web");
    const delivery = channel === "web" ? undefined : { state: "queued" };
    this.log.receive({ id, ref, seq, at, prev: seq - 1, author, buttons: [], links: [], private: false, delivery, ...body, ...owner.extras, channel, attachments });
  }

  #onMessage(message) {
    if (message.conversation !== this.id) return;
    const taken = this.log.receive(message);
    this.outbox.settle([message]);
    if (message.author.kind === "client") this.typist = null;
    if (message.author.kind !== "staff" || message.act) this.file.renew();
    if (taken === "gap") this.sync();
    if (taken === "added") this.#tell([message]);
    this.onchange();
  }

  #tell(messages) {
    const news = messages.filter(({ author }) => author.kind === "client" || author.kind === "bot");
    const fromClient = news.find(({ author }) => author.kind === "client");
    if (fromClient && !this.isWatching() && (this.newFrom === null || this.newFrom <= this.#read)) this.newFrom = fromClient.seq;
    if (news.length) this.onnews(news);
  }

  #onUpdated({ conversation, rev, message }) {
    if (conversation !== this.id) return;
    if (message.seq > this.log.last) this.#onMessage(message); // it overtook its own ack, or its push
    this.log.update([message], rev);
    this.onchange();
  }

  /** New entries come by `sync`; older ones that changed only by opening it again. */
  #onBeat(beat) {
    if (!this.log.isBehind(beat)) return;
    if (beat.rev > this.log.rev) this.open(this.id);
    else this.sync();
  }

  #onTyping({ conversation, author, on }) {
    if (conversation !== this.id || author.name === this.myName) return;
    this.never(this.#fade);
    this.typist = on ? author : null;
    if (on) this.#fade = this.later(() => ((this.typist = null), this.onchange()), TYPING_FADES);
    this.onchange();
  }

  #onRead({ conversation, by, seq }) {
    if (conversation !== this.id || (by?.kind ?? by) !== "client") return;
    this.readByClient = Math.max(this.readByClient, seq);
    this.onchange();
  }
}
