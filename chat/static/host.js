/**
 * The page around the frame. Only small words pass: "open" from the page, "close" and the number of unread messages to
 * it; to a page of our own also the number under its bell. Whatever else a page sends is ignored.
 */
export class Host {
  /** Whether the chat is in sight. On its own, or where the page says nothing, it is. */
  open = true;
  #unread = -1;
  #bell = null;

  constructor({ onopen = () => {}, scope = window }) {
    this.scope = scope;
    this.framed = scope.parent !== scope;
    scope.addEventListener("message", (event) => {
      if (event.source !== scope.parent || typeof event.data?.pitline !== "string") return;
      if (event.data.pitline === "open") {
        this.open = true;
        onopen();
      }
      if (event.data.pitline === "closed") this.open = false;
    });
  }

  /** Ask the page to close the frame. */
  close() {
    this.#say({ pitline: "close" });
  }

  /** Tell the page how many messages are unread, when that changed. */
  tellUnread(count) {
    if (count === this.#unread) return;
    this.#unread = count;
    this.#say({ pitline: "unread", count });
  }

  /**
   * Tell a page of ours how many notifications are new, when that changed or, with `said`, when one came: the page may
   * have heard of fewer meanwhile. `said` is whether the reader was told of it here.
   */
  tellBell(count, said = null) {
    if (count === this.#bell && said === null) return;
    this.#bell = count;
    if (count !== null && this.framed && this.#isOurs()) this.scope.parent.postMessage({ pitline: "bell", count, said: said === true }, this.scope.location.origin);
  }

  #isOurs() {
    try {
      return this.scope.parent.location.origin === this.scope.location.origin;
    } catch {
      return false; // another site's page does not let itself be asked
    }
  }

  /** Any page may hear it: which page may frame us at all is decided by `frame-ancestors`. */
  #say(data) {
    if (this.framed) this.scope.parent.postMessage(data, "*");
  }
}
