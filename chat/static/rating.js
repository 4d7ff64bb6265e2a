/**
 * The rating of a finished conversation: chosen with one tap, kept until the server has it, then a word to it if wanted.
 * No page here; `onchange` is called after each step.
 */
import * as timers from "./timers.js";

const REST = 700; // who moves through the five with the arrow keys has chosen where they rest

export class Rating {
  /** "ask", "saving", "saved" (a word may follow), "done", "failed" */
  state = "ask";
  score = null;
  onchange = () => {};

  #comment = null;
  #waiting = null;
  #left = false;

  /** `rate(score, comment)` tells the server. */
  constructor({ rate, later = timers.later, never = timers.never }) {
    Object.assign(this, { rate, later, never });
  }

  /** Whether to ask: a conversation that is over, in which something was said, and that nobody rated or just did. */
  isAsked(conversation, last) {
    if (conversation?.status !== "resolved") this.#startOver();
    else if (!this.#left) return last > 0 && (conversation.rating === null || conversation.rating === undefined || this.score !== null);
    return false;
  }

  /** A score, at once (a tap) or when the choice rests (the arrow keys). */
  choose(score, { atOnce = true } = {}) {
    this.score = score;
    this.never(this.#waiting);
    if (atOnce) return this.#save();
    this.#waiting = this.later(() => this.#save(), REST);
    return this.onchange();
  }

  /** A word to it. An empty one is none. */
  say(comment) {
    this.#comment = comment.trim() || null;
    return this.#save();
  }

  /** Not now: it is not asked again for this conversation. */
  leave() {
    this.#left = true;
    this.onchange();
  }

  /** The line is back: what was not saved is tried again. */
  retry() {
    if (this.state === "failed" && this.score !== null) this.#save();
  }

  #startOver() {
    if (this.state === "ask" && this.score === null && !this.#left) return;
    this.never(this.#waiting);
    Object.assign(this, { state: "ask", score: null });
    this.#comment = null;
    this.#left = false;
  }

  async #save() {
    const { score } = this;
    const comment = this.#comment;
    this.never(this.#waiting);
    this.state = "saving";
    this.onchange();
    try {
      await this.rate(score, comment);
      if (this.score === score) this.state = comment === null ? "saved" : "done";
    } catch {
      this.state = "failed";
    }
    this.onchange();
  }
}
