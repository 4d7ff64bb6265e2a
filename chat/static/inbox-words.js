/** What the inbox says to staff. */
import { readablePhone } from "./text.js";
import { wordsOf } from "./words.js";

// Of files staff and clients read the same.
const { attachment, files, attach, uploading, picture, picture_here, file_named, file_coming, file_not_fetched } = wordsOf("en");

export const WORDS = {
  you: "You",
  assistant: "assistant",
  note: "note, staff only",
  today: "Today",
  yesterday: "Yesterday",
  sending: "Sending…",
  sent: "Sent",
  seen: "Seen",
  failed: "Not sent",
  retry: "Try again",
  again: "Send again",
  loading: "Loading…",
  latest: "Latest",
  new_messages: "New",
  not_found: "That message is not here any more.",
  waiting_for_line: "Waits for the connection",
  write_note: "Write a note that only staff see. @ calls a colleague.",
  write_answer: "Write an answer. / for canned replies",
  note_hint: "Only staff see it",
  takes_it: "Answering takes the conversation",
  canned_replies: "Canned replies",
  colleagues: "Colleagues",
  missing: "Not on file, so it was left out:",
  remove: "Remove",
  attachment,
  files,
  attach,
  uploading,
  picture,
  picture_here,
  file_named,
  file_coming,
  file_not_fetched,
  choices: "Quick replies offered",
  by_sms: "text",
  by_email: "e-mail",
  not_delivered: "Not delivered",
  too_long: (length, most) => `Too long: ${length} of ${most} characters.`,
};

export const VIEW_NAMES = { waiting: "Waiting", mine: "Mine", open: "Open", bot: "Bot", snoozed: "Snoozed", resolved: "Resolved", all: "All" };

/** How far a message has come, in a word. */
export const STATE_WORDS = { sending: "Sending…", waiting: "Waits for the connection", queued: "Queued", sent: "Sent", delivered: "Delivered", seen: "Seen", failed: "Not sent", undelivered: "Not delivered" };

const REASONS = {
  opted_out: "the client texted STOP",
  no_number: "no number to text to",
  not_a_phone: "this number takes no texts",
  no_sms_number: "the shop has no number to text from",
  no_address: "no e-mail address on file",
  sms_not_configured: "texting is not set up",
  email_not_configured: "e-mail is not set up",
  too_late: "it could not be sent in time",
  address_refused: "the mail server does not know the address",
  twilio_21610: "the client texted STOP",
  twilio_21211: "not a valid number",
  twilio_21614: "not a mobile number",
  twilio_30003: "the phone is off or out of reach",
  twilio_30004: "the number blocks messages",
  twilio_30005: "the number does not exist",
  twilio_30006: "a landline cannot take texts",
  twilio_30007: "the carrier took it for spam",
  too_long: "too long",
  forbidden: "you may not do that",
  not_found: "the conversation is not there any more",
};

/** Why a message did not arrive, after what is said anyway: "Not delivered: the client texted STOP". */
export function deliveryText(error, said) {
  if (!error) return said;
  const [from, code] = [error.replace(/_[^_]*$/, ""), error.replace(/^.*_/, "")];
  const other = from === "twilio" ? `the carrier refused it (${code})` : from === "mail" ? `the mail server refused it (${code})` : null;
  const reason = REASONS[error] ?? other;
  return reason ? `${said}: ${reason}` : said;
}

export const EMPTY_VIEWS = {
  waiting: ["Nobody is waiting", "When the bot hands someone over, they appear here first."],
  mine: ["Nothing of yours is open", "Take a conversation, or just answer it, and it is yours."],
  open: ["No conversation is open", "Conversations that a person has taken are listed here."],
  bot: ["The bot has nothing to do", "Conversations that it answers on its own are listed here."],
  snoozed: ["Nothing is asleep", "Snooze a conversation, and it comes back by itself when its time is over or the client writes."],
  all: ["No conversation yet", "Whoever texts the shop or writes in the chat appears here."],
  resolved: ["Nothing resolved yet", "Finished conversations are kept here. A new message starts them again."],
};

/** What an empty list says: a title and what helps. */
export function emptyWords({ query, label, view }) {
  const labelled = label ? ` with the label “${label}”` : "";
  if (query) return [`Nothing found for “${query}”${labelled}`, "Try part of a name, the last digits of a phone number, a plate, an invoice number, or a word that was said."];
  if (label) return [`Nothing here${labelled}`, "Look into another view, or at any label."];
  return EMPTY_VIEWS[view];
}

