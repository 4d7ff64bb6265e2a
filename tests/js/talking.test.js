import assert from "node:assert/strict";
import { test } from "node:test";
import { isToBeHeard } from "../../chat/static/chime.js";
import { StaffLog } from "../../chat/static/inbox-log.js";
import { mentionedIn } from "../../chat/static/mentions.js";
import { findReplies, findTrigger, withPicked } from "../../chat/static/picking.js";
import { usualWay, wayProblem } from "../../chat/static/reply-ways.js";
import { isStale } from "../../chat/static/suggestion.js";
import { RowWindow } from "../../chat/static/thread-window.js";
import { RowMemo, rowsOf } from "../../chat/static/thread.js";
import { message } from "./support.js";

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, at) => message(from + at));
const VIEW = { side: "staff", words: { you: "Ray", today: "Today", yesterday: "Yesterday" }, language: "en-US", now: Date.UTC(2026, 2, 11), readSeq: 0, zone: "UTC" };

function window(rows) {
  const one = new RowWindow(() => 40);
  one.show(rows);
  return one;
}

test("stretches of old entries close up with the newest when the gap is filled", () => {
  const log = new StaffLog();
  log.merge(range(91, 100));
  log.place(range(40, 50));
  assert.deepEqual([log.has(45), log.has(60), log.has(95)], [true, false, true]);
  log.place(range(48, 92));
  assert.deepEqual(log.entries.map(({ seq }) => seq), range(40, 100).map(({ seq }) => seq));
});

test("what is missing is a gap of its length, and only rows that changed are made anew", () => {
  const log = new StaffLog();
  const memo = new RowMemo();
  log.merge(range(91, 100));
  const before = rowsOf(log, [], VIEW, memo);
  assert.deepEqual([before[0].kind, before[0].count], ["gap", 90]);
  log.receive(message(101, { author: { kind: "client", name: "Maria" } }));
  const after = rowsOf(log, [], VIEW, memo);
  assert.equal(before.filter((row) => !after.includes(row)).length, 0);
});

test("what is read stays in its place when older rows arrive above it", () => {
  const row = (seq) => ({ kind: "message", key: `seq:${seq}`, seq });
  const old = window([{ kind: "gap", key: "gap:1", from: 1, to: 10, count: 10 }, row(11), row(12)]);
  const anchor = old.anchor(old.top(2) - 5, 100);
  old.show([...Array.from({ length: 10 }, (_, at) => row(at + 1)), row(11), row(12)]);
  assert.equal(old.resolve(anchor), old.top(11) - 5);
});

test("the end of a gap that is near is asked for, and in its midst what is read there", () => {
  const one = window([{ kind: "gap", key: "gap:1", from: 1, to: 1000, count: 1000 }, { kind: "message", key: "seq:1001", seq: 1001 }]);
  assert.equal(one.wanted(one.total - 600, 600).before, 1001);
  assert.equal(one.wanted(29_000, 600).before, 551);
  assert.equal(one.wanted(0, 600).before, 101);
});

test("a slash calls canned replies at the beginning or after a space, and an at-sign colleagues in notes only", () => {
  assert.equal(findTrigger("on 1/2", 6, false), null);
  assert.deepEqual(findTrigger("well /ho", 8, false), { kind: "canned", from: 5, query: "ho" });
  assert.equal(findTrigger("@mi", 3, false), null);
  assert.equal(findTrigger("@mi", 3, true).kind, "mention");
  assert.deepEqual(withPicked("well /ho!", { from: 5, query: "ho" }, "Hi"), { text: "well Hi !", caret: 8 });
});

test("canned replies are found by shortcut first, then by title, then by what they say", () => {
  const replies = [["a", "Other", "car is ready"], ["b", "Ready soon", "x"], ["ready", "T", "y"]].map(([shortcut, title, text]) => ({ shortcut, title, text }));
  assert.deepEqual(findReplies("ready", replies).map(({ shortcut }) => shortcut), ["ready", "b", "a"]);
});

test("who is called in a note is known by the whole name, the longer one first", () => {
  const people = [{ id: "1", name: "Ray" }, { id: "2", name: "Ray Ortiz" }];
  assert.deepEqual(mentionedIn("@Ray Ortiz and @Ray, not a@Ray or @Rayon", people), ["2", "1"]);
});

test("a draft is stale once anybody but the client wrote after it; a note leaves it", () => {
  assert.equal(isStale({ seq: 5 }, [message(6, { author: { kind: "client", name: "M" } }), message(7, { private: true })]), false);
  assert.equal(isStale({ seq: 5 }, [message(6)]), true);
  assert.equal(isStale({ seq: 5 }, [message(6, { act: "resolved", private: true })]), true);
});

test("an answer goes the way the client wrote last, and a STOP is told", () => {
  const ways = [{ channel: "web" }, { channel: "sms", to: "+15125550101", stopped: true }];
  assert.equal(usualWay(ways, "sms"), "sms");
  assert.equal(usualWay(ways, "email"), "web");
  assert.match(wayProblem(ways, "sms"), /STOP.*chat/);
  assert.equal(wayProblem(ways, "web"), null);
});

test("only a client's message that waits or is mine is heard", () => {
  const from = { author: { kind: "client" } };
  assert.equal(isToBeHeard(from, { status: "waiting" }, "ray"), true);
  assert.equal(isToBeHeard(from, { status: "open", assignee: { id: "mina" } }, "ray"), false);
});
