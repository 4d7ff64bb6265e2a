/** The list of conversations and the views above it, as page elements. */
import { agoLabel } from "./dates.js";
import { el, icon, reconcile } from "./dom.js";
import { VIEWS } from "./inbox-desk.js";
import { CHANNEL_NAMES, EMPTY_VIEWS, nameOf, VIEW_NAMES } from "./inbox-words.js";
import { initials } from "./text.js";

export class ListView {
  /** `views`, `list`, `empty`, `more`: elements; `onview(view)`, `onopen(id)`, `onmore()`. */
  constructor({ views, list, empty, more, onview, onopen, onmore }) {
    Object.assign(this, { views, list, empty, more, onview, onopen });
    more.addEventListener("click", () => onmore());
  }

  /** Show the desk; `openId` is the conversation that is open. */
  render(desk, openId, now = Date.now()) {
    reconcile(this.views, VIEWS.map((view) => ({ key: view, count: desk.counts[view] ?? 0, on: view === desk.view })), (item) => this.#viewButton(item));
    const rows = desk.list.map((one) => ({ ...one, view: desk.view, key: one.id, open: one.id === openId, selected: one.id === desk.selected, ago: one.last?.at ? agoLabel(one.last.at, { now, language: "en-US" }) : "" }));
    const focused = this.list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.key : null;
    reconcile(this.list, rows, (row) => this.#row(row));
    if (focused && !this.list.contains(document.activeElement)) this.focus(focused);
    this.more.hidden = !desk.cursor || desk.loading;
    this.#showEmpty(rows.length === 0 && !desk.loading, desk.view);
  }

  /** Put the focus on a row. */
  focus(id) {
    const button = this.list.querySelector(`li[data-key="${CSS.escape(id)}"] button`);
    button?.focus();
    button?.scrollIntoView({ block: "nearest" });
  }

  #viewButton({ key, count, on }) {
    const names = VIEW_NAMES[key];
    return el(
      "li",
      {},
      el("button", { type: "button", class: "view", "aria-pressed": String(on), on: { click: () => this.onview(key) } }, names, count > 0 && key !== "resolved" && el("span", { class: `count${key === "waiting" ? " hot" : ""}`, text: count > 99 ? "99+" : count })),
    );
  }

  #row(row) {
    const name = nameOf(row);
    const prefix = { staff: "Staff: ", bot: "Bot: " }[row.last?.author] ?? "";
    return el(
      "li",
      { class: ["item", row.open && "open", row.selected && "selected", row.unread > 0 && "unread"].filter(Boolean).join(" ") },
      el(
        "button",
        { type: "button", class: "item-button", "aria-current": row.open ? "true" : null, on: { click: () => this.onopen(row.id) } },
        el("span", { class: "face", "aria-hidden": "true", text: initials(name) }),
        el(
          "span",
          { class: "item-body" },
          el("span", { class: "item-top" }, el("span", { class: "item-name", text: name }), el("time", { class: "item-ago", text: row.ago })),
          el("span", { class: "item-last" }, el("span", { class: "item-text", text: prefix + (row.last?.text ?? "") }), row.unread > 0 && el("span", { class: "badge" }, String(row.unread), el("span", { class: "visually-hidden", text: " unread" }))),
          this.#tags(row),
        ),
      ),
    );
  }

  /** Only what the view does not say already. */
  #tags({ view, urgent, status, assignee, channel }) {
    const tags = [
      urgent && el("span", { class: "tag bad-tag" }, icon("alert", 13), "Urgent"),
      status === "open" && view !== "mine" && assignee && el("span", { class: "tag status-open", text: assignee.name }),
      channel && channel !== "web" && el("span", { class: "tag", text: CHANNEL_NAMES[channel] }),
    ].filter(Boolean);
    return tags.length ? el("span", { class: "tags" }, tags) : null;
  }

  #showEmpty(isEmpty, view) {
    this.empty.hidden = !isEmpty;
    if (!isEmpty) return;
    const [title, text] = EMPTY_VIEWS[view];
    this.empty.replaceChildren(el("p", { class: "empty-title", text: title }), el("p", { text }));
  }
}
