/** The client of the open conversation: the card, and the ways to reach them; asked anew when something about them changed. */
import { ask } from "./line.js";
import * as timers from "./timers.js";

const AGAIN_AFTER = 4000;

export class ClientFile {
  card = null; // as in the ack of `open`, or null: nobody's
  channels = []; // {channel, to?, stopped?}, the ways that are open

  #conversation = null;
  #timer = null;

  constructor({ socket, onchange, later = timers.later, never = timers.never }) {
    Object.assign(this, { socket, onchange, later, never });
  }

  /** Another conversation begins, or none. */
  begin(conversation) {
    this.#conversation = conversation;
    this.never(this.#timer);
    this.#timer = null;
    this.take({});
  }

  /** Take what an ack brought. */
  take({ client = null, channels = [] }) {
    Object.assign(this, { card: client, channels });
  }

  /** Ask anew, soon, and once for several reasons. */
  renew(wait = AGAIN_AFTER) {
    if (this.#timer !== null || !this.#conversation) return;
    const conversation = this.#conversation;
    this.#timer = this.later(async () => {
      this.#timer = null;
      const answer = await ask(this.socket, "card", { conversation }).catch(() => null);
      if (!answer || conversation !== this.#conversation) return;
      this.take(answer);
      this.onchange();
    }, wait);
  }
}
