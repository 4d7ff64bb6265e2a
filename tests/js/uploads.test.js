import assert from "node:assert/strict";
import { test } from "node:test";
import { Refusal } from "../../chat/static/line.js";
import { onTheWire, Outbox } from "../../chat/static/outbox.js";
import { Drafts } from "../../chat/static/inbox-draft.js";
import { sizeText } from "../../chat/static/attachment-view.js";
import { MAX_FILE, problemWithFile, Uploads } from "../../chat/static/uploads.js";
import { MemoryStorage, settle, Timers } from "./support.js";

/** The browser's store of files, and a server that answers when the test says so. */
class Place {
  kept = new Map();
  storage = new MemoryStorage();
  timers = new Timers();
  sent = [];

  open() {
    this.outbox = new Outbox({ storage: this.storage, prefix: "unsent" });
    let count = 0;
    this.uploads = new Uploads({
      outbox: this.outbox,
      later: this.timers.later,
      newKey: () => `key-${(count += 1)}`,
      blobs: { put: (key, blob) => this.kept.set(key, blob), find: async (key) => this.kept.get(key) ?? null, remove: (key) => this.kept.delete(key) },
      send: (blob, { key, onprogress, signal }) => new Promise((resolve, reject) => this.sent.push({ blob, key, onprogress, signal, resolve, reject })),
    });
    return this;
  }

  get last() {
    return this.sent.at(-1);
  }

  async store(id = "f1") {
    const { blob } = this.last;
    this.last.resolve({ id, name: blob.name, type: "image/jpeg", size: 9, width: 40, height: 30 });
    await settle();
  }

  async refuse(code, more = {}) {
    this.last.reject(new Refusal({ code, ...more }));
    await settle();
  }
}

const PHOTO = { name: "bumper.jpg", type: "image/jpeg", size: 100 };

test("a file is on its way as soon as it is chosen, and its message goes when it is there", async () => {
  const { uploads, outbox, ...place } = new Place().open();
  const file = uploads.add(PHOTO);
  const { ref } = outbox.add({ text: "my bumper", attachments: [file] });
  assert.equal(outbox.items[0].state, "uploading");
  assert.equal(outbox.next(), undefined);
  place.sent[0].resolve({ id: "f1", name: "bumper.jpg", type: "image/jpeg", size: 9 });
  await settle();
  assert.equal(outbox.next().ref, ref);
  assert.deepEqual(onTheWire(outbox.next().body), { text: "my bumper", attachments: ["f1"] });
});

test("a file that is there already holds up nothing", async () => {
  const place = new Place().open();
  const file = place.uploads.add(PHOTO);
  await place.store();
  place.outbox.add({ attachments: [file] });
  assert.equal(place.outbox.items[0].state, "waiting");
});

test("what is written after a photo does not wait for it", () => {
  const place = new Place().open();
  place.outbox.add({ attachments: [place.uploads.add(PHOTO)] });
  const { ref } = place.outbox.add({ text: "are you open?" });
  assert.equal(place.outbox.next().ref, ref);
});

test("after a reload the file comes from the browser's store, under the key it had", async () => {
  const place = new Place().open();
  place.outbox.add({ attachments: [place.uploads.add(PHOTO)] });
  const { key } = place.last;
  place.open();
  await settle();
  assert.equal(place.sent.length, 2);
  assert.equal(place.last.key, key, "the same upload, so that it makes no second file");
  await place.store();
  assert.equal(place.outbox.next().state, "waiting");
});

test("a file that the browser has lost is said to be lost, and its message stays", async () => {
  const place = new Place().open();
  place.outbox.add({ text: "look", attachments: [place.uploads.add(PHOTO)] });
  place.kept.clear();
  place.open();
  await settle();
  assert.deepEqual([place.outbox.items[0].state, place.outbox.items[0].error], ["failed", "file_lost"]);
});

test("an upload whose answer is lost is sent again with the same key, a little later each time", async () => {
  const place = new Place().open();
  place.uploads.add(PHOTO);
  await place.refuse("no_answer");
  const [first] = place.timers.waits;
  await place.timers.run();
  await place.refuse("unavailable");
  assert.ok(place.timers.waits[0] > first);
  await place.timers.run();
  assert.deepEqual(new Set(place.sent.map(({ key }) => key)).size, 1);
  assert.equal(place.sent.length, 3);
});

test("the server says how long to wait", async () => {
  const place = new Place().open();
  place.uploads.add(PHOTO);
  await place.refuse("rate_limited", { retry_after: 42 });
  assert.deepEqual(place.timers.waits, [42_000]);
});

test("a file that is refused fails its message and no other, and can be tried again", async () => {
  const place = new Place().open();
  const { ref } = place.outbox.add({ attachments: [place.uploads.add(PHOTO)] });
  place.uploads.add({ ...PHOTO, name: "two.jpg" });
  await place.refuse("unsupported_type");
  assert.deepEqual([place.outbox.items[0].state, place.outbox.items[0].error], ["failed", "file_type"]);
  assert.equal(place.last.key, "key-2");
  await place.store("f2");
  place.outbox.retry(ref);
  await settle();
  assert.equal(place.last.key, "key-1");
  await place.store("f1");
  assert.equal(place.outbox.next().ref, ref);
});

