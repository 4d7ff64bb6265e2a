/** The client's card beside the conversation: who they are, what they owe, what they drive, when they come. */
import { el } from "./dom.js";
import { readablePhone } from "./text.js";

const LANGUAGES = { en: "English", es: "Spanish" };

const DETAILS = { name: "Name", email: "E-mail", phone: "Phone", address: "Address", plate: "Plate" };

/**
 * The card's content. `client` as the ack of `open` gives it, or null; `summary` of the conversation.
 * `ondecide(id, accept)` decides a change request; what it returns is waited for.
 */
export function cardOf(client, summary, ondecide) {
  if (!client) return [strangerCard(summary)];
  return [head(client), changes(client, ondecide), money(client), workOrders(client), vehicles(client), visits(client), portal(client)].filter(Boolean);
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
    el("dl", { class: "facts" }, lines.map(([name, value]) => el("div", {}, el("dt", { text: name }), el("dd", {}, value)))),
    client.note && el("p", { class: "file-note", text: client.note }),
  );
}

function changes({ change_requests: all = [] }, ondecide) {
  if (!all.length) return null;
  const rows = all.map((one) => changeRow(one, ondecide));
  return part("Asked to change", rows, "");
}

function changeRow({ id, field, vehicle, old, new: wanted }, ondecide) {
  const name = [DETAILS[field] ?? field, vehicle && `(${vehicle})`].filter(Boolean).join(" ");
  const buttons = [
    ["Accept", true],
    ["Decline", false],
  ].map(([text, accept]) =>
    el("button", { class: "chip", type: "button", text, "aria-label": `${text}: ${name}, ${wanted}`, on: { click: () => decide(accept) } }),
  );
  const problem = el("p", { class: "muted", role: "status" });
  async function decide(accept) {
    for (const button of buttons) button.disabled = true;
    problem.textContent = "";
    try {
      await ondecide(id, accept);
    } catch (refusal) {
      problem.textContent = refusal.code === "no_answer" ? "No connection. Try again." : refusal.message;
      for (const button of buttons) button.disabled = false;
    }
  }
  const values = el("span", {}, old && el("del", { text: old }), old && " → ", el("ins", { text: wanted }));
  return el("li", { class: "change" }, el("span", {}, el("span", { class: "strong", text: name }), values), el("div", { class: "change-buttons" }, buttons), problem);
}

function money({ balance, balance_text: text, overdue_text: overdue }) {
  if (balance === null || balance === undefined) return null;
  const state = balance <= 0 ? "good" : overdue ? "bad" : "due";
  const said = { good: "Nothing is due", bad: `${overdue} overdue`, due: "Due" }[state];
  return el("section", { class: "card-part" }, el("h3", { text: "Balance" }), el("p", { class: `balance ${state}` }, el("strong", { text }), el("span", { text: said })));
}

function workOrders({ work_orders: all = [] }) {
  if (!all.length) return null;
  const rows = all.map(({ number, status, vehicle }) => el("li", {}, el("span", {}, el("span", { class: "strong", text: number }), el("span", { class: "muted", text: vehicle })), statusTag(status)));
  return part("In the shop", rows, "");
}

function statusTag(status) {
  return el("span", { class: `tag status-${status}`, text: String(status).replaceAll("_", " ") });
}

function vehicles({ vehicles: all = [] }) {
  const rows = all.map(({ title, plate }) => el("li", {}, el("span", { text: title }), plate && el("span", { class: "plate", text: plate })));
  return part("Vehicles", rows, "No vehicle on file");
}

function visits({ visits: all = [] }) {
  const rows = all.map(({ when, title, status }) => el("li", {}, el("span", {}, el("span", { class: "strong", text: visitTime(when) }), el("span", { class: "muted", text: title })), statusTag(status)));
  return part("Visits", rows, "No visit ahead");
}

function portal({ portal: access }) {
  if (!access) return null;
  return el("section", { class: "card-part" }, el("h3", { text: "Client portal" }), el("p", { class: "portal" }, el("span", { class: `lamp ${access.enabled ? "on" : ""}`, "aria-hidden": "true" }), access.enabled ? "Access is on" : "Access is off"));
}

function part(title, rows, empty) {
  return el("section", { class: "card-part" }, el("h3", { text: title }), rows.length ? el("ul", { class: "plain-list" }, rows) : el("p", { class: "muted", text: empty }));
}

/** A visit's time: as the server wrote it for people, or from its moment. */
function visitTime(when) {
  if (!/^\d{4}-\d\d-\d\dT/.test(when)) return when;
  return new Intl.DateTimeFormat("en", { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZone: document.body.dataset.timezone }).format(new Date(when));
}
