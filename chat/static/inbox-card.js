/** The client's card beside the conversation: who they are, what they owe, what they drive, what waits for them. */
import { changes } from "./card-changes.js";
import { el, icon } from "./dom.js";
import { momentText } from "./inbox-words.js";
import { findStorage } from "./keep.js";
import { readablePhone } from "./text.js";

const LANGUAGES = { en: "English", es: "Spanish" };
const FOLDED = "pitline:card-folded";
const ENDINGS = { idle: "nothing more was said", continued: "went on in another conversation" };
const keep = findStorage("localStorage", globalThis);

/**
 * The card's content. `client` as the ack of `open` gives it, or null; `summary` of the conversation.
 * `ondecide(id, accept)` decides a change request; what it returns is waited for. `ongo(seq)` shows an old message.
 */
export function cardOf(client, summary, ondecide, ongo = () => {}) {
  if (!client) return [strangerCard(summary)];
  const parts = [changes(client, ondecide), money(client), estimates(client), workOrders(client), visits(client), reminders(client), vehicles(client), portal(client), episodes(client, ongo)];
  return [head(client), ...parts.filter(Boolean)];
}

function strangerCard(summary) {
  const phone = summary?.phone;
  return el(
    "section",
    { class: "card-part stranger" },
    el("h2", { text: phone ? readablePhone(phone) : "Visitor" }),
    el("p", { text: phone ? "This number is on no client’s file, or on several. Nothing private is shown to it." : "Nobody the shop knows yet. The bot asks for a code before it tells anything private." }),
  );
}

