/** The chat in its frame: builds the parts from the page's data and shows what the chat says. */
import { openPictures, spokenText } from "./attachment-view.js";
import { Chat } from "./chat.js";
import { Composer } from "./composer.js";
import { el, loadStyle } from "./dom.js";
import { pickFiles } from "./file-picking.js";
import { findStorage, takeLink } from "./keep.js";
import { connectOptions } from "./line.js";
import { Outbox } from "./outbox.js";
import { Host } from "./host.js";
import { bannerOf, closedText, hoursText, untilChange } from "./standing.js";
import { readablePhone } from "./text.js";
import { Scroller, ThreadView } from "./thread-view.js";
import { rowsOf } from "./thread.js";
import { chooseLanguage, wordsOf } from "./words.js";

const page = document.body.dataset;
const find = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const keep = findStorage("localStorage", window);
const chosenKey = `pitline:language:${query.get("lang") ?? ""}`; // a choice against the page's language holds as long as it has that
let language = chooseLanguage(keep.getItem(chosenKey), query.get("lang"), ...navigator.languages);
const words = { ...wordsOf(language) }; // one object, whatever the language: the parts hold on to it
const { io } = await import(page.io);

const tokenKey = `pitline:visitor:${page.shop}`;
let link = takeLink(location, history) ?? undefined;
const socket = io("/client", connectOptions(() => ({ shop: page.shop, visitor: keep.getItem(tokenKey) ?? undefined, link })));
const outbox = new Outbox({ storage: keep, prefix: `pitline:unsent:${page.shop}` });
const chat = new Chat({ socket, outbox, keep, tokenKey, languageNow: () => language });

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
let files = null;
let loadingFiles = null;
const linkTarget = ["portal", "page"].includes(query.get("in")) ? "_top" : "_blank"; // our own pages go on in the same tab
const threadView = new ThreadView({
  list: find("list"),
  words,
  linkTarget,
  showNames: (row) => !row.mine,
  localFile: (key) => files?.local(key) ?? {},
  acts: {
    onChoice: ({ title, payload }) => send({ text: title, payload }),
    onRetry: (ref) => chat.retry(ref),
    onRemove: (ref) => chat.giveUp(ref),
  },
});
const composer = new Composer({
  form: find("composer"),
  words,
  onsend: (text) => send({ ...(text ? { text } : {}), ...files?.take() }),
  ontype: (on) => chat.typed(on),
  hasFiles: () => files?.count > 0,
});

let care = null;
let loadingCare = null;

/** The parts around the thread, once somebody waits, is done, or wants the chat by mail: few do at once. */
async function loadCare() {
  try {
    const { Care } = await import("./frame-care.js");
    await loadStyle("care.css");
    care = new Care({ find, chat, words, languageNow: () => language, onchange: () => update() });
    update();
  } catch {
    loadingCare = null; // no line: the next change tries again
  }
}

function withCare() {
  return (loadingCare ??= loadCare());
}

/** What sends files, once there are any. */
async function loadFiles() {
  try {
    const { FilesDesk } = await import("./files-desk.js");
    const query = `?shop=${encodeURIComponent(page.shop)}`;
    const headers = () => (chat.visitor ? { "X-Pitline-Visitor": chat.visitor } : {});
    const onchange = () => (composer.refresh(), update());
    files = new FilesDesk({ form: find("composer"), words, language, outbox, query, headers, onchange, canSend: () => chat.ready });
    update();
    return files;
  } catch {
    loadingFiles = null; // no line: chosen again it is tried again
    return null;
  }
}

function withFiles() {
  return (loadingFiles ??= loadFiles());
}

function send(body) {
  chat.write({ ...body, language });
  scroller.settle(true);
}

