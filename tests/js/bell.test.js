import assert from "node:assert/strict";
import { test } from "node:test";
import { Bell } from "../../chat/static/bell.js";
import { Device, deviceName } from "../../chat/static/device.js";
import { FakeSocket } from "./support.js";

const notice = (id, more = {}) => ({ id, kind: "mention", conversation: "c1", title: "Eva mentions you", text: "see", at: "2026-03-11T15:30:00.000Z", ...more });

function bellWith({ before = null } = {}) {
  const socket = Object.assign(new FakeSocket(), { connected: true });
  const told = [];
  const bell = Object.assign(new Bell({ socket, isBefore: (id) => id === before }), { ontell: ({ id }) => told.push(id) });
  return { bell, socket, told };
}

test("what is told counts until its conversation is seen, once however often it comes", () => {
  const { bell, socket, told } = bellWith();
  socket.emit("notification", notice("n1"));
  socket.emit("notification", notice("n1"));
  socket.emit("notification", notice("n2", { conversation: "c2" }));
  assert.equal(bell.unseen, 2);
  bell.see("c1");
  bell.see("c1");
  assert.deepEqual([bell.unseen, told], [1, ["n1", "n1", "n2"]]);
  assert.deepEqual(socket.emitted.map(({ event, payload }) => [event, payload]), [["seen_notifications", { conversation: "c1" }]]);
});

test("a client's message shows itself and does not count; what is looked at does neither", () => {
  const { bell, socket, told } = bellWith({ before: "c2" });
  socket.emit("notification", notice("m1", { kind: "message" }));
  socket.emit("notification", notice("n1", { conversation: "c2" }));
  assert.deepEqual([bell.unseen, told], [0, ["m1"]]);
  assert.deepEqual(bell.notices.map(({ id, seen }) => [id, seen]), [["n1", true]]);
});

/** A browser as far as `Device` uses it. */
function browser({ permission = "default", key = null, ...more } = {}) {
  const log = [];
  const made = (name) => ({ name, endpoint: name, options: { applicationServerKey: key }, unsubscribe: async () => log.push(`unsubscribed ${name}`) });
  let subscription = key ? made("old") : null;
  const pushManager = {
    getSubscription: async () => subscription,
    subscribe: async (options) => (log.push(`subscribed ${options.applicationServerKey}`), (subscription = made("new"))),
  };
  const registration = { pushManager, getNotifications: async () => [{ data: { conversation: "c1" }, close: () => log.push("closed") }, { data: { conversation: "c2" }, close: () => log.push("wrong") }] };
  const serviceWorker = Object.assign(new EventTarget(), { register: async () => registration, getRegistration: async () => registration, ready: Promise.resolve(registration) });
  const fetch = async (url, { method }) => (log.push(`${method} ${url}`), { ok: true, json: async () => ({ id: "d1" }) });
  const scope = { isSecureContext: true, PushManager: class {}, Notification: { permission, requestPermission: async () => (scope.Notification.permission = "granted") }, navigator: { serviceWorker }, fetch, ...more };
  return { scope, log };
}

test("permission is asked for by a press only, and a subscription for another key is made anew", async () => {
  const { scope, log } = browser({ key: new Uint8Array([1, 2, 3]).buffer });
  const device = new Device(scope);
  await device.start("AQID-other");
  assert.deepEqual([device.id, log], [null, []]);
  await device.enable();
  assert.deepEqual(log, ["unsubscribed old", "subscribed AQID-other", "POST /staff/push/subscriptions"]);
  assert.equal(device.id, "d1");
  await device.closeFor("c1");
  await device.disable();
  assert.deepEqual(log.slice(3), ["closed", "unsubscribed new", "DELETE /staff/push/subscriptions/d1"]);
});

test("where it was allowed, the server learns at every start who is signed in", async () => {
  const { scope, log } = browser({ permission: "granted", key: new Uint8Array([1, 2, 3]).buffer });
  const device = new Device(scope);
  await device.start("AQID");
  assert.deepEqual([device.id, log], ["d1", ["POST /staff/push/subscriptions"]]);
  await device.enable();
  assert.deepEqual(log.slice(1), ["POST /staff/push/subscriptions"]);
});

test("what stands in the way is named", async () => {
  const obstacle = (more) => new Device(browser(more).scope).obstacle;
  assert.equal(obstacle({}), "");
  assert.equal(obstacle({ permission: "denied" }), "denied");
  assert.equal(obstacle({ isSecureContext: false }), "insecure");
  assert.equal(obstacle({ PushManager: undefined }), "unsupported");
  assert.equal(obstacle({ PushManager: undefined, navigator: { standalone: false, serviceWorker: new EventTarget() } }), "install");
  const { scope } = browser();
  scope.Notification.requestPermission = async () => "default";
  await assert.rejects(new Device(scope).enable(), { code: "dismissed" });
});

test("devices have names that people know", () => {
  assert.equal(deviceName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1"), "Safari on iPhone");
  assert.equal(deviceName("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0"), "Edge on Windows");
  assert.equal(deviceName("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox on Linux");
  assert.equal(deviceName(""), "A browser");
});
