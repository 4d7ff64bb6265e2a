/** One row of the list: what it says of a conversation, how high that is, and its element. */
import { agoLabel, dayKey, soonLabel, timeLabel } from "./dates.js";
import { el, icon } from "./dom.js";
import { CHANNEL_NAMES, nameOf, STATUS_NAMES } from "./inbox-words.js";
import { initials } from "./text.js";

const LEAD = 24; // characters of a found message before the first word looked for
const WANT_A_PERSON = new Set(["waiting", "open", "snoozed"]); // elsewhere unread messages are nobody's to read
const STATE_ICONS = { bot: "bot", resolved: "check" };
const CHANNEL_ICONS = { sms: "sms", email: "mail" };
const DAY = 24 * 60 * 60 * 1000;

/** Whether the row has a third line. */
export function isTagged({ urgent, status, labels = [], until }) {
  return Boolean(urgent) || status === "waiting" || (status === "snoozed" && Boolean(until)) || labels.length > 0;
}

/** A text cut where the words looked for stand in it: [{text, isHit}]. */
export function splitHits(text, query) {
  const words = query.trim().split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (!words.length) return [{ text, isHit: false }];
  const pattern = new RegExp(`(${words.sort((a, b) => b.length - a.length).join("|")})`, "giu");
  return text.split(pattern).flatMap((part, index) => (part ? [{ text: part, isHit: index % 2 === 1 }] : []));
}

/** A found message from a little before the first word looked for, so that one sees it. */
export function excerptOf(text, query) {
  const [first] = splitHits(text, query);
  if (first.isHit || first.text === text || first.text.length <= LEAD) return text;
  const from = first.text.length - LEAD;
  const space = text.indexOf(" ", from);
  return `…${text.slice(space > 0 && space < first.text.length ? space + 1 : from)}`;
}

/** "Waits <1m", "Waits 4m", "Waits since Mon". */
export function waitLabel(since, now, zone) {
  const label = agoLabel(since, { now, language: "en-US", zone });
  if (label === "now") return "Waits <1m";
  return now - new Date(since) < DAY ? `Waits ${label}` : `Waits since ${label}`;
}

/**
 * All that is shown of a conversation: whatever changes here makes its row anew, and nothing else does. `desk`, `shop`
 * and `typists` of the inbox; `now` in ms.
 */
export function rowOf(one, { desk, shop, typists, now, zone }) {
  const hit = desk.query ? desk.hits[one.id] : null;
  const typist = typists.in(one.id);
  const said = hit?.text ? excerptOf(hit.text, desk.query) : `${{ staff: "Staff: ", bot: "Bot: " }[one.last?.author] ?? ""}${one.last?.text ?? ""}`;
  const typing = typist ? `${typist.name || "Someone"} is typing…` : null;
  return {
    key: one.id,
    name: nameOf(one),
    text: typing ?? said,
    isTyping: typing !== null,
    query: desk.query,
    seq: hit?.seq ?? null,
    ago: one.last?.at ? agoLabel(one.last.at, { now, language: "en-US", zone }) : "",
    unread: WANT_A_PERSON.has(one.status) ? one.unread : 0,
    state: desk.query || desk.view === "all" ? one.status : null,
    channel: one.channel,
    holder: one.assignee && desk.view !== "mine" && one.status !== "resolved" ? { name: one.assignee.name, isMe: one.assignee.id === desk.me } : null,
    here: shop.lookingAt(one.id).map(({ name }) => name),
    tags: tagsOf(one, shop, now, zone),
  };
}

function tagsOf({ urgent, status, labels = [], until, waiting_since: since }, shop, now, zone) {
  const colors = new Map(shop.labels.map(({ name, color }) => [name, color]));
  const tags = [
    urgent && ["bad", "Urgent"],
    status === "waiting" && ["status-waiting", since ? waitLabel(since, now, zone) : "Waits"],
    status === "snoozed" && until && ["snoozed", untilLabel(until, now, zone)],
  ].filter(Boolean);
  const shown = labels.slice(0, labels.length > 1 && tags.length > 1 ? 0 : 2 - Math.min(1, tags.length));
  const rest = labels.slice(shown.length);
  return [...tags, ...shown.map((name) => ["label", name, colors.get(name) ?? "gray"]), ...(rest.length ? [["more", shown.length ? `+${rest.length}` : `${rest.length} labels`, rest.join(", ")]] : [])];
}