function update() {
  const seenAll = document.visibilityState === "visible" && host.open && scroller.atEnd;
  threadView.render(rowsOf(chat.log, outbox.items.filter((item) => chat.isOwn(item)), { side: "client", words, language: words.locale, now: Date.now(), readSeq: chat.readByShop }));
  find("earlier").hidden = !chat.log.hasEarlier;
  files?.update();
  showWelcome();
  showTyping();
  showHead();
  showBanner();
  showCare();
  if (chat.conversation) link = undefined; // it has led here; from now on there is a token of one's own
  scroller.settle();
  if (seenAll) chat.seen();
  if (seenAll) unread = 0;
  host.tellUnread(unread);
  host.tellBell(chat.unseen);
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

/** The words, and what time it is for the shop, whatever the reader's clock says. */
function view() {
  return { words, now: Date.now() + chat.clockDiffers, zone: page.timezone };
}

function showHead() {
  const { shop } = chat;
  if (!shop) return;
  find("hours").textContent = hoursText(shop, view());
  find("head").classList.toggle("is-open", Boolean(shop.open));
  const { closed } = shop;
  find("welcome-closed").hidden = !closed;
  find("welcome-closed").textContent = closed ? `${closedText(closed, view())} ${words.closed_welcome}` : "";
  if (!shop.phone) return;
  find("call").hidden = false;
  find("call").href = `tel:${shop.phone}`;
  find("call").setAttribute("aria-label", words.call(readablePhone(shop.phone)));
}

function showBanner() {
  const { line, refusal, conversation } = chat;
  const { text, calm } = bannerOf({ line, refusal, conversation, isOnline: navigator.onLine, ...view() });
  find("banner").hidden = !text;
  find("banner").classList.toggle("calm", calm);
  if (find("banner-text").textContent !== text) find("banner-text").textContent = text;
}

function showCare() {
  const status = chat.log.last > 0 ? chat.conversation?.status : null;
  if (status === "resolved" && find("finished").hidden) find("announcer").replaceChildren(el("p", { text: words.finished }));
  find("finished").hidden = status !== "resolved";
  find("to-transcript").hidden = chat.log.last === 0;
  if (care) care.render();
  else if (["waiting", "resolved"].includes(status) && chat.line === "online") withCare();
}

let changing = null;

/** When the shop opens or closes, ask again: what is said of it has changed. */
function waitForTheShop() {
  clearTimeout(changing);
  const wait = untilChange(chat.shop, view().now);
  if (wait !== null) changing = setTimeout(() => socket.connected && chat.sync(), wait);
}

/** Read out the new message only: the list itself is not live. */
function announce(messages) {
  find("announcer").replaceChildren(...messages.slice(-3).map(({ author, ...message }) => el("p", { text: `${author.name}: ${spokenText(message, words)}` })));
  if (!scroller.atEnd) find("below").hidden = false;
  unread += messages.length;
}

/** What is new under the client's bell, in a line above the thread; what is decided on a wish of theirs is a message anyway. */
function showTold({ kind, title, text, url, unseen }) {
  host.tellBell(unseen, host.open);
  if (kind === "change_decided") return;
  Object.assign(find("told-link"), { textContent: title, href: url, target: linkTarget });
  find("told-text").textContent = text;
  find("told").hidden = false;
  find("announcer").replaceChildren(el("p", { text: `${title}. ${text}` }));
  unread += 1;
}

function hideTold() {
  if (find("told").contains(document.activeElement)) composer.focus();
  find("told").hidden = true;
}

/** The words of the page itself, in the reader's language. */
function speak() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = words[element.dataset.placeholder];
  find("welcome-title").textContent = page[language === "es" ? "greetingEs" : "greetingEn"] ?? words.welcome(page.shopName);
  find("to-language").lang = words.other_language_tag;
  find("starters").replaceChildren(...Object.entries(words.starters).map(([payload, text]) => el("button", { type: "button", class: "chip", on: { click: () => send({ text, payload }) }, text })));
}

/** The other language, from now on, here and when one comes back. */
function changeLanguage() {
  language = chooseLanguage(words.other_language_tag);
  Object.assign(words, wordsOf(language));
  keep.setItem(chosenKey, language);
  find("list").replaceChildren(); // each row is made anew
  speak();
  care?.speak();
  composer.refresh();
  update();
  if (socket.connected) chat.sync(); // what is told from now on comes in it, too
  find("menu-open").focus();
}

/** Esc leaves what is open, and only then the chat. */
function escape() {
  const isMenuOpen = CSS.supports("selector(:popover-open)") && find("menu").matches(":popover-open");
  if (!isMenuOpen && !care?.escape()) host.close(); // the browser closes the menu by itself
}

function wire() {
  chat.onnews = announce;
  chat.onchange = update;
  chat.ontold = showTold;
  chat.onsynced = waitForTheShop;
  pickFiles({ button: find("attach"), input: find("attach-input"), field: composer.field, drop: document.body, onfiles: (chosen) => withFiles().then((desk) => desk?.add(chosen)) });
  openPictures({ list: find("list"), entries: () => chat.log.entries, language: () => language });
  if (outbox.items.some(({ state }) => state === "uploading")) withFiles();
  find("close").hidden = !host.framed || page.in === "portal";
  find("told-close").addEventListener("click", hideTold);
  find("told-link").addEventListener("click", () => linkTarget === "_blank" && hideTold());
  find("close").addEventListener("click", () => host.close());
  find("below").addEventListener("click", () => scroller.settle(true));
  find("earlier").addEventListener("click", () => scroller.keepPlace(() => chat.earlier()).catch(() => update()));
  find("to-language").addEventListener("click", changeLanguage);
  find("to-transcript").addEventListener("click", () => withCare().then(() => care?.openTranscript()));
  find("start-again").addEventListener("click", () => {
    care?.rating.leave();
    composer.focus();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    if (socket.connected) chat.sync();
    update();
  });
  addEventListener("keydown", (event) => event.key === "Escape" && escape());
  addEventListener("online", () => (socket.connect(), update()));
  addEventListener("offline", update);
}

/** The shop's own colour, on which white can be read; in the dark the usual one stays, which is made for it. */
function paint() {
  const { accent } = page;
  if (!accent || matchMedia("(prefers-color-scheme: dark)").matches) return;
  for (const name of ["--color-accent", "--color-accent-hover", "--color-bubble-mine"]) document.documentElement.style.setProperty(name, accent);
}

paint();
speak();
wire();
update();
