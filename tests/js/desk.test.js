import assert from "node:assert/strict";
import { test } from "node:test";
import { belongs, Desk } from "../../chat/static/inbox-desk.js";
import { FakeSocket, settle } from "./support.js";

const RAY = { id: "ray", name: "Ray" };

function summary(id, changes = {}) {
  const last = { text: "hello", author: "client", at: `2026-03-11T15:0${id.slice(1)}:00.000Z` };
  return { id, title: id, status: "waiting", assignee: null, unread: 1, urgent: false, last_seq: 1, last, ...changes };
}

async function desk(conversations = [], counts = {}) {
  const socket = new FakeSocket();
  socket.connected = true;
  const one = new Desk({ socket, me: "ray" });
  one.load();
  await socket.answer("inbox", { ok: true, conversations, counts, cursor: null });
  return { one, socket };
}

const ids = (one) => one.list.map(({ id }) => id);

test("the newest leads, and urgent ones before all where a person is due", async () => {
  const { one } = await desk([summary("c1", { urgent: true }), summary("c2"), summary("c3")]);
  assert.deepEqual(ids(one), ["c1", "c3", "c2"]);
});

test("who waits stands in line as each was told, urgent ones before", async () => {
  const since = (id, minute, changes) => summary(id, { waiting_since: `2026-03-11T14:${minute}:00.000Z`, ...changes });
  const { one } = await desk([since("c1", "30"), since("c2", "10"), since("c3", "20"), since("c4", "40", { urgent: true }), summary("c5")]);
  assert.deepEqual(ids(one), ["c4", "c2", "c3", "c1", "c5"]);
  one.take(since("c6", "15"));
  assert.deepEqual(ids(one), ["c4", "c2", "c6", "c3", "c1", "c5"]);
});

test("mine are the open ones that I have", () => {
  assert.equal(belongs(summary("c1", { status: "open", assignee: RAY }), "mine", "ray"), true);
  assert.equal(belongs(summary("c1", { status: "resolved", assignee: RAY }), "mine", "ray"), false);
  assert.equal(belongs(summary("c1", { status: "open", assignee: { id: "ann" } }), "mine", "ray"), false);
});

test("one that is taken leaves the view and moves the counts", async () => {
  const { one } = await desk([summary("c1"), summary("c2")], { waiting: 2, open: 0, mine: 0 });
  one.take(summary("c1", { status: "open", assignee: RAY, last_seq: 2 }));
  assert.deepEqual(ids(one), ["c2"]);
  assert.deepEqual([one.counts.waiting, one.counts.open, one.counts.mine], [1, 1, 1]);
});

test("the one that is open stays in sight until another is", async () => {
  const { one } = await desk([summary("c1"), summary("c2")]);
  one.hold("c1");
  one.take(summary("c1", { status: "open", assignee: RAY, last_seq: 2 }));
  assert.deepEqual(ids(one), ["c2", "c1"]);
  one.hold("c2");
  assert.deepEqual(ids(one), ["c2"]);
});

test("an older summary does not undo a newer one", async () => {
  const { one } = await desk([summary("c1", { last_seq: 5, unread: 0 })]);
  one.take(summary("c1", { last_seq: 4, unread: 3 }));
  assert.equal(one.find("c1").unread, 0);
});

test("a read mark does not go back: a push or an answer made before it moved may come after it", async () => {
  const { one, socket } = await desk([summary("c1", { last_seq: 2, read_seq: 0 })]);
  one.take(summary("c1", { last_seq: 2, read_seq: 2, unread: 0 }));
  one.take(summary("c1", { last_seq: 2, read_seq: 0, unread: 1, urgent: true }));
  assert.deepEqual([one.find("c1").unread, one.find("c1").read_seq, one.find("c1").urgent], [0, 2, true]);
  one.load();
  await socket.answer("inbox", { ok: true, conversations: [summary("c1", { last_seq: 2, read_seq: 0 })], counts: {}, cursor: null });
  assert.deepEqual([one.find("c1").unread, one.unread], [0, 0]);
  one.take(summary("c1", { last_seq: 3, read_seq: 0, unread: 2 })); // a new message counts
  assert.equal(one.find("c1").unread, 2);
});

test("one never seen is shown at once, and the counts are asked for", async () => {
  const { one, socket } = await desk([], { waiting: 0 });
  one.take(summary("c1"));
  assert.deepEqual(ids(one), ["c1"]);
  await settle();
  await socket.answer("inbox", { ok: true, conversations: [summary("c1")], counts: { waiting: 1 }, cursor: null });
  assert.equal(one.counts.waiting, 1);
});

test("of two views asked for one after the other the last one counts", async () => {
  const { one, socket } = await desk();
  one.show("bot");
  one.show("open");
  const [, , open] = socket.emitted;
  open.resolve({ ok: true, conversations: [summary("c2", { status: "open" })], counts: {}, cursor: null });
  await settle();
  await socket.answer("inbox", { ok: true, conversations: [], counts: { open: 9 }, cursor: null });
  assert.equal(one.view, "open");
  assert.deepEqual(ids(one), ["c2"]);
});

test("stepping goes through the list and stops at its ends", async () => {
  const { one } = await desk([summary("c1"), summary("c2")]);
  assert.deepEqual([one.step(1), one.step(1), one.step(1), one.step(-1)], ["c2", "c1", "c1", "c2"]);
});

test("what is pushed while the list is asked for outlives the older answer", async () => {
  const { one, socket } = await desk([summary("c1", { status: "bot" })]);
  one.take(summary("c1", { status: "bot", last_seq: 2 }));
  one.load();
  one.take(summary("c1", { last_seq: 3, unread: 2 }));
  await socket.answer("inbox", { ok: true, conversations: [], counts: {}, cursor: null });
  assert.deepEqual(ids(one), ["c1"]);
  one.load();
  one.take(summary("c1", { last_seq: 4, unread: 3 }));
  await socket.answer("inbox", { ok: true, conversations: [summary("c1", { last_seq: 3, unread: 2 })], counts: {}, cursor: null });
  assert.equal(one.find("c1").unread, 3);
});

test("what was read while the list was being fetched stays read, though the answer is older", async () => {
  const { one, socket } = await desk([summary("c1")]);
  one.load();
  await socket.push("conversation", summary("c1", { unread: 0 }));
  await socket.answer("inbox", { ok: true, conversations: [summary("c1")], counts: {}, cursor: null });
  assert.equal(one.unread, 0);
  one.load();
  await socket.answer("inbox", { ok: true, conversations: [summary("c1", { unread: 2 })], counts: {}, cursor: null });
  assert.equal(one.unread, 1, "an answer to a question asked later counts");
});
