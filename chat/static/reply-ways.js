/** The ways to a client: by which an answer goes, and what stands against it. No page here. */
import { readablePhone } from "./text.js";

const NAMES = { web: "Chat", sms: "Text", email: "E-mail" };

/** The way an answer goes unless one chooses: as the client wrote last, if that is open; else what can reach them. */
export function usualWay(channels, lastChannel) {
  const last = channels.find(({ channel }) => channel === lastChannel);
  return (last ?? channels[0])?.channel ?? lastChannel ?? "web";
}

/** What a way is called, with where it leads: "Text (512) 555-0101". */
export function wayName({ channel, to }) {
  return [NAMES[channel] ?? channel, channel === "sms" ? readablePhone(to) : to].filter(Boolean).join(" ");
}

/** Why nothing can be sent this way, in words, or null. */
export function wayProblem(channels, channel) {
  const way = channels.find((one) => one.channel === channel);
  if (!way?.stopped) return null;
  const others = channels.filter((one) => one.channel !== channel && !one.stopped).map((one) => NAMES[one.channel].toLowerCase());
  return `They texted STOP: no text reaches them until they text START.${others.length ? ` Choose ${others.join(" or ")} instead.` : ""}`;
}

/** What the counter says: "2 texts, 31 characters left", and why a text holds so few. */
export function smsNote({ segments, left, costly }) {
  const parts = segments === 1 ? "1 text" : `${segments} texts`;
  return `${parts} · ${left} left${costly ? ` · “${costly}” makes texts short` : ""}`;
}