test("a file that is taken out is not sent on, and nothing is kept of it", async () => {
  const place = new Place().open();
  const file = place.uploads.add(PHOTO);
  place.uploads.remove(file.key);
  assert.ok(place.last.signal.aborted);
  await place.refuse("no_answer");
  assert.deepEqual([place.timers.waits, place.kept.size, place.uploads.find(file.key)], [[], 0, undefined]);
});

test("when its message is stored or given up a file is forgotten", async () => {
  const place = new Place().open();
  const { ref } = place.outbox.add({ attachments: [place.uploads.add(PHOTO)] });
  await place.store();
  place.outbox.settle([{ ref }]);
  assert.equal(place.kept.size, 0);
});

test("two messages wait each for all of their own files", async () => {
  const place = new Place().open();
  const [one, two] = [place.uploads.add(PHOTO), place.uploads.add(PHOTO)];
  place.outbox.add({ attachments: [one, two] });
  await place.store("f1");
  assert.equal(place.outbox.next(), undefined);
  await place.store("f2");
  assert.deepEqual(onTheWire(place.outbox.next().body).attachments, ["f1", "f2"]);
});

test("progress is told without anything else changing", async () => {
  const place = new Place().open();
  const told = [];
  place.uploads.onprogress = (...said) => told.push(said);
  place.uploads.add(PHOTO);
  await settle();
  place.uploads.onchange = () => assert.fail("the page would be drawn anew");
  place.last.onprogress(0.5);
  assert.deepEqual(told, [["key-1", 0.5]]);
});

test("what cannot be sent is told before it is sent", () => {
  assert.equal(problemWithFile(PHOTO), null);
  assert.equal(problemWithFile({ name: "a.pdf", type: "application/pdf", size: MAX_FILE }), null);
  assert.equal(problemWithFile({ name: "a.JPG", type: "", size: 5 }), null, "some phones do not say what it is");
  assert.equal(problemWithFile({ name: "a.heic", type: "image/heic", size: 5 }), "file_type");
  assert.equal(problemWithFile({ name: "a.svg", type: "image/svg+xml", size: 5 }), "file_type");
  assert.equal(problemWithFile({ name: "a.jpg", type: "image/jpeg", size: MAX_FILE + 1 }), "file_too_large");
  assert.equal(problemWithFile({ name: "a.jpg", type: "image/jpeg", size: 0 }), "file_empty");
});

test("sizes are said as people read them", () => {
  assert.deepEqual([999, 1500, 1_000_000, 10_485_760].map(sizeText), ["999 B", "2 kB", "1.0 MB", "10.5 MB"]);
});

/** The tab after a reload: files chosen before it and not sent, as the drafts kept them. */
async function reloaded(place, files) {
  const drafts = new Drafts(place.storage, "ray");
  drafts.keepFiles("c1", files);
  place.open();
  const kept = new Drafts(place.storage, "ray").findFiles("c1");
  await place.uploads.takeBack(kept);
  await settle();
  return kept;
}

test("a chosen file that is on the server is not sent again after a reload", async () => {
  const place = new Place().open();
  const file = place.uploads.add(PHOTO);
  await place.store("f1");
  const [kept] = await reloaded(place, [file]);
  assert.equal(place.sent.length, 1);
  assert.equal(place.uploads.find(kept.key).state, "ready");
  assert.equal(place.uploads.find(kept.key).blob, PHOTO, "its picture is there");
  place.outbox.add({ attachments: [kept] });
  assert.deepEqual(onTheWire(place.outbox.next().body), { attachments: ["f1"] });
});

test("a chosen file that was still on its way goes on after a reload, as the same upload", async () => {
  const place = new Place().open();
  const [kept] = await reloaded(place, [place.uploads.add(PHOTO)]);
  assert.equal(place.sent.length, 2);
  assert.equal(place.sent[0].key, place.last.key);
  await place.store();
  assert.equal(kept.id, "f1");
});

test("a chosen file that the browser has lost before it was sent is said to be lost", async () => {
  const place = new Place().open();
  const file = place.uploads.add(PHOTO);
  place.kept.clear();
  const [kept] = await reloaded(place, [file]);
  assert.equal(place.uploads.find(kept.key).error, "file_lost");
});

test("files kept for a day are forgotten, and nobody gets another's", () => {
  const storage = new MemoryStorage();
  let now = 1_000_000_000;
  const drafts = new Drafts(storage, "ray", () => now);
  drafts.keepFiles("c1", [{ key: "k1", name: "bumper.jpg" }]);
  assert.deepEqual(new Drafts(storage, "mina", () => now).findFiles("c1"), []);
  assert.equal(drafts.findFiles("c1").length, 1);
  now += 24 * 60 * 60 * 1000;
  assert.deepEqual(drafts.findFiles("c1"), []);
  storage.setItem("pitline:draft-files:ray:c2", "{broken");
  assert.deepEqual(drafts.findFiles("c2"), []);
});
