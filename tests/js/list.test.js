import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "../../chat/static/inbox-desk.js";
import { commandFor } from "../../chat/static/inbox-keys.js";
import { localValue, momentOf, parseLocal, snoozeChoices, wallClock } from "../../chat/static/snooze-times.js";
import { offsetsOf, rowAt, windowOf } from "../../chat/static/windowed.js";
import { FakeSocket, settle } from "./support.js";

const ZONE = "America/Chicago";
const HOURS = { mon: [["07:30", "12:00"]], tue: [["08:00", "17:00"]], wed: [["07:30", "17:30"]], thu: [["07:30", "17:30"]], fri: [["07:30", "17:30"]], sat: [["09:00", "12:00"]], sun: [] };

const at = (text) => new Date(text).getTime();
const said = (choices) => choices.map(({ key, at: moment }) => `${key} ${localValue(moment, ZONE)}`);

test("what is offered for a snooze is at the shop's openings, in its zone", () => {
  const wednesday = at("2026-03-11T10:30:00-05:00");
  assert.deepEqual(said(snoozeChoices(wednesday, ZONE, HOURS)), ["soon 2026-03-11T12:30", "afternoon 2026-03-11T13:00", "tomorrow 2026-03-12T07:30", "monday 2026-03-16T07:30"]);
  const saturdayEvening = at("2026-03-14T20:00:00-05:00");
  assert.deepEqual(said(snoozeChoices(saturdayEvening, ZONE, HOURS)), ["soon 2026-03-14T22:00", "tomorrow 2026-03-16T07:30"]); // closed on Sunday, so next is Monday: told once
  assert.deepEqual(said(snoozeChoices(wednesday, ZONE, {})).slice(2), ["tomorrow 2026-03-12T08:00", "monday 2026-03-16T08:00"]);
});

test("the clock change moves no time of day", () => {
  const before = at("2026-03-07T12:00:00-06:00"); // the night after it the clock goes forward
  const monday = snoozeChoices(before, ZONE, HOURS).find(({ key }) => ["tomorrow", "monday"].includes(key));
  assert.equal(new Date(monday.at).toISOString(), "2026-03-09T12:30:00.000Z");
  assert.equal(localValue(parseLocal("2026-11-01T01:30", ZONE), ZONE), "2026-11-01T01:30"); // there twice: one of the two
  assert.equal(localValue(momentOf({ year: 2026, month: 3, day: 8 }, "02:30", ZONE), ZONE).slice(0, 11), "2026-03-08T"); // there never
});

test("a day and time is the same wherever it is read", () => {
  for (const zone of ["America/Chicago", "Asia/Kolkata", "Pacific/Auckland", "UTC"]) {
    const moment = parseLocal("2026-07-04T09:15", zone);
    assert.deepEqual(wallClock(moment, zone), { year: 2026, month: 7, day: 4, hour: 9, minute: 15 });
  }
  assert.ok(Number.isNaN(parseLocal("", ZONE)));
});

test("only rows that are near are on the page, whatever their heights", () => {
  const heights = Array.from({ length: 10_000 }, (_, index) => (index % 3 ? 66 : 92));
  const offsets = offsetsOf(heights);
  assert.equal(offsets.at(-1), heights.reduce((sum, height) => sum + height, 0));
  for (const top of [0, 65, 66, 91_234, offsets.at(-1) - 700]) {
    const row = rowAt(offsets, top);
    assert.ok(offsets[row] <= top && (top < offsets[row + 1] || row === heights.length - 1));
    const [from, until] = windowOf(offsets, top, 700, 8);
    assert.ok(until - from < 40);
    assert.ok(offsets[from] <= top && offsets[until] >= Math.min(top + 700, offsets.at(-1)));
  }
  assert.deepEqual(windowOf(offsetsOf([]), 0, 700), [0, 0]);
});

test("keys say what they say, but not while one writes and not when they are off", () => {
  const press = (key, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, isWriting: false, isOnControl: false, ...more });
  assert.equal(commandFor(press("e")), "resolve");
  assert.equal(commandFor(press("r")), "reply");
  assert.equal(commandFor(press("e", { isWriting: true })), null);
  assert.equal(commandFor(press("e"), false), null);
  assert.equal(commandFor(press("e", { ctrlKey: true })), null);
  assert.equal(commandFor(press("k", { ctrlKey: true, isWriting: true })), "search");
  assert.equal(commandFor(press("g")), "chord");
  assert.equal(commandFor(press("m"), true, true), "view:mine");
  assert.equal(commandFor(press("e"), true, true), null);
  assert.equal(commandFor(press("Enter", { isOnControl: true })), null);
  assert.equal(commandFor(press("Escape", { isWriting: true }), false), "leave");
});

