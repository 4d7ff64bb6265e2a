import assert from "node:assert/strict";
import { test } from "node:test";
import { dayLabel } from "../../chat/static/dates.js";
import { MessageLog } from "../../chat/static/log.js";
import { initials, pieces, readablePhone, safeUrl } from "../../chat/static/text.js";
import { rowsOf } from "../../chat/static/thread.js";
import { ALL_WORDS, chooseLanguage, wordsOf } from "../../chat/static/words.js";
import { commandFor } from "../../chat/static/inbox-keys.js";
import { message } from "./support.js";

const words = wordsOf("en");
const NOW = Date.UTC(2026, 2, 11, 18);
const VIEW = { side: "client", words, language: "en-US", now: NOW, readSeq: 0, zone: "UTC" };
const CLIENT = { author: { kind: "client", name: "Maria" } };

function rows(messages, pending = [], view = {}) {
  const log = new MessageLog();
  log.merge(messages);
  return rowsOf(log, pending, { ...VIEW, ...view });
}

const shown = (all) => all.filter(({ kind }) => kind === "message");

test("each day has its mark", () => {
  const all = rows([message(1, { at: "2026-03-09T10:00:00Z" }), message(2, { at: "2026-03-10T10:00:00Z" }), message(3, { at: "2026-03-11T10:00:00Z" })]);
  assert.deepEqual(all.filter(({ kind }) => kind === "day").map(({ label }) => label), ["Monday, March 9", "Yesterday", "Today"]);
});

test("the day is the reader's own", () => {
  const view = { now: NOW, words, language: "en-US" };
  assert.equal(dayLabel("2026-03-11T03:00:00Z", { ...view, zone: "America/Chicago" }), "Yesterday");
  assert.equal(dayLabel("2026-03-11T03:00:00Z", { ...view, zone: "UTC" }), "Today");
});

test("messages of one author stand together, for five minutes", () => {
  const [one, two, late] = shown(rows([message(1), message(2), message(30)]));
  assert.deepEqual([one.first, one.last, two.first, two.last, late.first], [true, false, false, true, true]);
});

test("only the last own message says how far it has come", () => {
  const all = shown(rows([message(1, CLIENT), message(2, CLIENT)], [], { readSeq: 2 }));
  assert.deepEqual(all.map(({ state }) => state), [null, "seen"]);
});

test("an unsent message follows the stored ones, under the key that it keeps", () => {
  const item = { ref: "r1", body: { text: "hi" }, at: NOW, state: "sending" };
  const before = shown(rows([message(1)], [item])).at(-1);
  const after = shown(rows([message(1), message(2, { ...CLIENT, ref: "r1", text: "hi" })], [item])).at(-1);
  assert.equal(before.state, "sending");
  assert.equal(after.state, "sent");
  assert.equal(before.key, after.key);
});

test("quick replies stay, and only those of the last message ask", () => {
  const buttons = [{ title: "Yes", payload: "/yes" }];
  const all = shown(rows([message(1, { buttons }), message(2, CLIENT), message(3, { buttons })]));
  assert.deepEqual(all.map((row) => row.asksNow ?? null), [false, null, true]);
});

test("a note does not look like an answer, and an act is a small line", () => {
  const staff = { author: { kind: "staff", name: "Ray" } };
  const all = rows([message(1, { ...staff, private: true }), message(2, { ...staff, act: "taken", private: true })], [], { side: "staff" });
  assert.equal(all[1].tone, "note");
  assert.equal(all[1].mine, false);
  assert.deepEqual([all[2].kind, all[2].act], ["line", "taken"]);
});

test("addresses in a text become links, the sentence's full stop not", () => {
  assert.deepEqual(pieces("See https://a.example/x. Bye"), [{ text: "See " }, { text: "https://a.example/x", url: "https://a.example/x" }, { text: ". Bye" }]);
  assert.deepEqual(pieces("<b>no</b>"), [{ text: "<b>no</b>" }]);
});

test("only harmless addresses are linked", () => {
  assert.equal(safeUrl("javascript:alert(1)"), null);
  assert.equal(safeUrl("data:text/html,x"), null);
  assert.equal(safeUrl("/s/demo/portal/", "https://shop.example/"), "https://shop.example/s/demo/portal/");
});

test("numbers and names as people read them", () => {
  assert.equal(readablePhone("+15125550142"), "(512) 555-0142");
  assert.equal(readablePhone("+4930123456"), "+4930123456");
  assert.equal(initials("Maria Lopez"), "ML");
  assert.equal(initials("Visitor 8b20"), "V");
  assert.equal(initials(""), "?");
});

test("both languages say the same things", () => {
  assert.deepEqual(Object.keys(ALL_WORDS.es).sort(), Object.keys(ALL_WORDS.en).sort());
  assert.ok(Object.keys(ALL_WORDS.en).length > 30);
});

test("the language is the first wanted one that we have", () => {
  assert.equal(chooseLanguage(null, "fr-CA", "es-MX"), "es");
  assert.equal(chooseLanguage("fr"), "en");
});

test("single keys act only when one is not writing, and only if they are on", () => {
  assert.equal(commandFor({ key: "t" }), "take");
  assert.equal(commandFor({ key: "t", isWriting: true }), null);
  assert.equal(commandFor({ key: "t", ctrlKey: true }), null);
  assert.equal(commandFor({ key: "t" }, false), null);
  assert.equal(commandFor({ key: "Escape", isWriting: true }), "leave");
  assert.equal(commandFor({ key: "Enter", isOnControl: true }), null);
});
