/** Moves an outbox: one message after the other, each until it is acknowledged or refused for good. */
import { ask } from "./line.js";
import { onTheWire } from "./outbox.js";
import * as timers from "./timers.js";

const RETRY_AFTER = 2000;

export class Sender {
  #running = false;
  #pause = null;

  /**
   * `isFor(item)`: whether it may go now; `payload(item)`: what is emitted beside the `ref`; `onsent(item, ack)`;
   * `onchange()` after any step.
   */
  constructor({ socket, outbox, isFor, payload = ({ body }) => body, onsent, onchange, later = timers.later }) {
    Object.assign(this, { socket, outbox, isFor, payload, onsent, onchange, later });
    outbox.onmoved = () => {
      this.onchange();
      this.send();
    };
  }

  /** Send what waits. Safe to call at any time; nothing happens while the line is down. */
  async send() {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let item = this.#next(); item; item = this.#next()) await this.#sendOne(item);
    } finally {
      this.#running = false;
    }
  }

  #next() {
    return this.socket.connected && this.#pause === null ? this.outbox.next(this.isFor) : undefined;
  }

  async #sendOne(item) {
    this.outbox.mark(item.ref, "sending");
    this.onchange();
    try {
      const ack = await ask(this.socket, "message", { ref: item.ref, ...onTheWire(this.payload(item)) });
      this.outbox.remove(item.ref);
      this.onsent(item, ack);
    } catch (refusal) {
      this.#onUnsent(item, refusal);
    }
    this.onchange();
  }

  #onUnsent({ ref }, refusal) {
    if (!refusal.willPass) return this.outbox.mark(ref, "failed", refusal.code);
    this.outbox.mark(ref, "waiting");
    this.#pause = this.later(() => {
      this.#pause = null;
      this.send();
    }, refusal.retryAfter ?? RETRY_AFTER);
  }
}
