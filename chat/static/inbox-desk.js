/** The list of conversations as one member of staff has it before them: a view, its counts, and what is selected. */
import { ask } from "./line.js";

/** The views in the order they are shown. */
export const VIEWS = ["waiting", "mine", "open", "bot", "resolved"];
const PAGE = 50;
const RECOUNT_AFTER = 1000; // milliseconds

/** Whether a conversation is in a view, for the member of staff with the id `me`. */
export function belongs({ status, assignee }, view, me) {
  if (view === "mine") return status === "open" && assignee?.id === me;
  return view === "all" || status === view;
}

export class Desk {
  view = "waiting";
  counts = {};
  selected = null;
  loading = true;
  cursor = null;
  onchange = () => {};

  #known = new Map();
  #held = null;
  #run = 0;
  #pushed = new Set(); // seen by push since the last question was asked
  #timer = null;

  /** `me`: the id of the member of staff. */
  constructor({ socket, me }) {
    this.socket = socket;
    this.me = me;
    socket.on("conversation", (summary) => this.take(summary));
  }

  /** The conversations of the view, the one last written in first; urgent ones lead where a person is due. */
  get list() {
    const found = [...this.#known.values()].filter((one) => belongs(one, this.view, this.me) || one.id === this.#held);
    const urgency = (one) => (this.view === "waiting" && one.urgent ? 1 : 0);
    return found.sort((a, b) => urgency(b) - urgency(a) || (b.last?.at ?? "").localeCompare(a.last?.at ?? ""));
  }

  /** The summary of a conversation, or undefined where this desk has not seen it. */
  find(id) {
    return this.#known.get(id);
  }

  /** How many conversations want a look: for the title of the page. */
  get unread() {
    return [...this.#known.values()].filter((one) => one.unread > 0 && one.status !== "resolved" && one.status !== "bot").length;
  }

  /** Show another view. */
  async show(view) {
    this.view = view;
    this.#held = null;
    this.loading = true;
    this.onchange();
    await this.load();
  }

  /** Fetch the view anew: at the start, after a reconnect, now and then. The last call wins. */
  async load() {
    const run = ++this.#run;
    const { view } = this;
    this.#pushed.clear();
    const answer = await ask(this.socket, "inbox", { view, limit: PAGE });
    if (run !== this.#run) return;
    for (const [id, one] of this.#known) if (belongs(one, view, this.me) && !this.#pushed.has(id)) this.#known.delete(id);
    this.#add(answer);
    this.loading = false;
    this.onchange();
    if (this.#pushed.size) this.#countAgain();
  }

  /** The next page of the view. */
  async more() {
    if (!this.cursor) return;
    this.#add(await ask(this.socket, "inbox", { view: this.view, cursor: this.cursor, limit: PAGE }));
    this.onchange();
  }

  /** A conversation is opened: it stays in the list though it may leave the view, so that nothing jumps. */
  hold(id) {
    this.selected = id;
    this.#held = this.list.some((one) => one.id === id) ? id : null;
  }

  /** Take a conversation's new summary, as pushed or as the ack of what was done to it. */
  take(summary) {
    const before = this.#known.get(summary.id);
    if (before && (summary.last_seq ?? 0) < (before.last_seq ?? 0)) return;
    const now = { ...before, ...summary };
    this.#pushed.add(now.id);
    if (before) this.#recount(before, now);
    this.#known.set(now.id, now);
    if (!before) this.#isNew(now);
    this.onchange();
  }

  /** Select the next (1) or previous (-1) conversation of the list. Returns its id, or null. */
  step(by) {
    const { list } = this;
    if (!list.length) return null;
    const at = list.findIndex(({ id }) => id === this.selected);
    const next = at < 0 ? 0 : Math.min(list.length - 1, Math.max(0, at + by));
    this.selected = list[next].id;
    this.onchange();
    return this.selected;
  }

  #add({ conversations, counts, cursor }) {
    for (const one of conversations) {
      const known = this.#known.get(one.id); // what was pushed meanwhile is newer than the answer
      if (!known || (known.last_seq ?? 0) <= (one.last_seq ?? 0)) this.#known.set(one.id, one);
    }
    this.counts = counts ?? this.counts;
    this.cursor = cursor ?? null;
  }

  /** The answer's counts may be older than the pushes that came with it: ask once more, soon. */
  #countAgain() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.load().catch(() => {}), RECOUNT_AFTER);
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
    if (this.loading) return;
    this.load().catch(() => {});
  }
}
