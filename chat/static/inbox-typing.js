/** Who types where, in all conversations: for the list. */
import * as timers from "./timers.js";

const FADES = 6000; // ms without a sign

export class Typists {
  onchange = () => {};
  #typing = new Map(); // conversation: {author, timer}

  /** `myName`: of whom nobody needs to be told. */
  constructor({ socket, myName, later = timers.later, never = timers.never }) {
    Object.assign(this, { myName, later, never });
    socket.on("typing", ({ conversation, author, on }) => author.name !== myName && this.#take(conversation, on ? author : null));
    socket.on("message", ({ conversation, author }) => this.#typing.get(conversation)?.author.kind === author.kind && this.#take(conversation, null));
    socket.on("disconnect", () => [...this.#typing.keys()].forEach((one) => this.#take(one, null)));
  }

  /** Who types in this conversation: {kind, name}, or undefined. */
  in(conversation) {
    return this.#typing.get(conversation)?.author;
  }

  #take(conversation, author) {
    const before = this.#typing.get(conversation);
    if (before) this.never(before.timer);
    if (author) this.#typing.set(conversation, { author, timer: this.later(() => this.#take(conversation, null), FADES) });
    else this.#typing.delete(conversation);
    if (before?.author.name !== author?.name) this.onchange();
  }
}
