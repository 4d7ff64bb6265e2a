import assert from "node:assert/strict";
import { test } from "node:test";
import { Chat } from "../../chat/static/chat.js";
import { Outbox } from "../../chat/static/outbox.js";
import { FakeSocket, MemoryStorage, message, settle, synced, Timers } from "./support.js";

function start({ keep = new MemoryStorage() } = {}) {
  const socket = new FakeSocket();
  const timers = new Timers();
  const outbox = new Outbox({ storage: keep, prefix: "unsent" });
  const chat = new Chat({ socket, outbox, keep, tokenKey: "visitor", later: timers.later, never: timers.never });
  return { socket, timers, outbox, chat, keep };
}

async function online(messages = [], changes = {}) {
  const all = start();
  await all.socket.up();
  await all.socket.answer("sync", synced(messages, changes));
  return all;
}

const texts = (chat) => chat.log.entries.map(({ text }) => text);
const mine = (seq, ref, text) => message(seq, { ref, text, author: { kind: "client", name: "" } });

test("the first answer brings messages, shop and the visitor's token", async () => {
  const { chat, keep } = await online([message(1)]);
  assert.deepEqual(texts(chat), ["text 1"]);
  assert.equal(chat.shop.name, "Garland Auto");
  assert.equal(keep.getItem("visitor"), "token-1");
});

test("a long conversation comes in pages", async () => {
  const { chat, socket } = await online([message(1), message(2)], { more: true });
  assert.equal(socket.pending("sync").payload.after, 2);
  await socket.answer("sync", synced([message(3)]));
  assert.deepEqual(texts(chat), ["text 1", "text 2", "text 3"]);
});

test("what is written before the line is up is sent when it is", async () => {
  const { chat, socket } = start();
  chat.write({ text: "hello" });
  assert.equal(socket.pending("message"), undefined);
  await socket.up();
  assert.equal(socket.pending("message"), undefined, "not before the server said who we are");
  await socket.answer("sync", synced());
  assert.equal(socket.pending("message").payload.text, "hello");
});

test("messages go one after the other", async () => {
  const { chat, socket } = await online();
  chat.write({ text: "one" });
  chat.write({ text: "two" });
  await settle();
  assert.equal(socket.emitted.filter(({ event }) => event === "message").length, 1);
  await socket.answer("message", { ok: true, id: "m1", seq: 1, at: new Date().toISOString() });
  assert.equal(socket.pending("message").payload.text, "two");
});

test("an acknowledged message is in the log, and out of the outbox", async () => {
  const { chat, socket, outbox } = await online();
  chat.write({ text: "one" });
  await settle();
  await socket.answer("message", { ok: true, id: "m1", seq: 1, at: new Date().toISOString() });
  assert.deepEqual(texts(chat), ["one"]);
  assert.equal(outbox.items.length, 0);
});

test("the log shows what was stored, not a code that was typed", async () => {
  const { chat, socket } = await online();
  chat.write({ text: "123456" });
  await settle();
  await socket.answer("message", { ok: true, id: "m1", seq: 1, at: new Date().toISOString(), text: "••••••" });
  assert.deepEqual(texts(chat), ["••••••"]);
});

test("a lost ack is asked for again with the same ref", async () => {
  const { chat, socket, timers } = await online();
  const { ref } = chat.write({ text: "one" });
  await settle();
  await socket.lose("message");
  await timers.run();
  const again = socket.pending("message");
  assert.equal(again.payload.ref, ref);
  await socket.answer("message", { ok: true, id: "m1", seq: 1, at: new Date().toISOString(), duplicate: true });
  assert.deepEqual(texts(chat), ["one"]);
});

test("a lost line sends again after the reconnect, unless the log has it", async () => {
  const { chat, socket, outbox, timers } = await online();
  const stored = chat.write({ text: "stored" });
  const lost = chat.write({ text: "lost" });
  await settle();
  await socket.down();
  await timers.run();
  await socket.up();
  await socket.answer("sync", synced([mine(1, stored.ref, "stored")]));
  await timers.run();
  assert.equal(socket.pending("message").payload.ref, lost.ref);
  assert.deepEqual(outbox.items.map(({ ref }) => ref), [lost.ref]);
  assert.deepEqual(texts(chat), ["stored"]);
});

