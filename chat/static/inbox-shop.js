/** What one shop's inbox has in common for all conversations: who works there, labels, canned replies, who is there now. */
import { ask } from "./line.js";

export class ShopDesk {
  staff = null; // me: {id, name, role}
  shop = null; // {slug, name, timezone, language}
  people = [];
  labels = [];
  cannedReplies = [];
  presence = [];
  push = null;
  onchange = () => {};

  constructor({ socket }) {
    this.socket = socket;
    socket.on("shop_changed", () => this.load().catch(() => {})); // the next connect asks again
    socket.on("presence", ({ people }) => this.#take({ presence: people ?? [] }));
  }

  /** Ask anew: at every connect, and when settings may have changed. Raises `Refusal`. */
  async load() {
    const { canned_replies: cannedReplies = [], staff = null, shop = null, people = [], labels = [], presence = [], push = null } = await ask(this.socket, "shop");
    this.#take({ staff, shop, people, labels, cannedReplies, presence, push });
  }

  /** The member of staff with this id, or undefined. */
  person(id) {
    return this.people.find((one) => one.id === id);
  }

  /** Who else looks at a conversation now. */
  lookingAt(conversation) {
    const me = this.staff?.id;
    return this.presence.filter(({ staff, conversations }) => staff !== me && conversations.includes(conversation));
  }

  #take(values) {
    Object.assign(this, values);
    this.onchange();
  }
}
