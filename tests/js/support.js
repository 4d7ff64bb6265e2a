/** What the tests of the front end share: a line that the test holds both ends of, a clock, messages. */
import { EventEmitter } from "node:events";
import { MemoryStorage } from "../../chat/static/keep.js";

/** A socket as socket.io-client has it, as far as we use it. The test answers what was emitted. */
export class FakeSocket extends EventEmitter {
  connected = false;
  active = true;
  emitted = [];
  answers = {};

  timeout() {
    return this;
  }

  /** Waits in `emitted` for `answer`, unless `answers` has a function for the event. */
  emitWithAck(event, payload) {
    const ask = { event, payload };
    const promise = new Promise((resolve, reject) => Object.assign(ask, { resolve, reject }));
    this.emitted.push(ask);
    if (this.answers[event]) ask.resolve(this.answers[event](payload));
    return promise;
  }

  /** The one call of this event that is not yet answered. */
  pending(event) {
    return this.emitted.find((ask) => ask.event === event && !ask.done);
  }

  async answer(event, ack) {
    const ask = this.pending(event);
    ask.done = true;
    ask.resolve(ack);
    await settle();
  }

  async lose(event) {
    const ask = this.pending(event);
    ask.done = true;
    ask.reject(new Error("timeout"));
    await settle();
  }

  async push(event, data) {
    super.emit(event, data);
    await settle();
  }

  async up() {
    this.connected = true;
    await this.push("connect");
  }

  async down(reason = "transport close") {
    this.connected = false;
    for (const ask of this.emitted.filter((one) => !one.done)) {
      ask.done = true;
      ask.reject(new Error("disconnected"));
    }
    await this.push("disconnect", reason);
  }

  connect() {}
}

/** Let every promise that can go on, go on. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** Timers that run when the test says so. */
export class Timers {
  #all = new Map();
  #last = 0;

  later = (act, wait) => {
    this.#all.set((this.#last += 1), { act, wait });
    return this.#last;
  };

  never = (id) => this.#all.delete(id);

  get waits() {
    return [...this.#all.values()].map(({ wait }) => wait);
  }

  async run() {
    const due = [...this.#all.values()];
    this.#all.clear();
    for (const { act } of due) act();
    await settle();
  }
}

/** A message object of the protocol. */
export function message(seq, changes = {}) {
  return {
    id: `m${seq}`,
    ref: null,
    conversation: "c1",
    seq,
    prev: seq - 1,
    at: new Date(Date.UTC(2026, 2, 11, 15, seq)).toISOString(),
    author: { kind: "bot", name: "Garland Auto" },
    channel: "web",
    text: `text ${seq}`,
    buttons: [],
    links: [],
    attachments: [],
    private: false,
    ...changes,
  };
}

/** The ack of `sync`. */
export function synced(messages = [], changes = {}) {
  const lastSeq = messages.at(-1)?.seq ?? 0;
  return {
    ok: true,
    visitor: "token-1",
    client: null,
    shop: { name: "Garland Auto", phone: "+15125550100", open: true, next_opening: null },
    conversation: { id: "c1", status: "bot", last_seq: lastSeq, read_seq: 0, staff_read_seq: 0, rev: 0, ...changes.conversation },
    messages,
    updated: changes.updated ?? [],
    more: changes.more ?? false,
  };
}

export { MemoryStorage };
