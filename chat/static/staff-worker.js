/**
 * The service worker of the inbox: shows what was pushed, also with no tab open, and brings one to the conversation
 * when it is clicked. It keeps no pages: the inbox needs the server anyway.
 */
const HOME = "/staff/";
const ICON = "/static/chat/icon-192.png";
const ANSWER_WITHIN = 500; // milliseconds
const BADGE = "/static/chat/badge-96.png";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => event.waitUntil(show(read(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openInbox(event.notification.data?.conversation ?? ""));
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

/** What was pushed; a notification is shown in any case, as browsers demand it. */
function read(data) {
  try {
    return data.json();
  } catch {
    return {};
  }
}

async function show({ title = "Pitline", text = "", tag = "pitline", conversation = "", urgent = false, at }) {
  if (conversation && (await isBefore(conversation))) return; // read there already; browsers allow that while a page of ours has the focus
  await self.registration.showNotification(title, {
    body: text,
    tag,
    renotify: true, // it takes the place of the one before, and is heard: the server sees to it that this is seldom
    requireInteraction: urgent,
    icon: ICON,
    badge: BADGE,
    timestamp: at ? Date.parse(at) : Date.now(),
    data: { conversation },
  });
}

/** Whether somebody looks at this conversation now: the page knows, a worker only sees the address it was opened with. */
async function isBefore(conversation) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const answers = pages.filter((page) => page.focused).map((page) => ask(page, { before: conversation }));
  return (await Promise.all(answers)).includes(true);
}

function ask(page, question) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve(false), ANSWER_WITHIN);
    page.postMessage(question, [port2]);
  });
}

/** To the tab that is open, else in a new one. */
async function openInbox(conversation) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname === HOME && one.focused) ?? pages.find((one) => new URL(one.url).pathname === HOME);
  if (!page) return self.clients.openWindow(conversation ? `${HOME}#${conversation}` : HOME);
  if (conversation) page.postMessage({ open: conversation });
  return page.focus();
}

/** The push service gave this device another address: tell the server, which then forgets the old one. */
async function renew(event) {
  const key = event.oldSubscription?.options.applicationServerKey;
  const subscription = event.newSubscription ?? (key ? await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }) : null);
  if (!subscription) return;
  const headers = { "Content-Type": "application/json" };
  await fetch("/staff/push/subscriptions", { method: "POST", headers, body: JSON.stringify(subscription) });
}
