/** The head of the open conversation: who has it, its labels, until when it sleeps, and who else is here. */
import { el, reconcile } from "./dom.js";
import { choice, Menu } from "./inbox-menu.js";
import { hereOf, tagOf } from "./inbox-row.js";
import { fillTimes } from "./inbox-snooze.js";
import { wayBack } from "./inbox-undo.js";
import { problemText } from "./inbox-words.js";
import { ask } from "./line.js";
import { saidOf } from "./snooze-times.js";

const find = (id) => document.getElementById(id);
const WITH_PEOPLE = ["waiting", "open", "snoozed"];

export class Head {
  #id = null;

  /** `talk` and `desk` of the inbox, `shop`: a ShopDesk, `toast`: a Toast; `now` for tests. */
  constructor({ socket, talk, desk, shop, toast, now = Date.now }) {
    Object.assign(this, { socket, talk, desk, shop, toast, now });
    this.assign = new Menu({ button: find("head-assign"), name: "Assign to", fill: (box, close) => this.#fillPeople(box, close) });
    this.labels = new Menu({ button: find("head-labels"), name: "Labels", role: "dialog", fill: (box) => this.#fillLabels(box) });
    this.snooze = new Menu({ button: find("head-snooze"), name: "Snooze", role: "dialog", fill: (box, close) => this.#fillTimes(box, close) });
    for (const id of ["head-reopen", "head-wake"]) find(id).addEventListener("click", () => this.reopen());
  }

  get #summary() {
    return this.desk.find(this.talk.id);
  }

  get #zone() {
    return this.shop.shop?.timezone ?? document.body.dataset.timezone;
  }

  #whenOf(at) {
    return saidOf(at, this.now(), this.#zone).replace(/^To/, "to"); // within a sentence
  }

  /** Show the open conversation's head. */
  render() {
    const summary = this.#summary;
    if (this.talk.id !== this.#id) for (const menu of [this.assign, this.labels, this.snooze]) menu.close(false); // they speak of another one
    this.#id = this.talk.id;
    if (!summary) return;
    const { status, labels = [], assignee, until } = summary;
    find("head-assign").hidden = status === "resolved";
    find("head-assign-name").textContent = assignee ? (assignee.id === this.desk.me ? "You" : assignee.name) : "Nobody";
    find("head-labels").hidden = this.shop.labels.length === 0 && labels.length === 0;
    find("head-snooze").hidden = !WITH_PEOPLE.includes(status);
    find("head-reopen").hidden = status !== "resolved";
    find("head-wake").hidden = status !== "snoozed";
    if (status === "resolved") document.querySelector('[data-act="take"]').hidden = true; // to reopen is to take
    const colors = this.#colors;
    const tags = [
      status === "snoozed" && until && { key: "until", tag: ["snoozed", `Asleep until ${this.#whenOf(new Date(until).getTime())}`] },
      ...labels.map((name) => ({ key: `label ${name}`, tag: ["label", name, colors.get(name) ?? "gray"] })),
    ].filter(Boolean);
    find("head-tags").hidden = tags.length === 0;
    find("head-strip").hidden = tags.length === 0 && status !== "snoozed";
    reconcile(find("head-tags"), tags, ({ tag }) => el("li", {}, tagOf(tag)));
    const focused = document.activeElement;
    if (focused?.hidden && focused.closest(".pane-head, .head-strip")) find("thread-scroll").focus({ preventScroll: true }); // its button has done its work
    const here = this.shop.lookingAt(summary.id).map(({ name }) => name);
    reconcile(find("head-here"), here.length ? [{ key: "here", here }] : [], () => hereOf(here, true));
  }

  /** It is not done, or not asleep, after all. */
  reopen() {
    return this.#act("reopen");
  }

  /** A conversation was resolved here, that was so `before`: say so, and how to take it back. */
  resolved(before) {
    this.toast.show("Resolved.", () => this.#takeBack(before));
  }

  get #colors() {
    return new Map(this.shop.labels.map(({ name, color }) => [name, color]));
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

  /** As it was before: step by step, and no further where one is refused. */
  async #takeBack(before) {
    for (const [event, payload] of wayBack(before, this.desk.me, this.now())) if (!(await this.#act(event, payload, before.id))) return;
  }

  #fillPeople(box, close) {
    const { assignee, status } = this.#summary ?? {};
    const online = new Set(this.shop.presence.map(({ staff }) => staff));
    const pick = (staff) => () => {
      close();
      this.#act("assign", { staff });
    };
    const { me } = this.desk;
    const rank = ({ id }) => (id === me ? 0 : online.has(id) ? 1 : 2);
    const people = [...this.shop.people].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
    const nobody = choice({ text: "Nobody", note: "anyone may take it", isOn: !assignee, onpick: pick(null) });
    box.replaceChildren(
      ...people.map(({ id, name, role }) => choice({ text: id === me ? `${name} (you)` : name, note: role, isOn: assignee?.id === id, lamp: online.has(id), onpick: pick(id) })),
      ...(WITH_PEOPLE.includes(status) ? [nobody] : []),
    );
  }

  #fillLabels(box) {
    const boxes = el("div", { class: "menu-checks" });
    const input = el("input", { type: "text", class: "menu-filter", placeholder: "Find a label", "aria-label": "Find a label", autocomplete: "off", on: { input: () => show(), keydown: (event) => event.key === "Enter" && boxes.querySelector("input")?.click() } });
    const show = () => {
      const on = new Set(this.#summary?.labels ?? []);
      const wanted = input.value.trim().toLowerCase();
      const known = this.shop.labels.map(({ name, color }) => ({ name, color }));
      const gone = [...on].filter((name) => !known.some((one) => one.name === name)).map((name) => ({ name, color: "gray" }));
      const shown = [...known, ...gone].filter(({ name }) => name.toLowerCase().includes(wanted));
      boxes.replaceChildren(
        ...shown.map((label) => this.#labelBox(label, on.has(label.name))),
        ...(shown.length ? [] : [el("p", { class: "muted", text: "No label is called that. Owners and advisors make them in the settings." })]),
      );
    };
    show();
    box.replaceChildren(input, boxes);
  }

  #labelBox({ name, color }, isOn) {
    const change = async ({ target }) => {
      const done = await this.#act("label", target.checked ? { add: [name] } : { remove: [name] });
      target.checked = (done ?? this.#summary)?.labels?.includes(name) ?? false; // as it is now, refused or not
    };
    return el("label", { class: "menu-check" }, el("input", { type: "checkbox", checked: isOn, on: { change } }), tagOf(["label", name, color]));
  }

  #fillTimes(box, close) {
    const sleep = async (at) => {
      const before = this.#summary;
      close();
      if (!(await this.#act("snooze", { until: new Date(at).toISOString() }))) return;
      this.toast.show(`Asleep until ${this.#whenOf(at)}.`, () => this.#takeBack(before));
    };
    fillTimes(box, { now: this.now, zone: this.#zone, hours: this.shop.shop?.hours, onpick: sleep });
  }
}
