/** The bell of the inbox: what one was told, and in a dialog of its own what one wants to be told of, and where. */
import { agoLabel, soonLabel } from "./dates.js";
import { deviceName } from "./device.js";
import { el } from "./dom.js";
import { BellToasts } from "./inbox-toasts.js";

const OBSTACLES = {
  denied: "This browser blocks notifications from the inbox. To allow them, press the symbol left of the address, find Notifications, choose Allow, and load the page again.",
  insecure: "Browsers show notifications only for pages with https.",
  install: "On an iPhone or iPad, put the inbox on the home screen first: Share, then Add to Home Screen. Open it from there and come back here.",
  unsupported: "This browser cannot show notifications.",
};
const PROBLEMS = {
  denied: OBSTACLES.denied,
  dismissed: "The browser’s question was closed without an answer. Press the button again when you are ready.",
  failed: "That did not work. Try again in a moment.",
};
const MUTES = { hour: "For an hour", tomorrow: "Until tomorrow", forever: "Until I turn it on" };
const SWITCHES = {
  unassigned: ["Conversations that nobody has", "When a client writes and waits for anybody. Those assigned to you always notify you."],
  papers: ["Estimates, visits and change requests", "When a client decides on an estimate, books, moves or cancels a visit, or asks to change their details."],
  quiet_when_closed: ["Quiet while the shop is closed", "Devices stay silent outside opening hours. The bell still counts."],
};
const KINDS = { mention: "@", assigned: "→", change_request: "✎", estimate: "$", visit: "◷" };

export class Notify {
  #problem = "";
  #under = Promise.resolve();
  #shown = "";

  /** `bell`: a `Bell`; `device`: a `Device`; `timezone`: the shop's; `onopen(conversation)`. */
  constructor({ bell, device, timezone, onopen }) {
    Object.assign(this, { bell, device, timezone, onopen });
    this.button = document.getElementById("bell");
    this.count = document.getElementById("bell-count");
    this.list = document.getElementById("notices");
    this.settings = document.getElementById("notify");
    this.toasts = new BellToasts({ box: document.getElementById("notice-toasts"), onopen });
    this.button.addEventListener("click", () => this.#openList());
    document.getElementById("notices-settings").addEventListener("click", () => (this.list.close(), this.openSettings()));
    document.getElementById("notices-seen").addEventListener("click", () => bell.see());
    bell.onchange = () => this.render();
    bell.ontell = (notice) => this.toasts.show(notice);
  }

  /** The settings: also from a menu. */
  openSettings() {
    this.#problem = "";
    this.#shown = "";
    this.bell.load().catch(() => {});
    this.#fillSettings();
    this.settings.showModal();
  }

  /** A conversation was opened: nothing about it is new any more. */
  opened(conversation) {
    this.toasts.clear(conversation);
    this.bell.see(conversation);
  }

  render() {
    const { unseen } = this.bell;
    this.count.textContent = unseen > 9 ? "9+" : String(unseen || "");
    this.count.hidden = !unseen;
    this.button.setAttribute("aria-label", unseen ? `Notifications, ${unseen} new` : "Notifications");
    if (this.list.open) this.#fillList();
    if (this.settings.open) this.#fillSettings();
  }

  #openList() {
    this.#fillList();
    this.list.showModal();
  }