test("unsent messages survive a reload and keep their ref", async () => {
  const keep = new MemoryStorage();
  const before = start({ keep });
  const { ref } = before.chat.write({ text: "kept" });
  const after = start({ keep });
  await after.socket.up();
  await after.socket.answer("sync", synced());
  assert.equal(after.socket.pending("message").payload.ref, ref);
});

test("a refusal for good is shown as failed and can be tried again", async () => {
  const { chat, socket, outbox } = await online();
  const { ref } = chat.write({ text: "one" });
  await settle();
  await socket.answer("message", { ok: false, error: { code: "forbidden", message: "no" } });
  assert.equal(outbox.items[0].state, "failed");
  chat.retry(ref);
  await settle();
  assert.equal(socket.pending("message").payload.ref, ref);
});

test("too fast: the message waits as long as the server says", async () => {
  const { chat, socket, timers } = await online();
  chat.write({ text: "one" });
  await settle();
  await socket.answer("message", { ok: false, error: { code: "rate_limited", message: "slow", retry_after: 3 } });
  assert.equal(socket.pending("message"), undefined);
  assert.deepEqual(timers.waits, [3000]);
  await timers.run();
  assert.ok(socket.pending("message"));
});

test("a gap is filled by sync", async () => {
  const { chat, socket } = await online([message(1)]);
  await socket.push("message", message(3));
  assert.equal(socket.pending("sync").payload.after, 1);
  await socket.answer("sync", synced([message(2), message(3)]));
  assert.deepEqual(texts(chat), ["text 1", "text 2", "text 3"]);
});

test("a gap that the server cannot fill does not ask for ever", async () => {
  const { socket } = await online([message(1)]);
  await socket.push("message", message(9, { prev: 7 }));
  await socket.answer("sync", synced([], { conversation: { last_seq: 1 } }));
  assert.equal(socket.pending("sync"), undefined);
});

test("a lost last push is noticed by the beat", async () => {
  const { chat, socket } = await online([message(1)]);
  await socket.push("beat", { conversation: "c1", last_seq: 1, rev: 0 });
  assert.equal(socket.pending("sync"), undefined);
  await socket.push("beat", { conversation: "c1", last_seq: 2, rev: 0 });
  await socket.answer("sync", synced([message(2)]));
  assert.deepEqual(texts(chat), ["text 1", "text 2"]);
});

test("many reasons to sync at once are one more call", async () => {
  const { chat, socket } = await online([message(1)]);
  chat.sync();
  chat.sync();
  chat.sync();
  await socket.answer("sync", synced());
  await socket.answer("sync", synced());
  assert.equal(socket.pending("sync"), undefined);
});

test("a chat that goes on elsewhere begins anew, and what is unsent goes along", async () => {
  const { chat, socket, timers } = await online([message(1)]);
  chat.write({ text: "unsent" });
  await settle();
  await socket.push("conversation", { id: "c2", replaces: "c1" });
  assert.equal(socket.pending("sync").payload.after, undefined);
  await socket.answer("sync", synced([message(1, { conversation: "c2", text: "hers" })], { conversation: { id: "c2" } }));
  assert.deepEqual(texts(chat), ["hers"]);
  await socket.lose("message");
  await timers.run();
  assert.equal(socket.pending("message").payload.text, "unsent");
});

test("an answer about the old conversation is not taken for the new one", async () => {
  const { chat, socket } = await online([message(1)]);
  chat.sync();
  await settle();
  await socket.push("conversation", { id: "c2", replaces: "c1" });
  await socket.answer("sync", synced([message(2)]));
  await socket.answer("sync", synced([message(1, { conversation: "c2", text: "hers" })], { conversation: { id: "c2" } }));
  assert.deepEqual(texts(chat), ["hers"]);
  assert.equal(chat.conversation.id, "c2");
});

