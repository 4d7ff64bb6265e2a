/** The inbox: builds the parts from the page's data and shows what desk and talk say. */
import { Bell } from "./bell.js";
import { Chime, isToBeHeard } from "./chime.js";
import { Device } from "./device.js";
import { el } from "./dom.js";
import { markIcon } from "./favicon.js";
import { cardOf } from "./inbox-card.js";
import { Desk } from "./inbox-desk.js";
import { Head } from "./inbox-head.js";
import { Keys } from "./inbox-keys.js";
import { ListView } from "./inbox-list.js";
import { Notify } from "./inbox-notify.js";
import { Pane } from "./inbox-pane.js";
import { SearchField } from "./inbox-search.js";
import { ShopDesk } from "./inbox-shop.js";
import { Talk } from "./inbox-talk.js";
import { Typists } from "./inbox-typing.js";
import { Toast } from "./inbox-undo.js";
import { KEYS } from "./inbox-words.js";
import { findStorage } from "./keep.js";
import { connectOptions } from "./line.js";
import { Outbox } from "./outbox.js";
import { applyTheme, themeControl } from "./theme.js";

const page = document.body.dataset;
const find = (id) => document.getElementById(id);
const { io } = await import(page.io);
const REFRESH = 60_000;
const TITLE = document.title;

const keep = findStorage("sessionStorage", window);
const socket = io("/staff", connectOptions(() => ({})));
const shop = new ShopDesk({ socket }); // people, labels, canned replies, presence
const desk = new Desk({ socket, me: page.staff });
const outbox = new Outbox({ storage: keep, prefix: `pitline:staff-unsent:${page.staff}` });
const isWatching = () => document.visibilityState === "visible" && document.hasFocus();
const talk = new Talk({ socket, desk, outbox, myName: page.staffName, isWatching });
const typists = new Typists({ socket, myName: page.staffName });
const pane = new Pane({ talk, desk, shop, socket, storage: keep, onleave: () => leave() });
const onopen = (id, seq) => open(id, false, seq);
const search = new SearchField({ field: find("search"), clear: find("search-clear"), told: find("search-told"), desk, onopen, onlist: (id) => step(0, id) });
const list = new ListView({
  views: find("views"),
  list: find("conversations"),
  scroller: find("side-scroll"),
  empty: find("list-empty"),
  label: find("label-filter"),
  search,
  desk,
  shop,
  typists,
  onopen,
  onstep: (by) => step(by),
});
const toast = new Toast({ box: find("toast"), text: find("toast-text"), undo: find("toast-undo"), close: find("toast-close") });
const head = new Head({ socket, talk, desk, shop, toast });
const chime = new Chime({ storage: findStorage("localStorage", window) });
const isBefore = (id) => id === talk.id && document.visibilityState === "visible" && document.hasFocus();
const bell = new Bell({ socket, isBefore });
const device = Object.assign(new Device(), { isBefore, onopen: (id) => id !== talk.id && open(id) });
const notify = new Notify({ bell, device, timezone: page.timezone, onopen: (id) => id && open(id) });
let cardShown = "";

let isDue = false; // what has changed is shown with the next frame

function update() {
  isDue = false;
  list.render(talk.id);
  pane.render();
  if (talk.id) head.render();
  showCard();
  document.body.classList.toggle("is-talking", talk.id !== null);
  document.title = desk.unread ? `(${desk.unread}) ${TITLE}` : TITLE;
  markIcon(find("favicon"), desk.unread > 0);
}

/** A burst of pushes is shown once. A page that nobody sees has no frames, but a title. */
function updateSoon() {
  if (isDue) return;
  isDue = true;
  const show = () => isDue && update();
  requestAnimationFrame(show);
  setTimeout(show, 250);
}

function showCard() {
  const summary = desk.find(talk.id);
  const sign = JSON.stringify([talk.id, talk.loading, talk.client, summary?.phone, summary?.client]);
  if (sign === cardShown) return;
  cardShown = sign;
  find("card").hidden = talk.id === null;
  if (talk.id !== null && !(talk.loading && !talk.client)) find("card-body").replaceChildren(...cardOf(talk.client, summary, (id, accept) => talk.decide(id, accept), (seq) => pane.goTo(seq)));
}

/** Open a conversation; with `seq`, at that message. */
function open(id, thenWrite = false, seq = null) {
  desk.hold(id);
  document.body.classList.remove("shows-card");
  if (history.state?.open !== id) history[talk.id ? "replaceState" : "pushState"]({ open: id }, "", seq ? `#${id}/${seq}` : `#${id}`);
  pane.enter(seq);
  talk.open(id);
  notify.opened(id);
  update();
  if (thenWrite || matchMedia("(min-width: 60rem)").matches) pane.focus();
}

/** Back to the list: what the browser's back button does, and on a phone the arrow. */
function leave() {
  const { id } = talk;
  if (!id) return;
  if (history.state?.open) history.back();
  else close();
}

function close() {
  const { id } = talk;
  talk.close();
  document.body.classList.remove("shows-card");
  update();
  if (id) list.focus(id);
}

function showLine() {
  const texts = { refused: "You are signed out.", lost: "Connection lost. What you write is kept and sent when it is back." };
  const state = refused ? "refused" : socket.connected || !wasConnected ? "" : "lost";
  find("banner").hidden = !state;
  find("banner").replaceChildren(...(state ? [texts[state], " ", state === "refused" ? el("a", { href: "/staff/login?next=%2Fstaff%2F", text: "Sign in again" }) : ""] : []));
}

