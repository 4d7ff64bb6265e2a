/**
 * What a conversation looks like, as plain rows: date marks, messages, what is being sent. No page here; the same rows
 * serve the widget (side "client") and the inbox (side "staff").
 */
import { dayKey, dayLabel, timeLabel } from "./dates.js";

const TOGETHER = 5 * 60 * 1000;

/**
 * The rows in order. Each has `kind` ("day", "message", "line"), a `key` that stays the same while the row lives, and
 * what is to be shown. `view`: {side, words, language, now, readSeq, isOwn?, zone?}.
 */
export function rowsOf(log, pending, view) {
  const rows = [];
  const lastOwn = log.entries.findLast((entry) => entry.author.kind === view.side && !isLine(entry) && !entry.private);
  let before = null;
  for (const entry of log.entries) {
    addDay(rows, before, entry.at, view);
    rows.push(isLine(entry) ? lineRow(entry, view) : storedRow(entry, before, lastOwn, view));
    before = entry;
  }
  const stored = new Set(log.entries.map((entry) => entry.ref).filter(Boolean));
  for (const item of pending.filter((one) => !stored.has(one.ref))) {
    addDay(rows, before, item.at, view);
    rows.push(pendingRow(item, before, view));
    before = { at: item.at, author: { kind: view.side, name: view.words.you }, private: Boolean(item.body.private) };
  }
  return markEnds(withQuickReplies(rows, view));
}

/** Whether an entry is shown as a small line and not as a bubble: acts, and what the system says. */
export function isLine(entry) {
  return Boolean(entry.act) || entry.author.kind === "system";
}

function addDay(rows, before, at, view) {
  const key = dayKey(at, view.zone);
  if (before && dayKey(before.at, view.zone) === key) return;
  rows.push({ kind: "day", key: `day:${key}`, label: dayLabel(at, view) });
}

function lineRow(entry, view) {
  const { seq, text, author, channel, act = null, rating = null, delivery = null } = entry;
  return { kind: "line", key: `seq:${seq}`, seq, text, author, channel, act, rating, delivery, time: timeLabel(entry.at, view) };
}

function storedRow(entry, before, lastOwn, view) {
  const mine = entry.author.kind === view.side && !entry.private;
  return {
    kind: "message",
    key: entry.ref ? `ref:${entry.ref}` : `seq:${entry.seq}`,
    seq: entry.seq,
    author: entry.author,
    tone: entry.private ? "note" : entry.author.kind,
    mine,
    first: !continues(before, entry),
    text: entry.text,
    buttons: entry.buttons ?? [],
    links: entry.links ?? [],
    attachments: entry.attachments ?? [],
    channel: entry.channel === "web" ? null : entry.channel,
    time: timeLabel(entry.at, view),
    at: entry.at,
    state: stateOf(entry, mine, entry === lastOwn, view),
  };
}

function pendingRow(item, before, view) {
  const isNote = Boolean(item.body.private);
  const author = { kind: view.side, name: view.words.you };
  return {
    kind: "message",
    key: `ref:${item.ref}`,
    ref: item.ref,
    author,
    tone: isNote ? "note" : view.side,
    mine: !isNote,
    first: !continues(before, { at: item.at, author, private: isNote }),
    text: item.body.text ?? "",
    buttons: [],
    links: [],
    attachments: item.body.attachments ?? [],
    channel: null,
    time: timeLabel(item.at, view),
    at: new Date(item.at).toISOString(),
    state: item.state === "failed" ? "failed" : "sending",
    error: item.error ?? null,
  };
}

function continues(before, entry) {
  if (!before || isLine(before)) return false;
  const { kind, name } = entry.author;
  const sameAuthor = before.author.kind === kind && (kind !== "staff" || before.author.name === name);
  return sameAuthor && Boolean(before.private) === Boolean(entry.private) && new Date(entry.at) - new Date(before.at) < TOGETHER;
}

/** How far an own message has come: "failed", "undelivered", and for the last one "seen" or "sent"; else null. */
function stateOf(entry, mine, isLast, view) {
  if (!mine) return null;
  if (entry.delivery?.state === "failed") return "undelivered";
  if (!isLast) return null;
  return entry.seq <= view.readSeq || entry.delivery?.state === "read" ? "seen" : "sent";
}

/** Quick replies belong to their message for good; those of the last one are the ones asked for now. */
function withQuickReplies(rows, view) {
  const last = rows.findLast((row) => row.kind === "message" && row.tone !== "note");
  for (const row of rows) if (row.buttons?.length) row.asksNow = row === last && view.side === "client";
  return rows;
}

function markEnds(rows) {
  rows.forEach((row, at) => {
    const next = rows[at + 1];
    if (row.kind === "message") row.last = !(next?.kind === "message" && !next.first);
  });
  return rows;
}