/** How much a search found. */
export function foundWords({ list, label, isFull }) {
  const count = isFull ? `The best ${list.length}` : list.length === 1 ? "1 conversation" : `${list.length} conversations`;
  return `${count} in all views${label ? ` with “${label}”` : ""}`;
}

export const STATUS_NAMES = { waiting: "Waiting for a person", open: "Open", bot: "With the bot", snoozed: "Snoozed", resolved: "Resolved" };

/** What to call a conversation: the client, the number, or which visitor it is. */
export function nameOf({ title, client, phone, id }) {
  if (!client && !phone && (!title || title === "Visitor")) return `Visitor ${String(id ?? "").slice(-4)}`;
  return title || readablePhone(phone);
}

export const CHANNEL_NAMES = { web: "Chat", sms: "Text", email: "E-mail" };

const NOTICE_STATES = { sent: " · sent", delivered: " · delivered", read: " · read", failed: " · not delivered" };

const readableContact = (contact) => (contact.includes("@") ? contact : readablePhone(contact));

/** "Mon, Mar 9, 9:30 AM" in the shop's `zone`. */
export function momentText(at, zone) {
  return new Intl.DateTimeFormat("en-US", { weekday: "short", month: "short", day: "numeric", hour: "numeric", minute: "2-digit", timeZone: zone }).format(new Date(at));
}

const ACTS = {
  taken: (who) => `${who} took the conversation`,
  assigned: (who, { text }) => (text ? `${who} gave it to ${text}` : `${who} assigned it`),
  unassigned: (who) => `${who} put it back for anyone to take`,
  returned_to_bot: (who) => `${who} returned it to the bot`,
  resolved: (who) => `${who} resolved it`,
  reopened: (who) => `${who} reopened it`,
  snoozed: (who, { text, zone }) => (text ? `${who} snoozed it until ${momentText(text, zone)}` : `${who} snoozed it`),
  woken: () => "It came back from snooze",
  rated: (who, { rating: { score, comment } }) => `${who} rated the chat ${score} of 5${comment ? `: “${comment}”` : ""}`,
  left_contact: (who, { text }) => `${who} wants to be told of an answer at ${readableContact(text)}`,
  notified: (who, { text, channel, delivery }) => `A ${channel === "sms" ? "text" : "mail"} to ${readableContact(text)} says that an answer waits${NOTICE_STATES[delivery?.state] ?? ""}`,
  told: (who, { text, channel, delivery }) => `${channel === "sms" ? "Text" : "Mail"}: ${text}${NOTICE_STATES[delivery?.state] ?? ""}`,
  continued: () => "The chat went on in another conversation",
  handed_off: () => "The bot asked for a person",
  labelled: (who, { text }) => `${who} changed labels: ${text}`,
};

/** What a small line of the thread says. */
export function lineText(row) {
  const { act, text, author } = row;
  const who = author?.kind === "bot" ? "The bot" : author?.kind === "system" ? "The system" : author?.name || "The client";
  return ACTS[act]?.(who, row) ?? (text || act?.replaceAll("_", " ") || "");
}

const PROBLEMS = {
  conflict: "Someone was faster: the conversation has changed. Look at it again.",
  not_found: "This conversation is not there any more.",
  forbidden: "You may not do that.",
  rate_limited: "Too much at once. Wait a moment and try again.",
  no_answer: "No answer from the server. Try again when the connection is back.",
};

/** What went wrong, by the refusal's code. */
export function problemText(code) {
  return PROBLEMS[code] ?? "That did not work. Try again.";
}

/** The keys, for the `?` list. */
export const KEYS = [
  ["j", "Next conversation"],
  ["k", "Previous conversation"],
  ["↑ ↓", "Through the list, what was found, and menus"],
  ["Enter", "Open it, or write an answer in the open one"],
  ["r", "Write an answer"],
  ["n", "Write a note instead"],
  ["/", "In an answer: canned replies"],
  ["@", "In a note: call a colleague"],
  ["t", "Take it"],
  ["a", "Assign it"],
  ["l", "Labels"],
  ["h", "Snooze it"],
  ["e", "Resolve it"],
  ["u", "Reopen it, or wake it up"],
  ["b", "Return it to the bot"],
  ["z", "Undo: what was just resolved or snoozed"],
  ["s", "Search (also Ctrl or Cmd and K)"],
  ["g w", "Waiting"],
  ["g m", "Mine"],
  ["g o", "Open"],
  ["g b", "With the bot"],
  ["g z", "Snoozed"],
  ["g r", "Resolved"],
  ["g a", "All"],
  ["Esc", "Leave the field; close the conversation"],
  ["?", "Show this list"],
];
