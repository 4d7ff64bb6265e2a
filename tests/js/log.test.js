import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageLog } from "../../chat/static/log.js";
import { message } from "./support.js";

const seqs = (log) => log.entries.map(({ seq }) => seq);

test("messages that follow each other are added", () => {
  const log = new MessageLog();
  assert.equal(log.receive(message(1)), "added");
  assert.equal(log.receive(message(2)), "added");
  assert.deepEqual(seqs(log), [1, 2]);
});

test("a repeated message is there once", () => {
  const log = new MessageLog();
  log.receive(message(1));
  assert.equal(log.receive(message(1)), "known");
  assert.deepEqual(seqs(log), [1]);
});

test("numbers that staff notes took are no gap", () => {
  const log = new MessageLog();
  log.receive(message(1));
  assert.equal(log.receive(message(4, { prev: 1 })), "added");
  assert.equal(log.hasGap, false);
});

test("a message that comes too early waits for what is missing", () => {
  const log = new MessageLog();
  log.receive(message(1));
  assert.equal(log.receive(message(3)), "gap");
  assert.deepEqual(seqs(log), [1]);
  const fresh = log.merge([message(2)]);
  assert.deepEqual(fresh.map(({ seq }) => seq), [2, 3]);
  assert.equal(log.hasGap, false);
});

test("merge tells only what is new and replaces what is known", () => {
  const log = new MessageLog();
  log.receive(message(1));
  const fresh = log.merge([message(1, { text: "now" }), message(2)]);
  assert.deepEqual(fresh.map(({ seq }) => seq), [2]);
  assert.equal(log.entries[0].text, "now");
});

test("older messages go before the rest, without doubles", () => {
  const log = new MessageLog();
  log.merge([message(5), message(6)]);
  assert.equal(log.hasEarlier, true);
  assert.equal(log.prepend([message(4), message(3), message(5)]), 2);
  assert.deepEqual(seqs(log), [3, 4, 5, 6]);
});

test("the first message of all has nothing earlier", () => {
  const log = new MessageLog();
  log.merge([message(3, { prev: 0 })]);
  assert.equal(log.hasEarlier, false);
});

test("a changed message is replaced in place and the next change counted", () => {
  const log = new MessageLog();
  log.merge([message(1), message(2)]);
  log.update([message(1, { delivery: { state: "delivered" } })], 1);
  assert.equal(log.entries[0].delivery.state, "delivered");
  assert.equal(log.rev, 1);
  log.update([message(9)], 3);
  assert.equal(log.rev, 1, "change 2 was missed: the next beat tells");
  assert.deepEqual(seqs(log), [1, 2]);
});

test("a beat tells that something is missing", () => {
  const log = new MessageLog();
  log.merge([message(1)]);
  assert.equal(log.isBehind({ last_seq: 1, rev: 0 }), false);
  assert.equal(log.isBehind({ last_seq: 2, rev: 0 }), true);
  assert.equal(log.isBehind({ last_seq: 1, rev: 1 }), true);
});

test("what a finished sync did not bring is not asked for again", () => {
  const log = new MessageLog();
  log.merge([message(1)]);
  log.settle(4);
  assert.equal(log.isBehind({ last_seq: 4, rev: 0 }), false);
  assert.equal(log.isBehind({ last_seq: 5, rev: 0 }), true);
});

test("whatever the order of arrival, the log ends the same", () => {
  const all = [1, 2, 3, 4, 5, 6].map((seq) => message(seq));
  for (let start = 0; start < all.length; start += 1) {
    const log = new MessageLog();
    const arrival = [...all.slice(start), ...all.slice(0, start)].reverse();
    for (const one of [...arrival, ...arrival]) log.receive(one);
    log.merge(all.filter(({ seq }) => seq > log.last));
    assert.deepEqual(seqs(log), [1, 2, 3, 4, 5, 6]);
  }
});