let wasConnected = false;
let refused = false;

function refresh() {
  if (!socket.connected) return;
  desk.load().catch(() => {});
  bell.load().catch(() => {});
}

function onConnect() {
  wasConnected = true;
  refused = false;
  showLine();
  desk.load(true).catch(() => {});
  bell.load().catch(() => {});
  shop.load().then(() => device.start(shop.push?.public_key)).catch(() => {});
  if (talk.id) talk.open(talk.id);
}

/** So many rows on, or to the row with this id: it is selected, and opened where one is open beside the list. */
function step(by, to = null) {
  const id = to ? desk.select(to) : desk.step(by);
  if (!id) return;
  if (talk.id && !to) open(id, false, desk.hits[id]?.seq ?? null);
  else update(); // the focus goes to a row that is there
  list.focus(id);
}

/** The place that an address names: "#ID", or "#ID/SEQ" at a message. */
function placeOf(hash) {
  const [id, seq] = hash.slice(1).split("/");
  return { id: id || null, seq: Number(seq) || null };
}

function wireSocket() {
  socket.on("connect", onConnect);
  socket.on("disconnect", (reason) => {
    showLine();
    if (reason === "io server disconnect") setTimeout(() => socket.connect(), 2000);
  });
  socket.on("connect_error", (error) => {
    refused = error?.data?.code === "unauthorized";
    if (!refused && !socket.active) setTimeout(() => socket.connect(), 5000);
    showLine();
  });
  socket.on("missed", () => (refresh(), talk.sync(), update())); // pushes between the server's processes were lost
  socket.on("message", (message) => isToBeHeard(message, desk.find(message.conversation), page.staff) && !isBefore(message.conversation) && chime.play());
  socket.on("message", (message) => message.conversation !== talk.id && message.author.kind === "client" && pane.announce(message));
}

function wireKeys() {
  const keys = new Keys({
    storage: findStorage("localStorage", window),
    commands: {
      next: () => step(1),
      previous: () => step(-1),
      enter: () => (talk.id ? pane.focus() : desk.selected && open(desk.selected, true)),
      take: () => pane.act("take"),
      return_to_bot: () => pane.act("return_to_bot"),
      resolve,
      reopen: () => talk.id && head.reopen(),
      assign: () => talk.id && head.assign.open(),
      labels: () => talk.id && head.labels.open(),
      snooze: () => talk.id && head.snooze.open(),
      note: () => pane.writeNote(),
      reply: () => talk.id && pane.focus(),
      search: () => search.start(),
      undo: () => toast.undo(),
      view: (view) => list.toView(view),
      help: () => find("keys").showModal(),
      leave: leaveField,
    },
  });
  find("keys-list").append(...KEYS.map(([key, what]) => el("div", {}, el("dt", {}, el("kbd", { text: key })), el("dd", { text: what }))));
  find("keys-open").addEventListener("click", () => ((find("side-menu").open = false), find("keys").showModal()));
  find("keys-on").checked = keys.on;
  find("keys-on").addEventListener("change", (event) => (keys.on = event.target.checked));
}

/** Resolve the open conversation, and offer to take it back. */
async function resolve() {
  const before = desk.find(talk.id);
  if (before && before.status !== "resolved" && (await pane.act("resolve"))) head.resolved(before);
}

/** Escape: out of the menu or a field first, then out of the conversation. */
function leaveField() {
  const menu = find("side-menu");
  if (menu.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (pane.isWriting) find("thread-scroll").focus();
  else if (document.activeElement === find("search")) find("conversations").focus();
  else leave();
}

function wirePage() {
  desk.onchange = updateSoon;
  talk.onchange = update;
  shop.onchange = updateSoon;
  typists.onchange = updateSoon;
  talk.onnews = (messages) => pane.announceHere(messages);
  socket.on("read", ({ conversation, by }) => by.kind === "staff" && device.closeFor(conversation).catch(() => {}));
  find("notify-open").addEventListener("click", () => ((find("side-menu").open = false), notify.openSettings()));
  find("side-theme").append(themeControl());
  find("sound-on").checked = chime.on;
  find("sound-on").addEventListener("change", ({ target }) => ((chime.on = target.checked), chime.allow(), chime.play()));
  for (const event of ["pointerdown", "keydown"]) addEventListener(event, () => chime.allow(), { once: true });
  document.addEventListener("pointerdown", ({ target }) => find("side-menu").contains(target) || (find("side-menu").open = false));
  document.querySelector('[data-act="resolve"]').addEventListener("click", (event) => (event.stopImmediatePropagation(), resolve()), { capture: true });
  find("card-toggle").addEventListener("click", () => document.body.classList.toggle("shows-card"));
  find("card-close").addEventListener("click", () => document.body.classList.remove("shows-card"));
  addEventListener("popstate", () => {
    const { id, seq } = placeOf(location.hash);
    if (!id) close();
    else if (id !== talk.id) open(id, false, seq);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && (refresh(), talk.sync(), talk.file.renew(0), update()));
  addEventListener("online", () => socket.connect());
  setInterval(() => document.visibilityState === "visible" && refresh(), REFRESH);
}

applyTheme();
wireSocket();
wireKeys();
wirePage();
update();
const asked = placeOf(location.hash);
if (asked.id) {
  history.replaceState({ open: asked.id }, "", location.hash);
  open(asked.id, false, asked.seq);
}
