import assert from "node:assert/strict";
import { test } from "node:test";
import { lines } from "../../chat/static/simulator.js";

const text = (id, changes = {}) => ({ id, mine: false, text: id, at: "2026-03-11T15:30:00.000+00:00", state: "sent", segments: 1, ...changes });
const kinds = (texts) => lines(texts).map(({ kind }) => kind);

test("a thread begins with its day, and a new day has a line of its own", () => {
  const later = text("b", { at: "2026-03-13T15:30:00.000+00:00" });
  assert.deepEqual(kinds([text("a", { mine: true }), later]), ["day", "text", "facts", "day", "text", "facts"]);
});

test("the time stands once under texts that follow each other", () => {
  assert.deepEqual(kinds([text("a"), text("b"), text("c", { mine: true })]), ["day", "text", "text", "facts", "text", "facts"]);
});

test("a text that costs more than one segment says so", () => {
  const facts = lines([text("a", { segments: 3 })]).at(-1);
  assert.match(facts.text, /3 segments$/);
});

test("a text that has not left yet says so", () => {
  assert.match(lines([text("a", { state: "queued" })]).at(-1).text, /on its way/);
});

test("no texts, no lines", () => {
  assert.deepEqual(lines([]), []);
});
