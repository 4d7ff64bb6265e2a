import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "../../chat/static/inbox-desk.js";
import { excerptOf, isTagged, rowOf, splitHits, waitLabel } from "../../chat/static/inbox-row.js";
import { Typists } from "../../chat/static/inbox-typing.js";
import { wayBack } from "../../chat/static/inbox-undo.js";
import { saidOf } from "../../chat/static/snooze-times.js";
import { indexNear } from "../../chat/static/windowed.js";
import { FakeSocket, settle } from "./support.js";

const NOW = new Date("2026-03-11T15:30:00Z").getTime();
const EVA = { id: "eva", name: "Eva Stone" };

function summary(changes = {}) {
  return { id: "c1", title: "Maria Lopez", client: "m", status: "open", assignee: EVA, unread: 2, last_seq: 3, channel: "web", labels: [], last: { text: "hello", author: "client", at: "2026-03-11T15:26:00Z" }, ...changes };
}

function around(changes = {}) {
  return { desk: { view: "waiting", query: "", hits: {}, me: "ray", ...changes.desk }, shop: { labels: [{ name: "Fleet", color: "blue" }], lookingAt: () => changes.here ?? [] }, typists: { in: () => changes.typist }, now: NOW, zone: "America/Chicago" };
}

test("a found message is cut where the words stand, and begins shortly before the first of them", () => {
  assert.deepEqual(splitHits("My brakes, my BRAKE pads", "brake my"), [
    { text: "My", isHit: true }, { text: " ", isHit: false }, { text: "brake", isHit: true }, { text: "s, ", isHit: false },
    { text: "my", isHit: true }, { text: " ", isHit: false }, { text: "BRAKE", isHit: true }, { text: " pads", isHit: false },
  ]);
  assert.deepEqual(splitHits("costs $5 (five)", "$5 (five)").filter(({ isHit }) => isHit).map(({ text }) => text), ["$5", "(five)"]);
  assert.equal(excerptOf("We have three vans that all need new oil and a brake check", "brake"), "…all need new oil and a brake check");
  assert.equal(excerptOf("my brake", "brake"), "my brake");
  assert.equal(excerptOf("nothing of it is there, for the search allows a slip or two", "brakk"), "nothing of it is there, for the search allows a slip or two");
});

test("a row says who has it, who is here and who types, and is higher where it has tags", () => {
  const row = rowOf(summary({ labels: ["Fleet", "Gone"] }), around({ here: [{ name: "Ann Lee" }] }));
  assert.deepEqual(row.holder, { name: "Eva Stone", isMe: false });
  assert.deepEqual(row.here, ["Ann Lee"]);
  assert.deepEqual(row.tags, [["label", "Fleet", "blue"], ["label", "Gone", "gray"]]);
  const many = { urgent: true, status: "waiting", labels: ["A", "B", "C"] };
  assert.deepEqual(rowOf(summary(many), around()).tags.at(-1), ["more", "3 labels", "A, B, C"]); // a line has no room for all
  assert.deepEqual(rowOf(summary({ ...many, urgent: false }), around()).tags.slice(1), [["label", "A", "gray"], ["more", "+2", "B, C"]]);
  assert.equal(rowOf(summary(), around({ typist: { name: "Eva Stone" } })).text, "Eva Stone is typing…");
  assert.equal(rowOf(summary({ status: "bot" }), around()).unread, 0); // the bot reads those
  const found = rowOf(summary(), around({ desk: { query: "hello", hits: { c1: { seq: 7, text: "oh hello" } } } }));
  assert.deepEqual([found.text, found.seq, found.state], ["oh hello", 7, "open"]);
  for (const one of [summary(), summary({ urgent: true }), summary({ status: "waiting" }), summary({ status: "snoozed", until: "2026-03-12T12:30:00Z" }), summary({ labels: ["Fleet"] })]) assert.equal(isTagged(one), rowOf(one, around()).tags.length > 0);
});

test("how long somebody waits is said in minutes, then since which day", () => {
  assert.equal(waitLabel("2026-03-11T15:26:00Z", NOW), "Waits 4m");
  assert.equal(waitLabel("2026-03-11T15:29:40Z", NOW), "Waits <1m");
  assert.match(waitLabel("2026-03-09T15:29:40Z", NOW), /^Waits since Mon/);
});

