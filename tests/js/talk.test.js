import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "../../chat/static/inbox-desk.js";
import { Talk } from "../../chat/static/inbox-talk.js";
import { Outbox } from "../../chat/static/outbox.js";
import { FakeSocket, MemoryStorage, message, settle, Timers } from "./support.js";

async function opened(messages = [message(1)]) {
  const socket = new FakeSocket();
  socket.connected = true;
  const timers = new Timers();
  const desk = new Desk({ socket, me: "ray" });
  const outbox = new Outbox({ storage: new MemoryStorage(), prefix: "staff" });
  const talk = new Talk({ socket, desk, outbox, myName: "Ray", later: timers.later, never: timers.never });
  talk.open("c1");
  await socket.answer("open", { ok: true, conversation: { id: "c1", last_seq: 1, rev: 0 }, messages, client: { name: "Maria" } });
  return { socket, timers, desk, outbox, talk };
}

const texts = (talk) => talk.log.entries.map(({ text }) => text);

test("opening brings the messages and the client's card", async () => {
  const { talk } = await opened();
  assert.deepEqual(texts(talk), ["text 1"]);
  assert.equal(talk.client.name, "Maria");
  assert.equal(talk.loading, false);
});

test("messages of other conversations stay out", async () => {
  const { talk, socket } = await opened();
  await socket.push("message", message(2, { conversation: "c2" }));
  assert.deepEqual(texts(talk), ["text 1"]);
});

test("an answer goes to the conversation it was written in, even after another was opened", async () => {
  const { talk, socket } = await opened();
  socket.connected = false;
  talk.write({ text: "for one" });
  socket.connected = true;
  talk.open("c2");
  await socket.answer("open", { ok: true, conversation: { id: "c2", last_seq: 0 }, messages: [], client: null });
  assert.deepEqual(socket.pending("message").payload.conversation, "c1");
  await socket.answer("message", { ok: true, id: "m2", seq: 2, at: new Date().toISOString() });
  assert.deepEqual(texts(talk), []);
});

test("a note is sent as private and stays one in the log", async () => {
  const { talk, socket } = await opened();
  talk.write({ text: "she is upset", private: true });
  await settle();
  assert.equal(socket.pending("message").payload.private, true);
  await socket.answer("message", { ok: true, id: "m2", seq: 2, at: new Date().toISOString() });
  assert.equal(talk.log.entries[1].private, true);
});

test("the late answer to an earlier open is not shown in the wrong conversation", async () => {
  const { talk, socket } = await opened();
  talk.open("c2");
  talk.open("c3");
  await socket.answer("open", { ok: true, conversation: { id: "c2" }, messages: [message(1, { text: "two" })], client: null });
  await socket.answer("open", { ok: true, conversation: { id: "c3" }, messages: [message(1, { text: "three" })], client: null });
  assert.deepEqual(texts(talk), ["three"]);
});

test("a gap is filled by sync", async () => {
  const { talk, socket } = await opened();
  await socket.push("message", message(3));
  await socket.answer("sync", { ok: true, messages: [message(2), message(3)], more: false });
  assert.deepEqual(texts(talk), ["text 1", "text 2", "text 3"]);
});

test("after a long absence what the server's page begins with follows a gap", async () => {
  const { talk, socket } = await opened();
  talk.open("c1");
  await socket.answer("open", { ok: true, conversation: { id: "c1", last_seq: 300 }, messages: [message(299), message(300)], client: null });
  assert.deepEqual(texts(talk), ["text 1", "text 299", "text 300"]);
  assert.equal(talk.log.has(200), false);
});

test("what another did first is told", async () => {
  const { talk, socket } = await opened();
  const act = talk.act("return_to_bot");
  await socket.answer("return_to_bot", { ok: false, error: { code: "conflict", message: "no" } });
  await assert.rejects(act, { code: "conflict" });
});

test("my own typing, as the server repeats it, is not shown to me", async () => {
  const { talk, socket } = await opened();
  await socket.push("typing", { conversation: "c1", author: { kind: "staff", name: "Ray" }, on: true });
  assert.equal(talk.typist, null);
  await socket.push("typing", { conversation: "c1", author: { kind: "client", name: "Maria" }, on: true });
  assert.equal(talk.typist.name, "Maria");
});

test("a delivery that was missed is fetched by opening it again", async () => {
  const { socket } = await opened();
  await socket.push("beat", { conversation: "c1", last_seq: 1, rev: 2 });
  assert.equal(socket.pending("open").payload.conversation, "c1");
});

test("a change request that is decided gives the card as it is then", async () => {
  const { talk, socket } = await opened();
  const deciding = talk.decide("r1", true);
  assert.deepEqual(socket.pending("decide_change").payload, { id: "r1", accept: true });
  await socket.answer("decide_change", { ok: true, id: "r1", client: { name: "Maria Ortiz" } });
  await deciding;
  assert.equal(talk.client.name, "Maria Ortiz");
});

const fromClient = (seq) => message(seq, { author: { kind: "client", name: "Maria" } });

test("what is new is marked where it begins, though that is older than what came with the conversation", async () => {
  const { talk, socket, timers } = await opened([]);
  talk.open("c2");
  const conversation = { id: "c2", last_seq: 300, read_seq: 120, unread: 180, rev: 0 };
  await socket.answer("open", { ok: true, conversation, messages: [fromClient(299), fromClient(300)], client: null });
  assert.equal(talk.newFrom, null, "not at the first that happens to be here");
  await socket.answer("history", { ok: false, error: { code: "unavailable" } });
  await timers.run();
  assert.deepEqual(socket.pending("history").payload, { conversation: "c2", before: 161, limit: 80 });
  await socket.answer("history", { ok: true, messages: [message(120), message(121), fromClient(122), fromClient(123)] });
  assert.equal(talk.newFrom, 122);
});

test("where no client's word is near, what is new begins with the first entry that was not read", async () => {
  const { talk, socket } = await opened([]);
  talk.open("c2");
  const conversation = { id: "c2", last_seq: 300, read_seq: 120, unread: 1, rev: 0 };
  await socket.answer("open", { ok: true, conversation, messages: [fromClient(300)], client: null });
  await socket.answer("history", { ok: true, messages: [message(120), message(121)] });
  assert.equal(talk.newFrom, 121);
});

test("a read mark that was lost on its way is made again by itself", async () => {
  const { talk, socket, timers } = await opened();
  talk.onchange = () => talk.seen(); // as the page does that is looked at
  talk.seen();
  talk.seen();
  assert.equal(socket.emitted.filter(({ event }) => event === "read").length, 1);
  await socket.lose("read");
  await timers.run();
  assert.deepEqual(socket.pending("read").payload, { conversation: "c1", seq: 1 });
});
