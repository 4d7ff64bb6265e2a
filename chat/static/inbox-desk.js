/** The list of conversations as one member of staff has it before them: a view, a label, a search, and what is selected. */
import { ask } from "./line.js";
import * as timers from "./timers.js";

/** The views in the order they are shown. */
export const VIEWS = ["waiting", "mine", "open", "bot", "snoozed", "resolved", "all"];
const PAGE = 100; // conversations; of those below the first page twice as many at once
const MOST_AGAIN = 2000; // conversations fetched anew after a break; the rest as one scrolls there
const RECOUNT_AFTER = 1000; // milliseconds

/** Whether a conversation is in a view, for the member of staff with the id `me`. */
export function belongs({ status, assignee }, view, me) {
  if (view === "mine") return status === "open" && assignee?.id === me;
  return view === "all" || status === view;
}

/** Whoever waits longer is first; of whom that is not known, after them. */
function inLine(a, b) {
  const [first, second] = [a.waiting_since ?? "9", b.waiting_since ?? "9"];
  if (first !== second) return first < second ? -1 : 1;
  return a.id < b.id ? 1 : -1;
}

/** A summary as it was told, but for the read mark: that only moves forward, and what was told may have been made before it moved. */
function withMark(summary, before) {
  const isBehind = before && (summary.read_seq ?? Infinity) < (before.read_seq ?? 0);
  if (!isBehind || summary.last_seq > before.last_seq) return summary;
  return { ...summary, read_seq: before.read_seq, unread: before.unread };
}

export class Desk {
  view = "waiting";
  label = null;
  query = "";
  hits = {}; // of a search: where a message matched
  counts = {};
  selected = null;
  loading = true;
  cursor = null;
  onchange = () => {};

  #known = new Map();
  #sorted = null; // the list as it was last asked for; null: it has changed
  #found = null; // ids in the order of a search
  #held = null;
  #isFresh = true; // nothing of what is shown has been fetched yet
  #run = 0;
  #more = null;
  #pushed = new Set(); // seen by push since the last question was asked
  #timer = null;
  #askedAt = -Infinity; // when the counts were last asked for because of one never seen

  /** `me`: the id of the member of staff. */
  constructor({ socket, me, now = Date.now, later = timers.later }) {
    Object.assign(this, { socket, me, now, later });
    socket.on("conversation", (summary) => this.take(summary));
  }

  /**
   * What is listed: in the order of a search, else the one last written in first. Who waits for a person stands in line as
   * each was told, urgent ones before; but where more wait than were fetched yet, these are the newest, as they came.
   */
  get list() {
    this.#sorted ??= this.#found ? this.#found.map((id) => this.#known.get(id)).filter(Boolean) : [...this.#known.values()].filter((one) => this.#isListed(one)).sort(this.#order);
    return this.#sorted;
  }

  /** How many conversations the list has, those not fetched yet too; -1 where nobody knows. */
  get total() {
    const { length } = this.list;
    if (!this.cursor) return length;
    return this.label ? -1 : Math.max(length, this.counts[this.view] ?? 0);
  }

  /** The summary of a conversation, or undefined where this desk has not seen it. */
  find(id) {
    return this.#known.get(id);
  }

  /** Whether a search found as much as is shown, and perhaps more. */
  get isFull() {
    return this.query !== "" && this.list.length >= PAGE;
  }

