/** The head of the open conversation: who has it, its labels, until when it sleeps, and who else is here. */
import { dayKey, timeLabel } from "./dates.js";
import { el, reconcile } from "./dom.js";
import { tagOf } from "./inbox-list.js";
import { choice, Menu } from "./inbox-menu.js";
import { problemText } from "./inbox-words.js";
import { ask } from "./line.js";
import { localValue, parseLocal, snoozeChoices } from "./snooze-times.js";

const find = (id) => document.getElementById(id);
const UNDO_FOR = 8000; // ms

export class Head {
  #undo = null;

  /** `talk` and `desk` of the inbox, `shop`: a ShopDesk; `now` for tests. */
  constructor({ socket, talk, desk, shop, now = Date.now }) {
    Object.assign(this, { socket, talk, desk, shop, now });
    this.assign = new Menu({ button: find("head-assign"), name: "Assign to", fill: (box, close) => this.#fillPeople(box, close) });
    this.labels = new Menu({ button: find("head-labels"), name: "Labels", role: "dialog", fill: (box) => this.#fillLabels(box) });
    this.snooze = new Menu({ button: find("head-snooze"), name: "Snooze", role: "dialog", fill: (box, close) => this.#fillTimes(box, close) });
    find("head-reopen").addEventListener("click", () => this.reopen());
    find("toast-undo").addEventListener("click", () => this.#takeBack());
    find("toast-close").addEventListener("click", () => this.#hideToast());
  }

  get #summary() {
    return this.desk.find(this.talk.id);
  }

  /** Show the open conversation's head. */
  render() {
    const summary = this.#summary;
    if (!summary) return;
    const { status, labels = [], assignee } = summary;
    find("head-assign").hidden = status === "resolved";
    find("head-assign-name").textContent = assignee ? (assignee.id === this.desk.me ? "You" : assignee.name) : "Nobody";
    find("head-labels").hidden = this.shop.labels.length === 0 && labels.length === 0;
    find("head-snooze").hidden = !["waiting", "open", "snoozed"].includes(status);
    find("head-reopen").hidden = status !== "resolved" && status !== "snoozed";
    find("head-reopen").textContent = status === "snoozed" ? "Wake up" : "Reopen";
    const colors = new Map(this.shop.labels.map(({ name, color }) => [name, color]));
    const here = this.shop.lookingAt(summary.id);
    const tags = [
      ...labels.map((name) => ({ key: `label ${name}`, tag: ["label", name, colors.get(name) ?? "gray"] })),
      here.length > 0 && { key: "here", tag: ["here", `${here.map(({ name }) => name).join(", ")} ${here.length > 1 ? "are" : "is"} here too`] },
    ].filter(Boolean);
    find("head-tags").hidden = tags.length === 0;
    reconcile(find("head-tags"), tags, ({ tag }) => el("li", {}, tagOf(tag)));
  }

  /** It is not done, or not asleep, after all. */
  reopen() {
    return this.#act("reopen");
  }

  /** A conversation was resolved here: say so, and how to take it back. */
  resolved(id) {
    this.#offerUndo("Resolved.", id);
  }

  async #act(event, payload = {}, id = this.talk.id) {
    find("act-problem").hidden = true;
    try {
      const { conversation } = await ask(this.socket, event, { conversation: id, ...payload });
      if (conversation) this.desk.take(conversation);
      return conversation;
    } catch (refusal) {
      find("act-problem").textContent = problemText(refusal.code);
      find("act-problem").hidden = false;
      return null;
    }
  }

  #fillPeople(box, close) {
    const { assignee } = this.#summary ?? {};
    const online = new Set(this.shop.presence.map(({ staff }) => staff));
    const pick = (staff) => () => {
      close();
      this.#act("assign", { staff });
    };
    const { me } = this.desk;
    const people = [...this.shop.people].sort((a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name));
    const open = this.#summary?.status === "open" || this.#summary?.status === "snoozed" || this.#summary?.status === "waiting";
    box.replaceChildren(
      ...people.map(({ id, name, role }) => choice({ text: id === me ? `${name} (you)` : name, note: role, isOn: assignee?.id === id, lamp: online.has(id), onpick: pick(id) })),
      ...(open ? [choice({ text: "Nobody", note: "anyone may take it", isOn: !assignee, lamp: false, onpick: pick(null) })] : []),
    );
  }

  #fillLabels(box) {
    const boxes = el("div", { class: "menu-checks" });
    const input = el("input", { type: "text", class: "menu-filter", placeholder: "Find a label", "aria-label": "Find a label", on: { input: () => show() } });
    const show = () => {
      const on = new Set(this.#summary?.labels ?? []);
      const wanted = input.value.trim().toLowerCase();
      const known = this.shop.labels.map(({ name, color }) => ({ name, color }));
      const gone = [...on].filter((name) => !known.some((one) => one.name === name)).map((name) => ({ name, color: "gray" }));
      const shown = [...known, ...gone].filter(({ name }) => name.toLowerCase().includes(wanted));
      boxes.replaceChildren(
        ...shown.map(({ name, color }) =>
          el("label", { class: "menu-check" }, el("input", { type: "checkbox", ...(on.has(name) ? { checked: "" } : {}), on: { change: ({ target }) => this.#act("label", target.checked ? { add: [name] } : { remove: [name] }) } }), tagOf(["label", name, color])),
        ),
        ...(shown.length ? [] : [el("p", { class: "muted", text: "No label is called that. Owners and advisors make them in the settings." })]),
      );
    };
    show();
    box.replaceChildren(input, boxes);
  }

  #fillTimes(box, close) {
    const zone = this.shop.shop?.timezone ?? document.body.dataset.timezone;
    const now = this.now();
    const sleep = async (at) => {
      const { id } = this.talk;
      close();
      const done = await this.#act("snooze", { until: new Date(at).toISOString() });
      if (done) this.#offerUndo(`Asleep until ${saidOf(at, now, zone)}.`, id);
    };
    const field = el("input", { type: "datetime-local", "aria-label": "Another time", min: localValue(now, zone), value: localValue(snoozeChoices(now, zone, this.shop.shop?.hours).at(-1).at, zone) });
    const problem = el("p", { class: "problem", role: "alert", hidden: true });
    const submit = (event) => {
      event.preventDefault();
      const at = parseLocal(field.value, zone);
      problem.hidden = at > this.now();
      problem.textContent = "Choose a time that is still to come.";
      if (at > this.now()) sleep(at);
    };
    box.replaceChildren(
      ...snoozeChoices(now, zone, this.shop.shop?.hours).map(({ text, at }) => el("button", { type: "button", class: "menu-item", on: { click: () => sleep(at) } }, el("span", { class: "menu-text", text }), el("span", { class: "menu-note", text: saidOf(at, now, zone) }))),
      el("form", { class: "menu-form", on: { submit } }, field, el("button", { type: "submit", class: "act", text: "Snooze" }), problem),
    );
  }

  #offerUndo(text, id) {
    clearTimeout(this.#undo?.timer);
    this.#undo = { id, timer: setTimeout(() => this.#hideToast(), UNDO_FOR) };
    find("toast-text").textContent = text;
    find("toast").hidden = false;
  }

  #takeBack() {
    const { id } = this.#undo ?? {};
    this.#hideToast();
    if (id) this.#act("reopen", {}, id);
  }

  #hideToast() {
    clearTimeout(this.#undo?.timer);
    this.#undo = null;
    find("toast").hidden = true;
  }
}

/** "Today, 1:00 PM", "Tomorrow, 7:30 AM", "Mon, Nov 30, 7:30 AM". */
function saidOf(at, now, zone) {
  const day = 24 * 60 * 60 * 1000;
  const key = dayKey(at, zone);
  const near = { [dayKey(now, zone)]: "Today", [dayKey(now + day, zone)]: "Tomorrow" }[key];
  const named = near ?? new Intl.DateTimeFormat("en-US", { timeZone: zone, weekday: "short", month: "short", day: "numeric" }).format(at);
  return `${named}, ${timeLabel(at, { language: "en-US", zone })}`;
}
