/** The list of conversations, and the views and labels above it, as page elements. */
import { el, reconcile } from "./dom.js";
import { VIEWS } from "./inbox-desk.js";
import { isTagged, makeRow, rowOf } from "./inbox-row.js";
import { emptyWords, VIEW_NAMES } from "./inbox-words.js";
import { Windowed } from "./windowed.js";

const ROW = 4.15; // rem: two lines
const TAGGED = 5.75; // and a third one of tags
const KEEPS_A_COUNT = new Set(["waiting", "mine", "open", "bot", "snoozed"]); // of the others nobody asks how many

export class ListView {
  #what = "";
  #openId = null;
  #now = 0;

  /**
   * Elements `views`, `list`, `scroller`, `empty`, `label`; `search`: a SearchField; `desk`, `shop`, `typists`;
   * `onopen(id, seq)`, `onstep(by)`: the keyboard went so many rows on.
   */
  constructor({ views, list, scroller, empty, label, search, desk, shop, typists, onopen, onstep }) {
    Object.assign(this, { views, list, empty, label, search, desk, shop, typists, onstep });
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    const [low, high] = [Math.round(ROW * rem), Math.round(TAGGED * rem)];
    this.windowed = new Windowed({
      scroller,
      list,
      heightOf: (one) => (isTagged(one) ? high : low),
      rowOf: (one, index) => this.#rowOf(one, index),
      make: (row) => makeRow(row, onopen),
      onend: () => desk.more().catch(() => {}),
    });
    label.addEventListener("change", () => this.#toLabel(label.value || null));
    list.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Show the desk; `openId` is the conversation that is open. */
  render(openId, now = Date.now()) {
    const { desk } = this;
    const what = JSON.stringify([desk.view, desk.label, desk.query]);
    if (what !== this.#what) this.windowed.toTop();
    this.#what = what;
    this.#openId = openId;
    this.#now = now;
    const views = VIEWS.map((view) => ({ key: view, count: desk.counts[view] ?? 0, on: view === desk.view && !desk.query }));
    reconcile(this.views, views, (item) => this.#viewButton(item));
    this.#showLabels();
    this.search.render();
    this.windowed.render(desk.list);
    this.#keepAStop();
    this.list.setAttribute("aria-label", desk.query ? "Found" : VIEW_NAMES[desk.view]);
    this.list.setAttribute("aria-busy", String(desk.loading));
    this.#showEmpty();
  }

  /** Put the focus on a row, and the row in sight. */
  focus(id) {
    this.windowed.reveal(id);
    const button = this.list.querySelector(`li[data-key="${CSS.escape(id)}"] button`);
    (button ?? this.list).focus({ preventScroll: true });
  }

  #rowOf(one, index) {
    const { desk, shop, typists } = this;
    return {
      ...rowOf(one, { desk, shop, typists, now: this.#now, zone: document.body.dataset.timezone }),
      place: index + 1,
      count: desk.total,
      open: one.id === this.#openId,
      selected: one.id === desk.selected,
      isStop: one.id === desk.selected,
    };
  }

  /** The list is one stop for the Tab key: the row that is selected, else the first that is there. */
  #keepAStop() {
    if (this.list.querySelector('[tabindex="0"]')) return;
    this.list.querySelector("li button")?.setAttribute("tabindex", "0");
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { page } = this.windowed;
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (!by) return;
    event.preventDefault();
    if (event.key === "ArrowUp" && this.desk.list[0]?.id === this.desk.selected) this.search.start();
    else this.onstep(by);
  }

  #viewButton({ key, count, on }) {
    const shown = count > 0 && KEEPS_A_COUNT.has(key);
    return el(
      "li",
      {},
      el("button", { type: "button", class: "view", "aria-pressed": String(on), on: { click: () => this.toView(key) } }, VIEW_NAMES[key], shown && el("span", { class: `count${key === "waiting" ? " hot" : ""}`, text: count > 999 ? "999+" : count })),
    );
  }

  /** Show a view; what was looked for is put away. */
  toView(view) {
    this.search.clear();
    this.desk.show(view).catch(() => {});
  }

  #toLabel(label) {
    this.desk.filter(label).catch(() => {});
  }

  #showLabels() {
    const names = this.shop.labels.map(({ name }) => name);
    const sign = JSON.stringify(names);
    this.label.hidden = names.length === 0;
    if (this.label.dataset.sign !== sign) {
      this.label.dataset.sign = sign;
      this.label.replaceChildren(el("option", { value: "", text: "Any label" }), ...names.map((name) => el("option", { value: name, text: name })));
    }
    this.label.value = this.desk.label ?? "";
    this.label.classList.toggle("is-on", this.desk.label !== null);
  }

  /** Nothing is there: say why, and what helps. */
  #showEmpty() {
    const { desk } = this;
    const isEmpty = desk.list.length === 0;
    this.empty.hidden = !isEmpty;
    const sign = JSON.stringify([desk.loading, this.#what]);
    if (!isEmpty || this.empty.dataset.sign === sign) return;
    this.empty.dataset.sign = sign;
    if (desk.loading) {
      this.empty.replaceChildren(el("p", { class: "later", text: desk.query ? "Searching…" : "Loading…" }));
      return;
    }
    const [title, text] = emptyWords(desk);
    const ways = [desk.query && ["Clear the search", () => this.search.reset()], desk.label && ["Any label", () => this.#toLabel(null)]].filter(Boolean);
    this.empty.replaceChildren(
      el("p", { class: "empty-title", text: title }),
      el("p", { text }),
      ...(ways.length ? [el("p", { class: "empty-ways" }, ways.map(([name, act]) => el("button", { type: "button", class: "act", text: name, on: { click: act } })))] : []),
    );
  }
}
