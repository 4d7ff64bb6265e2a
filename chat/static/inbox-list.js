/** The list of conversations, the views and the search above it, as page elements. */
import { agoLabel, soonLabel } from "./dates.js";
import { el, icon, reconcile } from "./dom.js";
import { VIEWS } from "./inbox-desk.js";
import { CHANNEL_NAMES, EMPTY_SEARCH, EMPTY_VIEWS, nameOf, VIEW_NAMES } from "./inbox-words.js";
import { initials } from "./text.js";
import { Windowed } from "./windowed.js";

const ROW = 4.15; // rem: two lines
const TAGGED = 5.75; // and a third one of tags
const WANT_A_PERSON = new Set(["waiting", "open", "snoozed"]); // elsewhere unread messages are nobody's to read
const SEARCH_AFTER = 200; // ms after the last key

export class ListView {
  #timer = null;
  #what = "";

  /** Elements `views`, `list`, `scroller`, `empty`, `search`, `clear`, `label`; `desk`; `shop`: a ShopDesk; `onopen(id, seq)`. */
  constructor({ views, list, scroller, empty, search, clear, label, desk, shop, onopen }) {
    Object.assign(this, { views, list, empty, search, clear, label, desk, shop, onopen });
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    this.windowed = new Windowed({
      scroller,
      list,
      heightOf: (row) => Math.round((row.hasTags ? TAGGED : ROW) * rem),
      make: (row) => this.#row(row),
      onend: () => desk.more().catch(() => {}),
    });
    this.#wireSearch();
    label.addEventListener("change", () => desk.filter(label.value || null).catch(() => {}));
  }