function untilLabel(until, now, zone) {
  const shape = { now, language: "en-US", zone };
  return `Until ${dayKey(until, zone) === dayKey(now, zone) ? timeLabel(until, shape) : soonLabel(until, shape)}`;
}

/** The row's element; `onopen(id, seq)`. */
export function makeRow(row, onopen) {
  const classes = ["item", row.open && "open", row.selected && "selected", row.unread > 0 && "unread", row.tags.length > 0 && "has-tags"];
  const button = el(
    "button",
    { type: "button", class: "item-button", tabindex: row.isStop ? "0" : "-1", "aria-current": row.open ? "true" : null, on: { click: () => onopen(row.key, row.seq) } },
    el("span", { class: "face", "aria-hidden": "true", text: initials(row.name) }),
    el(
      "span",
      { class: "item-body" },
      el("span", { class: "item-top" }, el("span", { class: "item-name" }, marked(row.name, row.query)), ...signsOf(row), el("time", { class: "item-ago", text: row.ago })),
      el("span", { class: "item-last" }, el("span", { class: `item-text${row.isTyping ? " is-typing" : ""}` }, marked(row.text, row.isTyping ? "" : row.query)), row.holder && holderOf(row.holder), row.unread > 0 && el("span", { class: "badge" }, String(row.unread), hidden(" unread"))),
      row.tags.length > 0 && el("span", { class: "tags" }, row.tags.map((tag) => tagOf(tag))),
    ),
  );
  return el("li", { class: classes.filter(Boolean).join(" "), "aria-setsize": row.count, "aria-posinset": row.place }, button);
}

/** A tag of a row or of the head: [kind, text, a label's colour or what else there is]. */
export function tagOf([kind, text, color]) {
  if (kind === "more") return el("span", { class: "tag more", title: color }, text, hidden(` more: ${color}`));
  if (kind === "bad") return el("span", { class: "tag bad-tag" }, icon("alert", 13), text);
  if (kind === "snoozed") return el("span", { class: "tag snoozed" }, icon("clock", 13), text);
  if (kind === "label") return el("span", { class: `tag label-tag color-${color}`, text });
  return el("span", { class: `tag ${kind}`.trim(), text });
}

/** Who else is here: an eye and whose it is; `isLong`: in words. */
export function hereOf(names, isLong = false) {
  const verb = names.length > 1 ? "are" : "is";
  const first = names.map((name) => name.split(" ")[0]);
  const short = names.length > 1 ? `${names.length} people` : first[0];
  const shown = isLong ? `${names.length > 2 ? short : first.join(" and ")} ${verb} here too` : short;
  return el("span", { class: "here", title: `${names.join(", ")} ${verb} looking` }, icon("eye", 14), el("span", { class: "here-text", text: shown }), !isLong && hidden(` ${verb} looking`));
}

function signsOf({ here, state, channel }) {
  return [
    here.length > 0 && hereOf(here),
    STATE_ICONS[state] && sign(STATE_ICONS[state], STATUS_NAMES[state]),
    CHANNEL_ICONS[channel] && sign(CHANNEL_ICONS[channel], `By ${CHANNEL_NAMES[channel].toLowerCase()}`),
  ].filter(Boolean);
}

function holderOf({ name, isMe }) {
  return el("span", { class: `holder${isMe ? " me" : ""}`, title: isMe ? "Yours" : `With ${name}` }, el("span", { "aria-hidden": "true", text: isMe ? "You" : initials(name) }), hidden(isMe ? " Yours" : ` With ${name}`));
}

const sign = (shape, name) => el("span", { class: "sign", title: name }, icon(shape, 15), hidden(name));
const hidden = (text) => el("span", { class: "visually-hidden", text });
const marked = (text, query) => (query ? splitHits(text, query).map(({ text: part, isHit }) => (isHit ? el("mark", { text: part }) : part)) : [text]);