function head(client) {
  const lines = [
    ...(client.phones ?? []).map((phone) => ["Phone", el("a", { href: `tel:${phone}`, text: readablePhone(phone) })]),
    client.email && ["E-mail", el("a", { href: `mailto:${client.email}`, text: client.email })],
    client.language && ["Language", LANGUAGES[client.language] ?? client.language],
  ].filter(Boolean);
  return el(
    "section",
    { class: "card-part" },
    el("h2", { text: client.name }),
    el("dl", { class: "facts" }, [...lines, ["Later", el("a", { href: `/staff/clients/${client.id}/tell`, text: "Tell them something" })]].map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", {}, value)))),
    client.note && el("p", { class: "file-note", text: client.note }),
  );
}

function money({ balance, balance_text: text, overdue_text: overdue, credit_text: credit, invoices = [], invoices_unpaid: unpaid = 0 }) {
  if (balance === null || balance === undefined) return null;
  const state = balance <= 0 ? "good" : overdue ? "bad" : "due";
  const said = { good: "Nothing is due", bad: `${overdue} overdue`, due: "Due" }[state];
  const rows = invoices.map(({ number, balance_text: left, due_on: dueOn, state: how }) => row(`Invoice ${number}`, [how === "overdue" ? late(`Overdue since ${day(dueOn)}`) : muted(dueOn ? `Due ${day(dueOn)}` : "No due date")], amount(left)));
  return fold("Balance", null, [
    el("p", { class: `balance ${state}` }, el("strong", { text }), el("span", { text: said })),
    credit && el("p", { class: "muted", text: `${credit} credit on file` }),
    list(rows),
    unpaid > invoices.length && el("p", { class: "muted", text: `and ${unpaid - invoices.length} more unpaid` }),
  ]);
}

function estimates({ estimates: all = [] }) {
  const rows = all.map(({ number, total_text: total, status, since, vehicle, call_me: callMe }) => row(`Estimate ${number}`, [muted([vehicle, `${status === "partly" ? "decided in part, since" : "waiting since"} ${day(since)}`].filter(Boolean).join(" · ")), callMe && late("Wants a call first")], amount(total)));
  return rows.length ? fold("Open estimates", rows.length, [list(rows)]) : null;
}

function workOrders({ work_orders: all = [] }) {
  const rows = all.map(({ number, status, vehicle, promised_at: promised }) => row(number, [muted([vehicle, promised && `promised ${time(promised)}`].filter(Boolean).join(" · "))], statusTag(status)));
  return rows.length ? fold("In the shop", rows.length, [list(rows)]) : null;
}

function visits({ visits: all = [] }) {
  const rows = all.map(({ id, when, title, status }) => row(el("a", { href: `/staff/visits/${id}`, text: time(when) }), [muted(title)], statusTag(status)));
  return fold("Visits", rows.length, [rows.length ? list(rows) : el("p", { class: "muted", text: "No visit ahead" })]);
}

function reminders({ reminders: all = [] }) {
  const rows = all.slice(0, 8).map((one) => row(one.title, [muted(one.vehicle), one.state === "overdue" ? late(dueText(one)) : muted(dueText(one))]));
  return rows.length ? fold("Services due", all.length, [list(rows)]) : null;
}

function dueText({ on, estimated, mileage, state }) {
  const miles = mileage ? `at ${mileage.toLocaleString("en-US")} mi` : "";
  if (!on) return miles ? `Due ${miles}` : "Due";
  const when = `${estimated ? "about " : ""}${day(on)}`;
  return [state === "overdue" ? `Overdue since ${when}` : `Due ${when}`, miles].filter(Boolean).join(", ");
}

function vehicles({ vehicles: all = [], reminders: due = [] }) {
  const rows = all.map(({ id, title, plate, mileage }) => {
    const next = due.find((one) => one.vehicle_id === id && one.state !== "later");
    const known = [mileage && `${mileage.toLocaleString("en-US")} mi`, next && `${next.title} due`].filter(Boolean).join(" · ");
    return row(title, [known && muted(known)], plate && el("span", { class: "plate", text: plate }));
  });
  return fold("Vehicles", rows.length, [rows.length ? list(rows) : el("p", { class: "muted", text: "No vehicle on file" })]);
}

function portal({ id, portal: access }) {
  if (!access) return null;
  const lamp = el("span", { class: `lamp ${access.enabled ? "on" : ""}`, "aria-hidden": "true" });
  const last = access.signed_in_at ? `Last sign-in ${time(access.signed_in_at)}` : "Not signed in lately";
  return fold("Client portal", null, [el("p", { class: "portal" }, lamp, access.enabled ? "Access is on" : "Access is off"), access.enabled && el("p", { class: "muted", text: last }), el("p", {}, el("a", { href: `/staff/clients/${id}/portal`, text: "Preview, send or switch off" }))]);
}

function episodes({ episodes: all = [] }, ongo) {
  const rows = all.map((one) => {
    const said = [`${one.messages} messages`, one.by_bot_alone ? "by the bot alone" : one.by ? `resolved by ${one.by}` : ENDINGS[one.ending], one.rating && `rated ${one.rating} of 5`].filter(Boolean).join(" · ");
    const go = el("button", { type: "button", class: "plain", text: "Show", "aria-label": `Show the conversation of ${day(one.started_at)}`, on: { click: () => ongo(one.first_seq) } });
    return row(span(one), [muted(said)], go);
  });
  return rows.length ? fold("Past conversations", rows.length, [list(rows)]) : null;
}

function span({ started_at: from, resolved_at: to }) {
  return day(from) === day(to) ? day(from) : `${day(from)} – ${day(to)}`;
}

/** A part that folds, and stays as it was left. */
function fold(title, count, content) {
  const folded = new Set(JSON.parse(keep.getItem(FOLDED) ?? "[]"));
  const details = el(
    "details",
    { class: "card-part", open: !folded.has(title) },
    el("summary", {}, el("h3", { text: title }), count > 0 && el("span", { class: "fold-count", text: count }), icon("fold", 14)),
    el("div", {}, ...content.filter(Boolean)),
  );
  details.addEventListener("toggle", () => {
    const now = new Set(JSON.parse(keep.getItem(FOLDED) ?? "[]"));
    if (details.open) now.delete(title);
    else now.add(title);
    keep.setItem(FOLDED, JSON.stringify([...now]));
  });
  return details;
}

function list(rows) {
  return rows.length ? el("ul", { class: "plain-list" }, rows) : null;
}

/** `title`: its words, or a link. */
function row(title, lines, aside = null) {
  return el("li", {}, el("span", {}, el("span", { class: "strong" }, title), ...lines), aside);
}

const muted = (text) => el("span", { class: "muted", text });
const late = (text) => el("span", { class: "late", text });
const amount = (text) => el("span", { class: "amount", text });
const statusTag = (status) => el("span", { class: `tag status-${status}`, text: String(status).replaceAll("_", " ") });

/** "Mar 9", with the year when it is another one; of a day ("2026-03-09") or of a moment in the shop's zone. */
function day(at) {
  if (!at) return "";
  const isDay = at.length === 10;
  const year = at.slice(0, 4) === String(new Date().getFullYear()) ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat("en-US", { month: "short", day: "numeric", ...year, timeZone: isDay ? "UTC" : document.body.dataset.timezone }).format(new Date(at));
}

const time = (at) => momentText(at, document.body.dataset.timezone);