  /** Show the desk; `openId` is the conversation that is open. */
  render(openId, now = Date.now()) {
    const { desk } = this;
    const what = JSON.stringify([desk.view, desk.label, desk.query]);
    if (what !== this.#what) this.windowed.toTop();
    this.#what = what;
    const views = VIEWS.map((view) => ({ key: view, count: desk.counts[view] ?? 0, on: view === desk.view && !desk.query }));
    reconcile(this.views, views, (item) => this.#viewButton(item));
    this.#showLabels();
    const rows = desk.list.map((one) => this.#rowOf(one, openId, now));
    const focused = this.list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.key : null;
    this.windowed.render(rows);
    if (focused && !this.list.contains(document.activeElement)) this.focus(focused);
    this.#showEmpty(rows.length === 0 && !desk.loading);
  }

  /** Put the focus on a row, and the row in sight. */
  focus(id) {
    this.windowed.reveal(id);
    this.list.querySelector(`li[data-key="${CSS.escape(id)}"] button`)?.focus({ preventScroll: true });
  }

  /** Begin to search. */
  startSearch() {
    this.search.focus();
    this.search.select();
  }

  #wireSearch() {
    const { search, clear, desk } = this;
    const run = () => {
      clearTimeout(this.#timer);
      clear.hidden = search.value === "";
      if (search.value.trim() !== desk.query) desk.search(search.value).catch(() => {});
    };
    search.addEventListener("input", () => {
      clearTimeout(this.#timer);
      clear.hidden = search.value === "";
      this.#timer = setTimeout(run, SEARCH_AFTER);
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && search.value) {
        search.value = "";
        run();
        event.stopPropagation();
        event.preventDefault();
      } else if (event.key === "Enter") {
        event.preventDefault();
        run();
      } else if (event.key === "ArrowDown") {
        event.preventDefault();
        const [first] = desk.list;
        if (first) this.focus(first.id);
      }
    });
    clear.addEventListener("click", () => {
      search.value = "";
      run();
      search.focus();
    });
  }

  /** What is shown of a conversation, all of it: whatever changes here makes its row anew, and nothing else does. */
  #rowOf(one, openId, now) {
    const { desk, shop } = this;
    const hit = desk.query ? desk.hits[one.id] : null;
    const here = shop.lookingAt(one.id).map(({ name }) => name);
    const tags = this.#tagsOf(one, now);
    return {
      key: one.id,
      name: nameOf(one),
      text: hit?.text || `${{ staff: "Staff: ", bot: "Bot: " }[one.last?.author] ?? ""}${one.last?.text ?? ""}`,
      seq: hit?.seq ?? null,
      ago: one.last?.at ? agoLabel(one.last.at, { now, language: "en-US" }) : "",
      unread: WANT_A_PERSON.has(one.status) ? one.unread : 0,
      open: one.id === openId,
      selected: one.id === desk.selected,
      tags,
      here,
      hasTags: tags.length > 0 || here.length > 0,
    };
  }

  /** Only what the view does not say already: [kind, text, colour?]. */
  #tagsOf({ urgent, status, assignee, channel, labels = [], until }, now) {
    const { view, query, me } = this.desk;
    const colors = new Map(this.shop.labels.map(({ name, color }) => [name, color]));
    const says = (state) => status === state && (query || view !== state);
    return [
      urgent && ["bad", "Urgent"],
      (query || view === "all") && status !== "open" && status !== "snoozed" && [`status-${status}`, VIEW_NAMES[status]],
      (says("open") || (status === "open" && view === "open")) && view !== "mine" && assignee && ["status-open", assignee.id === me ? "You" : assignee.name],
      status === "snoozed" && until && ["snoozed", `until ${soonLabel(until, { now, language: "en-US", zone: document.body.dataset.timezone })}`],
      channel && channel !== "web" && ["", CHANNEL_NAMES[channel]],
      ...labels.map((name) => ["label", name, colors.get(name) ?? "gray"]),
    ].filter(Boolean);
  }

  #viewButton({ key, count, on }) {
    const shown = count > 0 && key !== "resolved" && key !== "all";
    return el(
      "li",
      {},
      el("button", { type: "button", class: "view", "aria-pressed": String(on), on: { click: () => this.#toView(key) } }, VIEW_NAMES[key], shown && el("span", { class: `count${key === "waiting" ? " hot" : ""}`, text: count > 999 ? "999+" : count })),
    );
  }

  #toView(view) {
    this.search.value = "";
    this.clear.hidden = true;
    this.desk.show(view).catch(() => {});
  }

  #showLabels() {
    const names = this.shop.labels.map(({ name }) => name);
    const sign = JSON.stringify(names);
    this.label.hidden = names.length === 0;
    if (this.label.dataset.sign !== sign) {
      this.label.dataset.sign = sign;
      this.label.replaceChildren(el("option", { value: "", text: "All labels" }), ...names.map((name) => el("option", { value: name, text: name })));
    }
    this.label.value = this.desk.label ?? "";
    this.label.classList.toggle("is-on", this.desk.label !== null);
  }

  #row(row) {
    const classes = ["item", row.open && "open", row.selected && "selected", row.unread > 0 && "unread", row.hasTags && "has-tags"];
    const open = () => this.onopen(row.key, row.seq);
    return el(
      "li",
      { class: classes.filter(Boolean).join(" "), "aria-setsize": row.count, "aria-posinset": row.place },
      el(
        "button",
        { type: "button", class: "item-button", "aria-current": row.open ? "true" : null, on: { click: open } },
        el("span", { class: "face", "aria-hidden": "true", text: initials(row.name) }),
        el(
          "span",
          { class: "item-body" },
          el("span", { class: "item-top" }, el("span", { class: "item-name", text: row.name }), el("time", { class: "item-ago", text: row.ago })),
          el("span", { class: "item-last" }, el("span", { class: "item-text", text: row.text }), row.unread > 0 && el("span", { class: "badge" }, String(row.unread), el("span", { class: "visually-hidden", text: " unread" }))),
          row.hasTags && el("span", { class: "tags" }, row.tags.map((tag) => tagOf(tag)), row.here.length > 0 && hereOf(row.here)),
        ),
      ),
    );
  }

  #showEmpty(isEmpty) {
    this.empty.hidden = !isEmpty;
    if (!isEmpty) return;
    const { query, label, view } = this.desk;
    const [title, text] = query ? EMPTY_SEARCH(query) : label ? [`Nothing here has the label “${label}”`, "Choose another view, or all labels."] : EMPTY_VIEWS[view];
    this.empty.replaceChildren(el("p", { class: "empty-title", text: title }), el("p", { text }));
  }
}

/** A tag of a row or of the head: [kind, text, colour?]. */
export function tagOf([kind, text, color]) {
  if (kind === "bad") return el("span", { class: "tag bad-tag" }, icon("alert", 13), text);
  if (kind === "label") return el("span", { class: `tag label-tag color-${color}`, text });
  return el("span", { class: `tag ${kind}`.trim(), text });
}

function hereOf(names) {
  return el("span", { class: "tag here" }, el("span", { class: "lamp on", "aria-hidden": "true" }), names.length > 2 ? `${names.length} people here` : `${names.map((name) => name.split(" ")[0]).join(", ")} here`);
}
