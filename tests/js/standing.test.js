import assert from "node:assert/strict";
import { test } from "node:test";
import { CARE_WORDS } from "../../chat/static/care-words.js";
import { takeLink } from "../../chat/static/keep.js";
import { Rating } from "../../chat/static/rating.js";
import { bannerOf, closedText, reachText, untilChange, waitingText } from "../../chat/static/standing.js";
import { wordsOf } from "../../chat/static/words.js";
import { settle, Timers } from "./support.js";

const now = Date.parse("2026-03-11T15:30:00Z");
const view = { words: { ...wordsOf("en"), ...CARE_WORDS.en }, now, zone: "America/Chicago" };
const waits = (queue) => waitingText({ ...view, conversation: { status: "waiting", queue } });
const place = (position, more = {}) => ({ position, people_online: 1, expected: null, closed: null, ...more });

test("who waits is told the place in the line, and minutes only where the server named them", () => {
  assert.match(waits(place(1)), /^You are next/);
  assert.equal(waits(place(2)), "One person is ahead of you.");
  assert.equal(waits(place(8, { expected: "2026-03-11T15:45:00Z" })), "7 people are ahead of you. Probably by 10:45 AM.");
  assert.match(waits(place(3, { people_online: 0 })), /^Nobody is at the desk/);
  assert.equal(waits(null), "A person from the shop will write here.");
});

test("a closed shop says why, and when it opens", () => {
  const opens = "2026-03-12T12:30:00Z";
  assert.match(waits(place(1, { closed: { reason: "break", name: null, opens: "2026-03-11T18:00:00Z" } })), /^On a break until 1:00 PM\. A person/);
  assert.equal(closedText({ reason: "holiday", name: "Founders’ Day", opens }, view), "The shop is closed: Founders’ Day. It opens Thu 7:30 AM.");
  assert.equal(closedText({ reason: "hours", name: null, opens: null }, view), "The shop is closed now.");
  assert.match(closedText({ reason: "hours", name: null, opens }, { ...view, words: wordsOf("es") }), /^El taller está cerrado ahora\. Abre jue/);
});

test("the banner says first what keeps a message from leaving", () => {
  const conversation = { status: "waiting", queue: place(1) };
  const banner = (more) => bannerOf({ line: "online", isOnline: true, conversation, ...view, ...more });
  assert.match(banner({}).text, /^You are next/);
  assert.equal(banner({ conversation: { status: "open" } }).text, "");
  assert.match(banner({ isOnline: false }).text, /^You are offline/);
  assert.equal(banner({ line: "lost" }).calm, false);
  assert.equal(banner({ line: "refused", refusal: "not_found" }).text, "This chat is not available.");
  assert.equal(banner({ line: "connecting", conversation: null }).text, "");
});

test("where one is reached is said in one piece, and only where somebody can be", () => {
  assert.match(reachText({ by: "sms", to: "+15125550177", own: true }, view.words), /we write to \(512\)\u00a0555\u20110177/);
  assert.match(reachText({ by: "email", to: "ma•••@mail.example", own: false }, view.words), /a mail to ma•••@mail.example/);
  assert.equal(reachText(null, view.words), null);
});

test("the page asks again when the shop opens or closes, and not at once when that is past", () => {
  assert.equal(untilChange({ open: false, next_opening: "2026-03-11T15:31:00Z" }, now), 61_000);
  assert.equal(untilChange({ open: true, closes: "2026-03-11T17:00:00Z" }, now), 90 * 60_000 + 1000);
  for (const shop of [null, { open: true, closes: null }, { open: false, next_opening: "2026-03-11T15:00:00Z" }, { open: false, next_opening: "2026-03-19T15:00:00Z" }]) assert.equal(untilChange(shop, now), null);
});

test("a link's token leaves the address, and nothing else is taken for one", () => {
  const token = "a".repeat(30) + "-_";
  const shown = [];
  const history = { replaceState: (...all) => shown.push(all[2]) };
  assert.equal(takeLink({ hash: `#v=${token}`, pathname: "/widget/demo", search: "?lang=es" }, history), token);
  assert.deepEqual(shown, ["/widget/demo?lang=es"]);
  for (const hash of ["", "#v=short", `#x=${token}`, `#v=${token}!`]) assert.equal(takeLink({ hash, pathname: "/", search: "" }, history), null);
  assert.equal(shown.length, 1);
});

function rated(answer = async () => {}) {
  const sent = [];
  const timers = new Timers();
  const rating = new Rating({ rate: (...given) => (sent.push(given), answer()), later: timers.later, never: timers.never });
  return { rating, sent, timers };
}

const over = { status: "resolved", rating: null };

test("a tap is sent at once; the arrow keys send where they rest", async () => {
  const { rating, sent, timers } = rated();
  assert.equal(rating.isAsked(over, 3), true);
  for (const score of [1, 2, 3]) rating.choose(score, { atOnce: false });
  assert.deepEqual(sent, []);
  await timers.run();
  assert.deepEqual(sent, [[3, null]]);
  rating.choose(5);
  await settle();
  rating.say("  quick  ");
  await settle();
  assert.deepEqual(sent.slice(1), [[5, null], [5, "quick"]]);
  assert.equal(rating.state, "done");
  assert.equal(rating.isAsked({ ...over, rating: 5 }, 3), true, "what was just rated stays to be seen");
});

test("a rating that did not get through is tried again when the line is back", async () => {
  let isBroken = true;
  const { rating, sent } = rated(async () => {
    if (isBroken) throw new Error("no answer");
  });
  rating.choose(4);
  await settle();
  assert.equal(rating.state, "failed");
  isBroken = false;
  rating.retry();
  await settle();
  assert.deepEqual([rating.state, sent.length], ["saved", 2]);
  rating.retry();
  assert.equal(sent.length, 2);
});

test("nobody is asked twice, nor where nothing was said, nor in what goes on", () => {
  const { rating } = rated();
  assert.equal(rating.isAsked({ ...over, rating: 4 }, 3), false);
  assert.equal(rating.isAsked(over, 0), false);
  assert.equal(rating.isAsked({ status: "open", rating: null }, 3), false);
  rating.isAsked(over, 3);
  rating.leave();
  assert.equal(rating.isAsked(over, 3), false);
  rating.isAsked({ status: "bot", rating: null }, 4); // a new episode
  assert.equal(rating.isAsked(over, 6), true);
});

test("both languages say the same things around the thread", () => {
  assert.deepEqual(Object.keys(CARE_WORDS.es), Object.keys(CARE_WORDS.en));
  for (const [key, said] of Object.entries(CARE_WORDS.en)) assert.equal(typeof CARE_WORDS.es[key], typeof said, key);
});