test("what another client left unsent on this browser is not sent as this one", async () => {
  const keep = new MemoryStorage();
  const before = start({ keep });
  await before.socket.up();
  await before.socket.answer("sync", synced([], { conversation: { id: "hers" } }));
  before.chat.client = "Dana";
  before.socket.connected = false;
  before.chat.write({ text: "what do I owe" });
  const after = start({ keep });
  await after.socket.up();
  await after.socket.answer("sync", { ...synced([], { conversation: { id: "his" } }), client: "Ray", visitor: null });
  assert.equal(after.socket.pending("message"), undefined);
});

test("what arrives while the chat is open is news; the past and own words are not", async () => {
  const { chat, socket } = await online([message(1)]);
  const heard = [];
  chat.onnews = (messages) => heard.push(...messages.map(({ seq }) => seq));
  await socket.push("message", message(2));
  await socket.push("message", mine(3, "another-tab", "me"));
  await socket.push("message", message(4));
  assert.deepEqual(heard, [2, 4]);
});

test("typing fades by itself and ends with the message", async () => {
  const { chat, socket, timers } = await online();
  await socket.push("typing", { conversation: "c1", author: { kind: "staff", name: "Ray" }, on: true });
  assert.equal(chat.typist.name, "Ray");
  await timers.run();
  assert.equal(chat.typist, null);
});

test("typing is told at most every three seconds", async () => {
  const { chat, socket } = await online();
  for (let key = 0; key < 10; key += 1) chat.typed();
  assert.equal(socket.emitted.filter(({ event }) => event === "typing").length, 1);
});

test("an unknown shop is told as such, and not tried again", async () => {
  const { chat, socket, timers } = start();
  socket.active = false;
  await socket.push("connect_error", Object.assign(new Error("no"), { data: { code: "not_found" } }));
  assert.equal(chat.line, "refused");
  assert.equal(chat.refusal, "not_found");
  assert.deepEqual(timers.waits, []);
});

test("a place in the line comes alone, and changes nothing else; a rating's answer is the new state", async () => {
  const { chat, socket } = await online([message(1)], { conversation: { status: "waiting", queue: { position: 2 } } });
  await socket.push("conversation", { id: "c1", queue: { position: 1 } });
  assert.deepEqual([chat.conversation.status, chat.conversation.queue.position], ["waiting", 1]);
  await socket.push("conversation", { id: "another", queue: { position: 7 } });
  assert.equal(chat.conversation.queue.position, 1);
  const rated = chat.rate(4, "quick");
  assert.deepEqual(socket.pending("rate").payload, { score: 4, comment: "quick" });
  await socket.answer("rate", { ok: true, conversation: { id: "c1", status: "resolved", rating: 4, queue: null } });
  await rated;
  assert.equal(chat.conversation.rating, 4);
});

test("what is new under the client's bell is counted by every answer and told as it comes", async () => {
  const { chat, socket } = await online();
  assert.equal(chat.unseen, null);
  const told = [];
  chat.ontold = (one) => told.push([one.title, chat.unseen]);
  await socket.push("notification", { id: "n1", kind: "car_ready", title: "Your car is ready", unseen: 2 });
  assert.deepEqual(told, [["Your car is ready", 2]]);
  chat.sync();
  await socket.answer("sync", { ...synced(), unseen: 3 });
  assert.deepEqual([chat.unseen, told.length], [3, 1]);
});

test("the server hears with every sync in which language to tell", async () => {
  let language = "es";
  const socket = new FakeSocket();
  const keep = new MemoryStorage();
  const chat = new Chat({ socket, outbox: new Outbox({ storage: keep, prefix: "unsent" }), keep, tokenKey: "visitor", languageNow: () => language });
  await socket.up();
  assert.equal(socket.pending("sync").payload.language, "es");
  await socket.answer("sync", synced([message(1)]));
  language = "en";
  chat.sync();
  assert.deepEqual(socket.pending("sync").payload, { after: 1, rev: 0, language: "en" });
});
