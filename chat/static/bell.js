/** What one member of staff was told of, and how they want to be told: kept by the server, the same in every tab. */
import { ask } from "./line.js";

const MOST = 50;

export class Bell {
  notices = []; // the newest first: {id, kind, conversation, title, text, at, seen}
  devices = []; // {id, agent, used_at}
  settings = null; // {unassigned, papers, quiet_when_closed, muted, muted_until}
  onchange = () => {};
  ontell = () => {};

  #isBefore;

  /** `isBefore(conversation)`: whether they look at it in this tab, now. */
  constructor({ socket, isBefore = () => false }) {
    this.socket = socket;
    this.#isBefore = isBefore;
    socket.on("notification", (notice) => this.#take(notice));
  }

  /** How many were not seen yet. */
  get unseen() {
    return this.notices.filter(({ seen }) => !seen).length;
  }

  /** Ask anew: at every connect. Raises `Refusal`. */
  async load() {
    this.#set(await ask(this.socket, "notifications"));
  }

  /** Change some of the settings; `mute` is "hour", "tomorrow", "forever" or "off". Raises `Refusal`. */
  async change(changes) {
    this.#set(await ask(this.socket, "set_notifications", changes));
  }

  /** Show something on one of the devices, to see that it works. Raises `Refusal`. */
  async try(device) {
    await ask(this.socket, "try_notification", { device });
  }

  /** They have seen those of a conversation, or all. */
  see(conversation = null) {
    const fresh = this.notices.filter((one) => !one.seen && (conversation === null || one.conversation === conversation));
    if (!fresh.length) return;
    for (const one of fresh) one.seen = true;
    this.onchange();
    ask(this.socket, "seen_notifications", conversation ? { conversation } : {}).catch(() => {}); // asked again with the next load
  }

  #take(notice) {
    const before = this.#isBefore(notice.conversation);
    if (notice.kind !== "message" && !this.notices.some(({ id }) => id === notice.id)) {
      this.notices = [{ ...notice, seen: false }, ...this.notices].slice(0, MOST);
      if (before) this.see(notice.conversation);
      this.onchange();
    }
    if (!before) this.ontell(notice);
  }

  #set({ settings, devices, notifications }) {
    Object.assign(this, { settings, devices, notices: notifications });
    this.onchange();
  }
}
