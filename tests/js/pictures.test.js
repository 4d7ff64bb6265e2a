import assert from "node:assert/strict";
import { test } from "node:test";
import { picturesOf } from "../../chat/static/pictures.js";
import { message } from "./support.js";

test("a thread's pictures are those that are stored and have a small one, in order", () => {
  const stored = (id) => ({ id, name: `${id}.jpg`, url: `/files/${id}`, thumbnail: `/files/${id}/thumbnail` });
  const pdf = { id: "p", name: "p.pdf", url: "/files/p" };
  const coming = { id: "x", name: "x.jpg", state: "fetching" };
  const entries = [message(1, { attachments: [stored("a"), pdf, stored("b")] }), message(2), message(3, { attachments: [coming, stored("c")] })];
  assert.deepEqual(picturesOf(entries).map(({ id }) => id), ["a", "b", "c"]);
  assert.equal(picturesOf(entries)[2].at, entries[2].at);
});