  /** How many conversations want a look: for the title of the page. */
  get unread() {
    let count = 0;
    for (const one of this.#known.values()) if (one.unread > 0 && ["waiting", "open", "snoozed"].includes(one.status)) count += 1;
    return count;
  }

  /** Show another view. */
  show(view) {
    return this.#ask({ view, query: "" });
  }

  /** Only conversations with this label; null: all. */
  filter(label) {
    return this.#ask({ label });
  }

  /** Look for words in all conversations; nothing to look for shows the view again. */
  search(query) {
    return this.#ask({ query: query.trim() });
  }

  /**
   * Fetch what is shown anew, now and then: its first page. The last call wins. `isWhole`: all that was fetched before,
   * for while the line was down anything may have changed unheard.
   */
  async load(isWhole = false) {
    const run = ++this.#run;
    const { query } = this;
    const wanted = isWhole ? Math.min(this.list.length, MOST_AGAIN) : 0;
    this.#pushed.clear();
    const answer = await ask(this.socket, "inbox", this.#question());
    while (run === this.#run && answer.cursor && answer.conversations.length < wanted) {
      const next = await ask(this.socket, "inbox", { ...this.#question(), limit: 2 * PAGE, cursor: answer.cursor });
      answer.conversations = [...answer.conversations, ...next.conversations];
      answer.cursor = next.cursor;
    }
    if (run !== this.#run) return;
    this.#isFresh ||= isWhole;
    const goesOn = !query && this.#dropGone(answer);
    const { cursor } = this;
    this.#found = query ? answer.conversations.map(({ id }) => id) : null;
    this.hits = answer.hits ?? {};
    this.#add(answer);
    if (goesOn) this.cursor = cursor;
    this.#isFresh = false;
    this.loading = false;
    this.onchange();
    if (this.#pushed.size) this.#countAgain();
  }

  /** The next page. Safe to call again and again: one is asked for at a time. */
  more() {
    if (!this.cursor || this.loading) return Promise.resolve();
    this.#more ??= this.#loadMore().finally(() => (this.#more = null));
    return this.#more;
  }

  /** A conversation is opened: it stays in the list though it may leave the view, so that nothing jumps. */
  hold(id) {
    this.selected = id;
    const isListed = this.list.some((one) => one.id === id);
    this.#held = isListed ? id : null;
    this.#sorted = null;
  }

  /** Take a conversation's new summary, as pushed or as the ack of what was done to it. */
  take(summary) {
    const before = this.#known.get(summary.id);
    if (before && (summary.last_seq ?? 0) < (before.last_seq ?? 0)) return;
    const now = { ...before, ...withMark(summary, before) };
    this.#pushed.add(now.id);
    if (before) this.#recount(before, now);
    this.#known.set(now.id, now);
    this.#place(before, now);
    if (!before) this.#isNew();
    this.onchange();
  }

  /** Select the next (1) or previous (-1) conversation of the list. Returns its id, or null. */
  step(by) {
    const { list } = this;
    if (!list.length) return null;
    const at = list.findIndex(({ id }) => id === this.selected);
    const next = at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by));
    this.selected = list[next].id;
    if (next > list.length - 5) this.more().catch(() => {});
    this.onchange();
    return this.selected;
  }

  /** Select this conversation of the list. Returns its id. */
  select(id) {
    this.selected = id;
    this.onchange();
    return id;
  }

  async #ask(changes) {
    Object.assign(this, { loading: true, cursor: null, hits: {} }, changes);
    this.#isFresh = true;
    this.#held = null;
    this.#found = this.query ? [] : null;
    this.#sorted = null;
    this.onchange();
    await this.load();
  }

  #question() {
    const view = this.query ? "all" : this.view;
    return { view, limit: PAGE, ...(this.label ? { label: this.label } : {}), ...(this.query ? { q: this.query } : {}) };
  }

  async #loadMore() {
    const run = this.#run;
    const answer = await ask(this.socket, "inbox", { ...this.#question(), limit: 2 * PAGE, cursor: this.cursor });
    if (run !== this.#run) return;
    this.#add(answer);
    this.onchange();
  }

  /** Forget what the first page should have and has not. True when what was loaded beyond it stays. */
  #dropGone({ conversations, cursor }) {
    const end = cursor && !this.#isFresh ? (conversations.at(-1)?.last?.at ?? "") : "";
    const there = new Set(conversations.map(({ id }) => id));
    let goesOn = false;
    for (const [id, one] of this.#known) {
      if (!this.#isIn(one) || this.#pushed.has(id) || there.has(id)) continue;
      if ((one.last?.at ?? "") >= end) this.#known.delete(id);
      else goesOn = true;
    }
    return goesOn;
  }

  #isIn(one) {
    const label = this.label?.toLowerCase();
    return belongs(one, this.view, this.me) && (!label || (one.labels ?? []).some((name) => name.toLowerCase() === label));
  }

  #isListed(one) {
    return this.#isIn(one) || one.id === this.#held;
  }

  #order = (a, b) => {
    if (this.view === "waiting") {
      const urgency = Number(b.urgent ?? false) - Number(a.urgent ?? false);
      if (urgency) return urgency;
      if (!this.cursor && (a.waiting_since || b.waiting_since)) return inLine(a, b);
    }
    const [first, second] = [a.last?.at ?? "", b.last?.at ?? ""];
    if (first !== second) return first < second ? 1 : -1;
    return a.id < b.id ? 1 : -1;
  };

  /** Move one row to where it belongs now: the others keep their places. */
  #place(before, now) {
    if (!this.#sorted) return;
    if (this.#found) {
      this.#sorted = null;
      return;
    }
    const list = before ? this.#sorted.filter(({ id }) => id !== now.id) : [...this.#sorted];
    if (this.#isListed(now)) {
      let low = 0;
      let high = list.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.#order(list[middle], now) < 0) low = middle + 1;
        else high = middle;
      }
      list.splice(low, 0, now);
    }
    this.#sorted = list;
  }

  #add({ conversations, counts, cursor }) {
    for (const one of conversations) {
      const ahead = (this.#known.get(one.id)?.last_seq ?? -1) - (one.last_seq ?? 0);
      const isNewer = ahead > 0 || (ahead === 0 && this.#pushed.has(one.id)); // pushed meanwhile: a read mark has no number
      if (!isNewer) this.#known.set(one.id, withMark(one, this.#known.get(one.id)));
    }
    this.#sorted = null;
    this.counts = counts ?? this.counts;
    this.cursor = cursor ?? null;
  }

  /** The counts may be older than what was pushed: ask once more, soon, and not with every push of a busy hour. */
  #countAgain() {
    this.#timer ??= this.later(() => {
      this.#timer = null;
      this.load().catch(() => {});
    }, RECOUNT_AFTER);
    this.#timer.unref?.();
  }

  #recount(before, now) {
    for (const view of VIEWS) {
      const change = Number(belongs(now, view, this.me)) - Number(belongs(before, view, this.me));
      if (change) this.counts = { ...this.counts, [view]: Math.max(0, (this.counts[view] ?? 0) + change) };
    }
  }

  /** Never seen here: it may be new or come from a view not fetched, so the counts are asked for. */
  #isNew() {
    if (this.loading || this.query) return; // what is found is not looked for again with every message
    if (this.now() - this.#askedAt < RECOUNT_AFTER) {
      this.#countAgain();
      return;
    }
    this.#askedAt = this.now();
    this.load().catch(() => {});
  }
}
