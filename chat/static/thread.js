/**
 * What a conversation looks like, as plain rows: date marks, messages, what is being sent. No page here; the same rows
 * serve the widget (side "client") and the inbox (side "staff").
 */
import { dayKey, dayLabel, timeLabel } from "./dates.js";

const TOGETHER = 5 * 60 * 1000;

/** Rows that were made before, so that a long thread makes only those that changed: the same row is the same object. */
export class RowMemo {
  #ofEntries = new WeakMap();
  #ofNames = new Map();
  #facts = new WeakMap();

  /** The row of `owner` (an entry, or a name) made before under this `sign`, else what `make` makes. */
  row(owner, sign, make) {
    const rows = typeof owner === "string" ? this.#ofNames : this.#ofEntries;
    const known = rows.get(owner);
    if (known?.sign === sign) return known.row;
    const row = make();
    rows.set(owner, { sign, row });
    return row;
  }

  /** When an entry was written, in milliseconds, and on which day. */
  facts(entry, zone) {
    const known = this.#facts.get(entry);
    if (known) return known;
    const facts = { time: new Date(entry.at).getTime(), day: dayKey(entry.at, zone) };
    this.#facts.set(entry, facts);
    return facts;
  }
}

/**
 * The rows in order. Each has `kind` ("day", "new", "gap", "message", "line"), a `key` that stays the same while the row
 * lives, and what is to be shown. `view`: {side, words, language, now, readSeq, zone?, newFrom?, offline?}; `newFrom` is
 * the number before which the mark of what is new stands.
 */
export function rowsOf(log, pending, view, memo = new RowMemo()) {
  const { entries } = log;
  const unsent = withoutStored(entries, pending).map((item) => unsentEntry(item, view, memo));
  const all = [...entries, ...unsent];
  const ends = { lastOwn: all.findLast((entry) => !entry.item && isOwn(entry, view)), lastSaid: all.findLast((entry) => !isLine(entry) && !entry.private), view, memo };
  const rows = [];
  let day = "";
  all.forEach((entry, at) => {
    const before = all[at - 1];
    if (isGap(before, entry, view)) rows.push(gapRow((before?.seq ?? 0) + 1, entry.seq - 1, memo));
    const facts = memo.facts(entry, view.zone);
    if (facts.day > day) rows.push(dayRow((day = facts.day), entry, ends));
    if (entry.seq !== undefined && entry.seq === view.newFrom) rows.push(memo.row("new", "", () => ({ kind: "new", key: "new" })));
    rows.push(isLine(entry) ? lineRow(entry, ends) : messageRow(entry, joins(before, entry, ends), joins(entry, all[at + 1], ends), ends));
  });
  return rows;
}

/** Whether an entry is shown as a small line and not as a bubble: acts, and what the system says. */
export function isLine(entry) {
  return Boolean(entry.act) || entry.author.kind === "system";
}

function isOwn(entry, { side }) {
  return entry.author.kind === side && !isLine(entry) && !entry.private;
}

/** Staff see every number, so one that is missing is still on the server; a client does not see all. */
function isGap(before, entry, { side }) {
  return side === "staff" && !entry.item && entry.seq > (before?.seq ?? 0) + 1;
}

function withoutStored(entries, pending) {
  if (!pending.length) return pending;
  const stored = new Set(entries.map((entry) => entry.ref).filter(Boolean));
  return pending.filter((one) => !stored.has(one.ref));
}

/** What is being sent, in the shape of what is stored; the same object as long as nothing about it changed. */
function unsentEntry(item, { side, words }, memo) {
  const { ref, body, at } = item;
  const make = () => ({ item, ref, at: new Date(at).toISOString(), author: { kind: side, name: words.you }, text: body.text ?? "", private: Boolean(body.private), channel: body.channel, mentions: body.mentions, attachments: body.attachments });
  return memo.row(item, `entry ${item.state}`, make);
}

function gapRow(from, to, memo) {
  return memo.row(`gap:${from}`, String(to), () => ({ kind: "gap", key: `gap:${from}`, from, to, count: to - from + 1 }));
}

function dayRow(day, { at }, { view, memo }) {
  const label = dayLabel(at, view);
  return memo.row(`day:${day}`, label, () => ({ kind: "day", key: `day:${day}`, label }));
}

function lineRow(entry, { view, memo }) {
  const { seq, text, author, channel, act = null, rating = null, delivery = null } = entry;
  return memo.row(entry, "line", () => ({ kind: "line", key: `seq:${seq}`, seq, text, author, channel, act, rating, delivery, zone: view.zone, time: timeLabel(entry.at, view) }));
}

function messageRow(entry, continues, goesOn, ends) {
  const { view, memo, lastSaid } = ends;
  const state = entry.item ? unsentState(entry.item, view) : stateOf(entry, ends);
  const asksNow = view.side === "client" && entry === lastSaid;
  return memo.row(entry, [continues, goesOn, state, asksNow].join(), () => ({
    kind: "message",
    key: entry.ref ? `ref:${entry.ref}` : `seq:${entry.seq}`,
    ...(entry.item ? { ref: entry.ref } : { seq: entry.seq }),
    author: entry.author,
    tone: entry.private ? "note" : entry.author.kind,
    mine: entry.author.kind === view.side && !entry.private,
    first: !continues,
    last: !goesOn,
    text: entry.text,
    buttons: entry.buttons ?? [],
    links: entry.links ?? [],
    attachments: entry.attachments ?? [],
    mentions: entry.mentions ?? [],
    channel: entry.channel === "web" ? null : (entry.channel ?? null),
    time: timeLabel(entry.at, view),
    at: entry.at,
    state,
    isLastOwn: entry === ends.lastOwn,
    error: entry.item ? (entry.item.error ?? null) : (entry.delivery?.error ?? null),
    ...(entry.buttons?.length ? { asksNow } : {}),
  }));
}

/** Whether `entry` goes on right below `before`, without its author's name. */
function joins(before, entry, { view, memo }) {
  if (!before || !entry || isLine(before) || isLine(entry) || entry.seq === view.newFrom || isGap(before, entry, view)) return false;
  const { kind, name } = entry.author;
  const sameAuthor = before.author.kind === kind && (kind !== "staff" || before.author.name === name);
  if (!sameAuthor || Boolean(before.private) !== Boolean(entry.private)) return false;
  const [earlier, later] = [memo.facts(before, view.zone), memo.facts(entry, view.zone)];
  return later.day <= earlier.day && later.time - earlier.time < TOGETHER;
}

function unsentState({ state }, { offline }) {
  return state === "failed" ? "failed" : offline && state === "waiting" ? "waiting" : "sending";
}

/**
 * How far a message has come: "failed" and "undelivered"; for the client the last own one's "seen" or "sent"; for staff
 * each that went out: "queued", "sent", "delivered", "seen". Else null.
 */
function stateOf(entry, { lastOwn, view }) {
  const mine = isOwn(entry, view);
  if (view.side === "staff") return wentOut(entry) ? staffState(entry, mine, view) : null;
  if (!mine) return null;
  if (entry.delivery?.state === "failed") return "undelivered";
  if (entry !== lastOwn) return null;
  return entry.seq <= view.readSeq || entry.delivery?.state === "read" ? "seen" : "sent";
}

function wentOut(entry) {
  return !entry.private && (entry.author.kind === "staff" || entry.author.kind === "bot");
}

function staffState({ seq, delivery }, mine, { readSeq }) {
  if (delivery?.state === "failed") return "undelivered";
  if (!mine) return null;
  if (seq <= readSeq || delivery?.state === "read") return "seen";
  return delivery?.state ?? "sent";
}
