import assert from "node:assert/strict";
import { test } from "node:test";
import { Host } from "../../chat/static/host.js";

const ORIGIN = "https://pitline.example";

/** A frame on a page of `origin`: what its page was told, and to whom it was addressed. */
function framedBy(origin) {
  const told = [];
  const parent = {
    get location() {
      if (origin !== ORIGIN) throw new Error("SecurityError");
      return { origin };
    },
    postMessage: (data, to) => told.push([data, to]),
  };
  const host = new Host({ scope: { parent, location: { origin: ORIGIN }, addEventListener: () => {} } });
  return { host, told };
}

test("a page of ours is told the number under its bell, each time it changes or one comes, and whether it was said here", () => {
  const { host, told } = framedBy(ORIGIN);
  host.tellBell(null);
  host.tellBell(0);
  host.tellBell(1, true);
  host.tellBell(1);
  host.tellBell(1, false);
  host.tellBell(0);
  assert.deepEqual(told, [
    [{ pitline: "bell", count: 0, said: false }, ORIGIN],
    [{ pitline: "bell", count: 1, said: true }, ORIGIN],
    [{ pitline: "bell", count: 1, said: false }, ORIGIN],
    [{ pitline: "bell", count: 0, said: false }, ORIGIN],
  ]);
});

test("another site's page is told of messages, and nothing of the bell", () => {
  const { host, told } = framedBy("https://shop.example");
  host.tellBell(2);
  host.tellUnread(1);
  assert.deepEqual(told, [[{ pitline: "unread", count: 1 }, "*"]]);
});

test("a frame that is a page of its own tells nobody", () => {
  const scope = { location: { origin: ORIGIN }, addEventListener: () => {} };
  scope.parent = scope;
  scope.postMessage = () => assert.fail("nobody is there");
  new Host({ scope }).tellBell(1);
});
