// The bell of a page that stays open: asks now and then how many notifications are new, and hears it at once from the
// chat in a frame of this page. Only while somebody may be looking: a page out of sight asks nothing.

const SOONEST = 20_000; // milliseconds
const LATEST = 60_000; // while nothing happens
const LATEST_FAILING = 300_000;
const GROWS = 1.5;
const ANSWER_WITHIN = 15_000;

/**
 * How many are new, kept up to date. `fetchCount(known)` answers `{status, unseen}`; 304 when it is still `known`.
 * `onchange(count, rose)` is told of each change.
 */
export class Bell {
  count;
  #wait = SOONEST;
  #timer = null;
  #asking = false;
  #told = 0; // how often somebody else told the count: an answer that was on its way meanwhile is old

  constructor({ count, fetchCount, onchange, isVisible, later = (...after) => setTimeout(...after), never = (timer) => clearTimeout(timer) }) {
    Object.assign(this, { count, fetchCount, onchange, isVisible, later, never });
  }

  /** The page is there: ask in a while. */
  start() {
    this.#plan();
  }

  /** It has come into sight or gone out of it, or the line is back. */
  look() {
    this.never(this.#timer);
    this.#wait = SOONEST;
    return this.isVisible() ? this.ask() : undefined;
  }

  /** Somebody else knows: the chat of this page. `quietly`: it has said so itself. */
  take(count, quietly = false) {
    this.#told += 1;
    this.#set(count, quietly);
  }

  async ask() {
    if (this.#asking) return;
    this.#asking = true;
    const told = this.#told;
    let status = 0; // no line
    try {
      const answer = await this.fetchCount(this.count);
      status = answer.status;
      if (status === 200 && told === this.#told) this.#set(answer.unseen, false);
    } catch {}
    this.#asking = false;
    if (status === 401 || status === 403) return; // signed out: until the page is looked at anew
    const most = status === 200 || status === 304 ? LATEST : LATEST_FAILING;
    this.#wait = Math.min(this.#wait * GROWS, most);
    this.#plan();
  }

  #set(count, quietly) {
    if (!Number.isInteger(count) || count < 0 || count === this.count) return;
    const rose = count > this.count && !quietly;
    this.count = count;
    this.#wait = SOONEST;
    this.onchange(count, rose);
  }

  #plan() {
    this.never(this.#timer);
    if (this.isVisible()) this.#timer = this.later(() => this.ask(), this.#wait);
  }
}

/** What the bell is called with so many new ones; `none`, `one` and `other` stand beside it. */
export function nameOf(count, { none, one, other }) {
  return count === 0 ? none : count === 1 ? one : other.replace("{count}", count);
}

function hang(link) {
  const badge = link.querySelector(".count");
  const said = Object.assign(document.createElement("p"), { className: "hidden" });
  said.setAttribute("aria-live", "polite"); // no `status`: pages say with one what became of a form
  link.after(said);

  const bell = new Bell({
    count: Number(link.dataset.unseen),
    isVisible: () => document.visibilityState === "visible",
    async fetchCount(known) {
      const headers = { Accept: "application/json", "If-None-Match": `"${known}"` };
      const answer = await fetch(link.dataset.bell, { headers, cache: "no-store", signal: AbortSignal.timeout(ANSWER_WITHIN) });
      return { status: answer.status, unseen: answer.status === 200 ? (await answer.json()).unseen : null };
    },
    onchange(count, rose) {
      const name = nameOf(count, link.dataset);
      link.setAttribute("aria-label", name);
      badge.hidden = count === 0;
      badge.textContent = count < 10 ? count : "9+";
      said.textContent = rose ? name : "";
    },
  });
  bell.start();
  document.addEventListener("visibilitychange", () => bell.look());
  addEventListener("online", () => bell.look());
  addEventListener("pageshow", ({ persisted }) => persisted && bell.look()); // the way back shows a page as it was left
  addEventListener("message", ({ origin, data }) => {
    if (origin === location.origin && data?.pitline === "bell") bell.take(data.count, data.said === true);
  });
}

if (typeof document !== "undefined") {
  const link = document.querySelector("[data-bell]");
  if (link) hang(link);
}
