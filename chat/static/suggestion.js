/** The bot's draft for what the client said last: whether it still counts. No page here. */

const ENDS_IT = new Set(["returned_to_bot", "resolved", "continued"]);
const LATELY = 40;

/** Whether a draft for the message `seq` is of no use any more: somebody but the client wrote after it, or it is over. */
export function isStale({ seq }, entries) {
  return entries.some((entry) => entry.seq > seq && (ENDS_IT.has(entry.act) || (!entry.act && !entry.private && entry.author.kind !== "client")));
}

/** The draft of one conversation, as long as it counts and was not dismissed. */
export class SuggestionBox {
  #conversation = null;
  #draft = null;
  #dismissed = new Set();

  /** The draft to show beside these entries (the newest), or null. */
  shown(entries) {
    if (!this.#draft || this.#dismissed.has(this.#name)) return null;
    return isStale(this.#draft, entries.slice(-LATELY)) ? null : this.#draft;
  }

  /** Another conversation begins, or none. */
  begin(conversation) {
    this.#conversation = conversation;
    this.#draft = null;
  }

  /** Take what `open` or a push brought, or null. An older one does not replace a newer one. */
  take(draft) {
    if (draft && draft.seq >= (this.#draft?.seq ?? 0)) this.#draft = draft;
  }

  /** Staff do not want it, or have used it. It does not come back in this tab. */
  dismiss() {
    if (this.#draft) this.#dismissed.add(this.#name);
  }

  get #name() {
    return `${this.#conversation}/${this.#draft.seq}`;
  }
}
