/** This browser as a device that shows notifications: its service worker, its permission, its subscription. */

const WORKER = "/staff/sw.js";
const SCOPE = "/staff/";
const SUBSCRIPTIONS = "/staff/push/subscriptions";

/** Why it did not work: "denied", "dismissed" or "failed". */
export class DeviceProblem extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Device {
  id = null; // of the subscription, as the server knows it; null: nothing is shown here
  onopen = () => {}; // a notification of this conversation was clicked
  isBefore = () => false; // whether they look at this conversation here, now

  #scope;
  #key = "";

  constructor(scope = globalThis) {
    this.#scope = scope;
    scope.navigator.serviceWorker?.addEventListener("message", ({ data, ports }) => {
      if (data?.open) this.onopen(data.open);
      if (data?.before) ports[0]?.postMessage(this.isBefore(data.before));
    });
  }

  /** What stands in the way: "" (nothing), "denied", "insecure", "install" (first to the home screen) or "unsupported". */
  get obstacle() {
    const { navigator, Notification, PushManager, isSecureContext } = this.#scope;
    if (!isSecureContext) return "insecure";
    if (navigator.standalone === false && !PushManager) return "install"; // iOS offers it to installed pages only
    if (!navigator.serviceWorker || !PushManager || !Notification) return "unsupported";
    return Notification.permission === "denied" ? "denied" : "";
  }

  /** At the start: where it was allowed before, the server learns who is signed in here now. `key`: the server's, or null. */
  async start(key) {
    this.#key = key ?? "";
    if (this.obstacle || !key || this.#scope.Notification.permission !== "granted") return;
    const { pushManager } = await this.#registered();
    if (await pushManager.getSubscription()) this.id = await this.#tell(await this.#subscribe(pushManager));
  }

  /** Asked for by a press: permission, a subscription, and the server is told. Raises `DeviceProblem`. */
  async enable() {
    const answer = await this.#scope.Notification.requestPermission();
    if (answer !== "granted") throw new DeviceProblem(answer === "denied" ? "denied" : "dismissed");
    try {
      const registration = await this.#registered();
      await this.#scope.navigator.serviceWorker.ready;
      this.id = await this.#tell(await this.#subscribe(registration.pushManager));
    } catch {
      throw new DeviceProblem("failed");
    }
  }

  /** Nothing is shown here any more. */
  async disable() {
    const { id } = this;
    this.id = null;
    const registration = await this.#registration();
    const subscription = await registration?.pushManager.getSubscription();
    await subscription?.unsubscribe();
    if (id) await this.remove(id);
  }

  /** One of the devices, this or another, is to show nothing any more. Raises `DeviceProblem`. */
  async remove(id) {
    const response = await this.#scope.fetch(`${SUBSCRIPTIONS}/${id}`, { method: "DELETE" });
    if (!response.ok) throw new DeviceProblem("failed");
  }

  /** What was read here needs no notification any more. */
  async closeFor(conversation) {
    const shown = (await (await this.#registration())?.getNotifications()) ?? [];
    for (const one of shown) if (one.data?.conversation === conversation) one.close();
  }

  async #subscribe(manager) {
    const before = await manager.getSubscription();
    if (before && sameKey(before.options?.applicationServerKey, this.#key)) return before;
    await before?.unsubscribe(); // made for another key: nobody could push to it
    return manager.subscribe({ userVisibleOnly: true, applicationServerKey: this.#key });
  }

  async #tell(subscription) {
    const headers = { "Content-Type": "application/json" };
    const response = await this.#scope.fetch(SUBSCRIPTIONS, { method: "POST", headers, body: JSON.stringify(subscription) });
    if (!response.ok) throw new DeviceProblem("failed");
    return (await response.json()).id;
  }

  #registered() {
    return this.#scope.navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  }

  async #registration() {
    return this.#scope.navigator.serviceWorker?.getRegistration(SCOPE);
  }
}

function sameKey(bytes, key) {
  if (!bytes) return true; // the browser does not say
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === key;
}

/** What to call a device, from what its browser calls itself. */
export function deviceName(agent) {
  const system = [["iPhone", /iPhone/], ["iPad", /iPad/], ["Android", /Android/], ["Windows", /Windows/], ["Mac", /Mac OS X|Macintosh/], ["ChromeOS", /CrOS/], ["Linux", /Linux/]].find(([, mark]) => mark.test(agent))?.[0];
  const browser = [["Edge", /Edg\w*\//], ["Opera", /OPR\//], ["Samsung Internet", /SamsungBrowser/], ["Firefox", /Firefox|FxiOS/], ["Chrome", /Chrome|CriOS/], ["Safari", /Safari/]].find(([, mark]) => mark.test(agent))?.[0];
  return [browser ?? "A browser", system && `on ${system}`].filter(Boolean).join(" ");
}