test("what was taken back is as it was before", () => {
  const back = (changes) => wayBack(summary(changes), "ray", NOW);
  assert.deepEqual(back({ assignee: { id: "ray" } }), [["reopen", {}]]);
  assert.deepEqual(back({}), [["reopen", {}], ["assign", { staff: "eva" }]]);
  assert.deepEqual(back({ status: "waiting", assignee: null }), [["reopen", {}], ["assign", { staff: null }]]);
  assert.deepEqual(back({ status: "bot", assignee: null }), [["reopen", {}], ["return_to_bot", {}]]);
  const until = "2026-03-12T12:30:00Z";
  assert.deepEqual(back({ status: "snoozed", assignee: { id: "ray" }, until }), [["reopen", {}], ["snooze", { until }]]);
  assert.deepEqual(back({ status: "snoozed", assignee: { id: "ray" }, until: "2026-03-11T15:00:00Z" }), [["reopen", {}]]);
});

test("who types is shown until they write, stop, fall silent or the line breaks", async () => {
  const socket = new FakeSocket();
  const waiting = [];
  const typists = new Typists({ socket, myName: "Ray", later: (act) => waiting.push(act), never: () => {} });
  let changes = 0;
  typists.onchange = () => (changes += 1);
  const type = (name, kind, on = true) => socket.push("typing", { conversation: "c1", author: { name, kind }, on });
  await type("Ray", "staff");
  assert.equal(typists.in("c1"), undefined); // myself
  await type("Maria", "client");
  await type("Maria", "client");
  assert.equal(typists.in("c1").name, "Maria");
  assert.equal(changes, 1); // the second sign changes nothing on the page
  await socket.push("message", { conversation: "c1", author: { name: "Shop", kind: "bot" } });
  assert.equal(typists.in("c1").name, "Maria");
  await socket.push("message", { conversation: "c1", author: { name: "Maria", kind: "client" } });
  assert.equal(typists.in("c1"), undefined);
  await type("Eva", "staff");
  waiting.at(-1)();
  assert.equal(typists.in("c1"), undefined);
  await type("Eva", "staff");
  await socket.down();
  assert.equal(typists.in("c1"), undefined);
});

test("days are named in the shop's zone, also in the night of a clock change", () => {
  const zone = "America/Chicago";
  const at = (text) => new Date(text).getTime();
  assert.equal(saidOf(at("2026-11-02T07:30:00-06:00"), at("2026-11-01T00:10:00-05:00"), zone), "Tomorrow, 7:30 AM"); // a day of 25 hours
  assert.equal(saidOf(at("2026-03-08T23:30:00-05:00"), at("2026-03-08T00:30:00-06:00"), zone), "Today, 11:30 PM");
  assert.match(saidOf(at("2026-03-16T07:30:00-05:00"), at("2026-03-11T10:30:00-05:00"), zone), /^Mon, Mar 16, 7:30/);
});

test("a row is found again where it has moved to", () => {
  const items = Array.from({ length: 10_000 }, (_, index) => ({ id: `c${index}` }));
  assert.equal(indexNear(items, "c5000", 5001), 5000);
  assert.equal(indexNear(items, "c0", 9999), 0);
  assert.equal(indexNear(items, "gone", 500), -1);
  assert.equal(indexNear([], "c1", 0), -1);
});

test("a busy hour with the bot asks for the counts once a second, not with every push", async () => {
  const socket = new FakeSocket();
  socket.connected = true;
  socket.answers.inbox = () => ({ ok: true, conversations: [], counts: { bot: 5 }, cursor: "more" });
  const waiting = [];
  let now = 0;
  const desk = new Desk({ socket, me: "ray", now: () => now, later: (act) => waiting.push(act) });
  await desk.load();
  const asked = () => socket.emitted.filter(({ event }) => event === "inbox").length;
  for (let number = 0; number < 50; number += 1) {
    desk.take(summary({ id: `b${number}`, status: "bot" }));
    await settle();
  }
  assert.equal(asked(), 2);
  assert.equal(waiting.length, 1);
  now = 1000;
  waiting[0]();
  await settle();
  assert.equal(asked(), 3);
  assert.equal(desk.counts.bot, 5);
  await desk.show("bot");
  assert.equal(desk.total, 5); // as many as the view has, though they are not all here
});
