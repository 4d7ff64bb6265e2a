/** The chat in its frame: builds the parts from the page's data and shows what the chat says. */
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { soonLabel } from "./dates.js";
import { el } from "./dom.js";
import { findStorage } from "./keep.js";
import { connectOptions } from "./line.js";
import { Outbox } from "./outbox.js";
import { Host } from "./host.js";
import { readablePhone } from "./text.js";
import { Scroller, ThreadView } from "./thread-view.js";
import { rowsOf } from "./thread.js";
import { chooseLanguage, wordsOf } from "./words.js";

const page = document.body.dataset;
const find = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const language = chooseLanguage(query.get("lang"), ...navigator.languages);
const words = wordsOf(language);
const { io } = await import(page.io);

const keep = findStorage("localStorage", window);
const tokenKey = `pitline:visitor:${page.shop}`;
const socket = io("/client", connectOptions(() => ({ shop: page.shop, visitor: keep.getItem(tokenKey) ?? undefined })));
const outbox = new Outbox({ storage: keep, prefix: `pitline:unsent:${page.shop}` });
const chat = new Chat({ socket, outbox, keep, tokenKey });

const host = new Host({
  onopen: () => {
    if (matchMedia("(pointer: coarse)").matches) find("scroll").focus(); // a phone's keyboard would hide the chat
    else composer.focus();
    update();
  },
});
const scroller = new Scroller(find("scroll"), (away) => {
  if (!away) find("below").hidden = true;
  update();
});
const view = new ThreadView({
  list: find("list"),
  words,
  linkTarget: ["portal", "page"].includes(query.get("in")) ? "_top" : "_blank", // our own pages go on in the same tab
  showNames: (row) => !row.mine,
  acts: {
    onChoice: ({ title, payload }) => send({ text: title, payload }),
    onRetry: (ref) => chat.retry(ref),
    onRemove: (ref) => chat.giveUp(ref),
  },
});
const composer = new Composer({ form: find("composer"), words, onsend: (text) => send({ text }), ontype: (on) => chat.typed(on) });

function send(body) {
  chat.write(body);
  scroller.settle(true);
}

function update() {
  const seenAll = document.visibilityState === "visible" && host.open && scroller.atEnd;
  view.render(rowsOf(chat.log, outbox.items.filter((item) => chat.isOwn(item)), { side: "client", words, language: words.locale, now: Date.now(), readSeq: chat.readByShop }));
  find("earlier").hidden = !chat.log.hasEarlier;
  showWelcome();
  showTyping();
  showHead();
  showBanner();
  scroller.settle();
  if (seenAll) chat.seen();
  if (seenAll) unread = 0;
  host.tellUnread(unread);
}

let unread = 0;

function showWelcome() {
  find("welcome").hidden = !chat.ready || chat.log.last > 0 || outbox.items.length > 0;
}

function showTyping() {
  const { typist } = chat;
  find("typing").hidden = !typist;
  find("typing-name").textContent = typist ? words.typing(typist.name) : "";
}

function showHead() {
  const { shop } = chat;
  if (!shop) return;
  const isOpen = shop.open ?? shop.open_now;
  const opens = shop.next_opening && words.opens(soonLabel(shop.next_opening, { now: Date.now(), language: words.locale, zone: page.timezone }));
  find("hours").textContent = isOpen ? words.open : opens || words.closed;
  find("head").classList.toggle("is-open", Boolean(isOpen));
  if (!shop.phone) return;
  find("call").hidden = false;
  find("call").href = `tel:${shop.phone}`;
  find("call").setAttribute("aria-label", words.call(readablePhone(shop.phone)));
}

function showBanner() {
  const refused = chat.refusal === "not_found" ? words.unknown_shop : words.unavailable;
  const said = { connecting: navigator.onLine ? "" : words.offline, online: "", lost: navigator.onLine ? words.reconnecting : words.offline, refused }[chat.line];
  const waiting = chat.line === "online" && chat.conversation?.status === "waiting" ? words.waiting : "";
  const text = said || waiting;
  find("banner").hidden = !text;
  find("banner").classList.toggle("calm", !said);
  if (find("banner").textContent !== text) find("banner").textContent = text;
}

/** Read out the new message only: the list itself is not live. */
function announce(messages) {
  find("announcer").replaceChildren(...messages.slice(-3).map(({ author, text }) => el("p", { text: `${author.name}: ${text}` })));
  if (!scroller.atEnd) find("below").hidden = false;
  unread += messages.length;
}

/** The words of the page itself, in the reader's language. */
function speak() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = words[element.dataset.placeholder];
  find("welcome-title").textContent = words.welcome(page.shopName);
}

function wire() {
  chat.onnews = announce;
  chat.onchange = update;
  find("close").hidden = !host.framed || page.in === "portal";
  find("close").addEventListener("click", () => host.close());
  find("below").addEventListener("click", () => scroller.settle(true));
  find("earlier").addEventListener("click", () => scroller.keepPlace(() => chat.earlier()).catch(() => update()));
  for (const [payload, text] of Object.entries(words.starters)) {
    find("starters").append(el("button", { type: "button", class: "chip", on: { click: () => send({ text, payload }) }, text }));
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (socket.connected) chat.sync();
    update();
  });
  addEventListener("keydown", (event) => event.key === "Escape" && host.close());
  addEventListener("online", () => (socket.connect(), update()));
  addEventListener("offline", update);
}

speak();
wire();
update();