  #fillList() {
    const { notices } = this.bell;
    document.getElementById("notices-empty").hidden = notices.length > 0;
    document.getElementById("notices-seen").hidden = !this.bell.unseen;
    document.getElementById("notices-list").replaceChildren(...notices.map((one) => el("li", {}, this.#notice(one))));
  }

  #notice({ kind, conversation, title, text, at, seen }) {
    const open = () => (this.list.close(), this.onopen(conversation));
    return el(
      "button",
      { type: "button", class: seen ? "notice" : "notice is-new", on: { click: open } },
      el("span", { class: `notice-mark by-${kind}`, "aria-hidden": "true", text: KINDS[kind] ?? "•" }),
      el("span", { class: "notice-text" }, el("span", { class: "strong" }, seen ? null : el("span", { class: "visually-hidden", text: "New: " }), title), el("span", { class: "muted", text })),
      el("time", { class: "muted", datetime: at, text: agoLabel(at, { now: Date.now(), zone: this.timezone }) }),
    );
  }

  /** Written anew only where something changed: a press must not take the focus away. */
  #fillSettings() {
    const { settings, devices } = this.bell;
    const sign = JSON.stringify([settings, devices, this.device.id, this.device.obstacle, this.#problem]);
    if (sign === this.#shown) return;
    this.#shown = sign;
    const focused = document.activeElement?.id;
    document.getElementById("notify-body").replaceChildren(this.#here(), ...this.#devices(devices), ...(settings ? [this.#switches(settings), this.#mute(settings)] : []));
    if (focused && this.settings.contains(document.getElementById(focused))) document.getElementById(focused).focus();
  }

  #here() {
    const { obstacle, id } = this.device;
    const text = obstacle ? OBSTACLES[obstacle] : id ? "This device shows a client’s message when nobody has read it, also while the inbox is closed." : "Let this device show a client’s message when nobody has read it, also while the inbox is closed. Your browser asks once.";
    const buttons = obstacle
      ? []
      : id
        ? [this.#button("notify-try", "Send a test", () => this.bell.try(id)), this.#button("notify-off", "Turn off here", () => this.device.disable())]
        : [this.#button("notify-on", "Turn on for this device", () => this.device.enable(), "act is-main")];
    return el("section", { class: "notify-part" }, el("h3", { text: "This device" }), el("p", { class: obstacle ? "notify-warn" : "muted", text }), this.#problem && el("p", { class: "problem", role: "alert", text: this.#problem }), buttons.length ? el("div", { class: "notify-buttons" }, buttons) : null);
  }

  #devices(devices) {
    const others = devices.filter(({ id }) => id !== this.device.id);
    if (!others.length) return [];
    const items = others.map(({ id, agent, used_at: at }) => {
      const name = deviceName(agent);
      const button = this.#button(`notify-remove-${id}`, "Remove", () => this.device.remove(id));
      button.setAttribute("aria-label", `Remove ${name}`);
      return el("li", {}, el("span", {}, el("span", { class: "strong", text: name }), el("span", { class: "muted", text: `Opened ${agoLabel(at, { now: Date.now(), zone: this.timezone })}` })), button);
    });
    return [el("section", { class: "notify-part" }, el("h3", { text: "Other devices" }), el("ul", { class: "notify-devices" }, items))];
  }

  #switches(settings) {
    const boxes = Object.entries(SWITCHES).map(([name, [title, hint]]) => {
      const box = el("input", { type: "checkbox", id: `notify-${name}`, "aria-describedby": `notify-${name}-hint`, checked: settings[name], on: { change: () => this.#do(() => this.bell.change({ [name]: box.checked })) } });
      return el("div", { class: "notify-switch" }, box, el("label", { for: `notify-${name}`, text: title }), el("p", { id: `notify-${name}-hint`, class: "muted", text: hint }));
    });
    return el("section", { class: "notify-part" }, el("h3", { text: "Tell me about" }), boxes);
  }

  #mute({ muted, muted_until: until }) {
    const text = !muted ? "Your devices ring." : until ? `Your devices are silent until ${soonLabel(until, { now: Date.now(), zone: this.timezone })}.` : "Your devices are silent until you turn them on.";
    const buttons = muted ? [this.#button("notify-unmute", "Ring again", () => this.bell.change({ mute: "off" }))] : Object.entries(MUTES).map(([mute, title]) => this.#button(`notify-mute-${mute}`, title, () => this.bell.change({ mute })));
    return el("section", { class: "notify-part" }, el("h3", { text: "Mute" }), el("p", { class: "muted", role: "status", text }), el("div", { class: "notify-buttons" }, buttons));
  }

  #button(id, text, act, classes = "act") {
    return el("button", { type: "button", id, class: classes, text, on: { click: () => this.#do(act) } });
  }

  /** One after the other: a press is never lost because the one before is still under way. */
  #do(act) {
    this.#under = this.#under.then(() => this.#try(act));
  }

  async #try(act) {
    this.#problem = "";
    try {
      await act();
      await this.bell.load();
    } catch (error) {
      this.#problem = PROBLEMS[error.code] ?? PROBLEMS.failed;
    }
    this.render();
  }
}
