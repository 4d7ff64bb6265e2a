/**
 * The service worker of the inbox: shows what was pushed, also with no tab open, and brings one to the conversation
 * when it is clicked. It keeps no pages: the inbox needs the server anyway.
 */
const HOME = "/staff/";
const ICON = "/static/chat/icon-192.png";
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
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const looking = conversation && pages.some((page) => page.visibilityState === "visible" && page.focused && new URL(page.url).hash === `#${conversation}`);
  if (looking) return; // they read it there; a browser allows that while a page of ours is before them
  const old = (await self.registration.getNotifications({ tag })).length > 0;
  await self.registration.showNotification(title, {
    body: text,
    tag,
    renotify: urgent || !old, // a second message of the same conversation changes what is there, silently
    requireInteraction: urgent,
    icon: ICON,
    badge: BADGE,
    timestamp: at ? Date.parse(at) : Date.now(),
    data: { conversation },
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