const summary = (number, changes = {}) => ({ id: `c${number}`, title: `c${number}`, status: "waiting", assignee: null, unread: 1, urgent: false, last_seq: 1, labels: [], last: { text: "x", author: "client", at: new Date(Date.UTC(2026, 2, 1, 0, number)).toISOString() }, ...changes });
const page = (from, until, cursor, changes = {}) => ({ ok: true, conversations: Array.from({ length: from - until }, (_, index) => summary(from - index)), counts: { waiting: 300 }, cursor, ...changes });

async function desk() {
  const socket = new FakeSocket();
  socket.connected = true;
  const one = new Desk({ socket, me: "ray" });
  one.load();
  await socket.answer("inbox", page(300, 200, "first"));
  return { one, socket };
}

test("pages come as one scrolls, one at a time, and a look at what is new keeps them", async () => {
  const { one, socket } = await desk();
  one.more();
  one.more();
  assert.equal(socket.emitted.filter(({ event, done }) => event === "inbox" && !done).length, 1);
  assert.equal(socket.pending("inbox").payload.cursor, "first");
  await socket.answer("inbox", page(200, 100, "second"));
  assert.equal(one.list.length, 200);
  one.load();
  await socket.answer("inbox", page(301, 201, "newer"));
  assert.equal(one.list.length, 201); // one new, none lost
  assert.equal(one.cursor, "second");
  one.load();
  await socket.answer("inbox", { ok: true, conversations: [summary(301)], counts: {}, cursor: null });
  assert.deepEqual(one.list.map(({ id }) => id), ["c301"]); // all others are gone from the view
});

test("a push moves one row to its place and leaves the others alone", async () => {
  const { one } = await desk();
  const before = one.list;
  one.take(summary(250, { last_seq: 2, last: { text: "new", author: "client", at: "2026-04-01T00:00:00.000Z" } }));
  assert.equal(one.list[0].id, "c250");
  assert.equal(one.list.length, before.length);
  one.take(summary(220, { last_seq: 2, urgent: true }));
  assert.deepEqual(one.list.slice(0, 2).map(({ id }) => id), ["c220", "c250"]);
  one.take(summary(300, { last_seq: 2, status: "resolved" }));
  assert.ok(!one.list.some(({ id }) => id === "c300"));
  assert.equal(one.counts.waiting, 299);
});

test("a search asks all views, keeps its order, and ends where it began", async () => {
  const { one, socket } = await desk();
  one.search(" brake ");
  assert.deepEqual(socket.pending("inbox").payload, { view: "all", limit: 100, q: "brake" });
  await socket.answer("inbox", { ok: true, conversations: [summary(7), summary(9)], hits: { c9: { seq: 3, text: "brake" } }, counts: {}, cursor: null });
  assert.deepEqual(one.list.map(({ id }) => id), ["c7", "c9"]);
  assert.equal(one.hits.c9.seq, 3);
  one.take(summary(9, { last_seq: 5 }));
  assert.deepEqual(one.list.map(({ id }) => id), ["c7", "c9"]);
  one.search("");
  await settle();
  assert.equal(socket.pending("inbox").payload.view, "waiting");
});

test("a label narrows the view", async () => {
  const { one, socket } = await desk();
  one.filter("VIP");
  assert.equal(socket.pending("inbox").payload.label, "VIP");
  await socket.answer("inbox", { ok: true, conversations: [summary(5, { labels: ["vip"] })], counts: {}, cursor: null });
  one.take(summary(6, { labels: [] }));
  assert.deepEqual(one.list.map(({ id }) => id), ["c5"]);
});

test("after a break all that was fetched is fetched anew, and what left the view unheard is gone", async () => {
  const { one, socket } = await desk();
  one.more();
  await socket.answer("inbox", page(200, 100, "second"));
  one.load(true);
  await socket.answer("inbox", page(300, 200, "first"));
  assert.equal(one.list.length, 200); // nothing shrinks before all is there
  await socket.answer("inbox", page(199, 99, "second, later")); // number 200 was resolved meanwhile
  assert.deepEqual([one.list.length, one.list.at(-1).id, one.cursor], [200, "c100", "second, later"]);
  assert.ok(!one.list.some(({ id }) => id === "c200"));
});
