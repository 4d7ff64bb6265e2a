import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_TEXT, Outbox, problemWith } from "../../chat/static/outbox.js";
import { MemoryStorage } from "./support.js";

const DAY = 24 * 60 * 60 * 1000;

function box(storage = new MemoryStorage(), now = () => 1_000_000_000_000) {
  return new Outbox({ storage, prefix: "unsent:demo", now });
}

test("what was written outlives a reload, in order and with its ref", () => {
  const storage = new MemoryStorage();
  const before = box(storage);
  const refs = ["one", "two", "three"].map((text) => before.add({ text }).ref);
  const after = box(storage);
  assert.deepEqual(after.items.map(({ ref }) => ref), refs);
  assert.deepEqual(after.items.map(({ body }) => body.text), ["one", "two", "three"]);
});

test("a message that was being sent is sent again after a reload", () => {
  const storage = new MemoryStorage();
  const before = box(storage);
  before.mark(before.add({ text: "one" }).ref, "sending");
  assert.equal(box(storage).next().state, "waiting");
});

test("an acknowledged message is gone for good", () => {
  const storage = new MemoryStorage();
  const outbox = box(storage);
  outbox.remove(outbox.add({ text: "one" }).ref);
  assert.equal(outbox.items.length, 0);
  assert.equal(box(storage).items.length, 0);
});

test("two tabs do not overwrite each other", () => {
  const storage = new MemoryStorage();
  const [one, two] = [box(storage), box(storage)];
  one.add({ text: "from one" });
  two.add({ text: "from two" });
  assert.deepEqual(box(storage).items.map(({ body }) => body.text).sort(), ["from one", "from two"]);
});

test("a refused message does not hold up the next", () => {
  const outbox = box();
  const first = outbox.add({ text: "one" });
  outbox.add({ text: "two" });
  outbox.mark(first.ref, "failed", "bad_request");
  assert.equal(outbox.next().body.text, "two");
  outbox.retry(first.ref);
  assert.equal(outbox.next().ref, first.ref);
});

test("a refused message is still marked so after a reload", () => {
  const storage = new MemoryStorage();
  const outbox = box(storage);
  outbox.mark(outbox.add({ text: "one" }).ref, "failed", "forbidden");
  const [item] = box(storage).items;
  assert.equal(item.state, "failed");
  assert.equal(item.error, "forbidden");
});

test("what the log has already is forgotten", () => {
  const outbox = box();
  const { ref } = outbox.add({ text: "one" });
  outbox.add({ text: "two" });
  outbox.settle([{ ref }, { ref: null }, { ref: "another" }]);
  assert.deepEqual(outbox.items.map(({ body }) => body.text), ["two"]);
});

test("after a day nothing is sent any more", () => {
  const storage = new MemoryStorage();
  box(storage, () => 0).add({ text: "old" });
  assert.equal(box(storage, () => DAY + 1).items.length, 0);
  assert.equal(storage.length, 0);
});

test("what others keep in the same storage is left alone", () => {
  const storage = new MemoryStorage();
  storage.setItem("unsent:other:1", "{}");
  storage.setItem("unsent:demo:broken", "not json");
  assert.equal(box(storage).items.length, 0);
  assert.equal(storage.getItem("unsent:other:1"), "{}");
});

test("empty and too long texts are told apart", () => {
  assert.equal(problemWith("  \n"), "empty");
  assert.equal(problemWith("a".repeat(MAX_TEXT)), null);
  assert.equal(problemWith("a".repeat(MAX_TEXT + 1)), "too_long");
  assert.equal(problemWith("🚗".repeat(MAX_TEXT)), null, "counted as the server counts: in characters");
});
