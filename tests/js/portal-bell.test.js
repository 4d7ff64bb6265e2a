import assert from "node:assert/strict";
import { test } from "node:test";
import { Bell, nameOf } from "../../portal_views/static/bell.js";
import { settle, Timers } from "./support.js";

/** A bell that knows of `count`; `answers` are what the server says, one after the other, then that nothing changed. */
function hung(count = 0, ...answers) {
  const timers = new Timers();
  const place = { asked: [], changes: [], isVisible: true, timers, answers };
  place.bell = new Bell({
    count,
    fetchCount: async (known) => {
      place.asked.push(known);
      const answer = answers.shift() ?? { status: 304 };
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onchange: (...change) => place.changes.push(change),
    isVisible: () => place.isVisible,
    later: timers.later,
    never: timers.never,
  });
  place.bell.start();
  return place;
}

const says = (unseen) => ({ status: 200, unseen });

async function waitsOf(place, turns) {
  const waits = [];
  for (let turn = 0; turn < turns; turn += 1) {
    waits.push(...place.timers.waits);
    await place.timers.run();
  }
  return waits;
}

test("it asks with what it knows, and tells what changed once", async () => {
  const place = hung(1, { status: 304 }, says(3), says(3));
  assert.deepEqual(place.asked, []);
  for (let turn = 0; turn < 4; turn += 1) await place.timers.run();
  assert.deepEqual(place.asked, [1, 1, 3, 3]);
  assert.deepEqual(place.changes, [[3, true]]);
});

test("fewer than before is shown and not announced: they were read elsewhere", async () => {
  const place = hung(3, says(0));
  await place.timers.run();
  assert.deepEqual(place.changes, [[0, false]]);
});

test("it asks less often while nothing happens, and soon again once something has", async () => {
  const place = hung(0);
  assert.deepEqual(await waitsOf(place, 5), [20_000, 30_000, 45_000, 60_000, 60_000]);
  place.answers.push(says(1));
  await place.timers.run();
  assert.deepEqual(await waitsOf(place, 2), [30_000, 45_000]);
});

test("a server or a line that fails is left alone for longer and longer, five minutes at most", async () => {
  const place = hung(0, ...Array.from({ length: 4 }, () => [new Error("no line"), { status: 503 }, { status: 429 }]).flat());
  const waits = await waitsOf(place, 12);
  assert.deepEqual([waits[0], waits[3], waits.at(-1)], [20_000, 67_500, 300_000]);
  assert.deepEqual(place.changes, []);
});

test("out of sight it asks nothing; back in sight it asks at once", async () => {
  const place = hung(0);
  place.isVisible = false;
  place.bell.look();
  assert.deepEqual(place.timers.waits, []);
  place.isVisible = true;
  place.answers.push(says(2));
  await place.bell.look();
  assert.deepEqual(place.changes, [[2, true]]);
  assert.equal(place.timers.waits.length, 1);
});

test("a page that went out of sight while it asked plans nothing", async () => {
  const place = hung(0);
  const asking = place.bell.ask();
  place.isVisible = false;
  await asking;
  assert.deepEqual(place.timers.waits, []);
});

for (const status of [401, 403]) {
  test(`signed out (${status}) it asks no more, until the page is looked at anew`, async () => {
    const place = hung(0, { status });
    await place.timers.run();
    assert.deepEqual(place.timers.waits, []);
    await place.bell.look();
    assert.equal(place.asked.length, 2);
  });
}

test("what the chat of the page knows counts at once, and an answer that was on its way is old", async () => {
  const place = hung(0, says(0));
  const asking = place.bell.ask();
  place.bell.take(1);
  await asking;
  assert.deepEqual(place.changes, [[1, true]]);
  assert.equal(place.bell.count, 1);
});

test("what the chat announced itself is not announced again", () => {
  const place = hung(0);
  place.bell.take(1, true);
  assert.deepEqual(place.changes, [[1, false]]);
});

test("two questions at once are one", async () => {
  const place = hung(0);
  const both = [place.bell.look(), place.bell.look()];
  await Promise.all(both);
  await settle();
  assert.equal(place.asked.length, 1);
  assert.equal(place.timers.waits.length, 1);
});

test("what is no number is no count", () => {
  const place = hung(2);
  for (const odd of [-1, 1.5, "3", null, undefined, NaN, {}]) place.bell.take(odd);
  assert.deepEqual(place.changes, []);
});

test("the bell's name says how many", () => {
  const names = { none: "Notifications", one: "Notifications, 1 new", other: "Notifications, {count} new" };
  assert.deepEqual([0, 1, 12].map((count) => nameOf(count, names)), ["Notifications", "Notifications, 1 new", "Notifications, 12 new"]);
});
