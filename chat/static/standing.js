/** How it stands, in words: the line, the shop's hours, who waits and for how long. No page here. */
import { soonLabel, timeLabel } from "./dates.js";
import { readablePhone } from "./text.js";

/**
 * What the banner says: `{text, calm}`; an empty text is no banner. `view`: {line, refusal, isOnline (the browser's word),
 * conversation, words, now (of the shop), zone}.
 */
export function bannerOf({ line, refusal, isOnline, ...view }) {
  const { words, conversation } = view;
  if (line === "refused") return { text: refusal === "not_found" ? words.unknown_shop : words.unavailable, calm: false };
  if (!isOnline) return { text: words.offline, calm: false };
  if (line === "lost") return { text: words.reconnecting, calm: false };
  if (line !== "online" || conversation?.status !== "waiting") return { text: "", calm: true };
  return { text: waitingText(view), calm: true };
}

/** What who waits is told: why nobody answers now and from when on, or the place in the line. */
export function waitingText({ words, conversation, now, zone }) {
  const { queue } = conversation;
  if (!queue) return words.waiting_open;
  if (queue.closed) return `${closedText(queue.closed, { words, now, zone })} ${words.waiting_later}`;
  if (!queue.people_online) return words.waiting_away;
  const ahead = queue.position - 1;
  const place = ahead === 0 ? words.waiting_next : ahead === 1 ? words.waiting_one : words.waiting_ahead(ahead);
  return queue.expected ? `${place} ${words.waiting_by(timeLabel(queue.expected, { language: words.locale, zone }))}` : place;
}

/** Why the shop is closed and when it opens. */
export function closedText({ reason, name, opens }, { words, now, zone }) {
  if (reason === "break" && opens) return words.closed_break(timeLabel(opens, { language: words.locale, zone }));
  const why = reason === "holiday" && name ? words.closed_holiday(name) : words.closed_hours;
  return opens ? `${why} ${words.closed_until(soonLabel(opens, { now, language: words.locale, zone }))}` : why;
}

/** The short word in the head. */
export function hoursText(shop, { words, now, zone }) {
  if (shop.open) return words.open;
  if (!shop.next_opening) return words.closed;
  return words.opens(soonLabel(shop.next_opening, { now, language: words.locale, zone }));
}

/** Where somebody who leaves is told of the answer, or null where nobody can be. */
export function reachText(reach, words) {
  if (!reach) return null;
  const to = reach.by === "sms" ? readablePhone(reach.to).replace(" ", "\u00a0").replace("-", "\u2011") : reach.to; // in one piece
  if (reach.own) return words.reach_saved(to);
  return reach.by === "sms" ? words.reach_sms(to) : words.reach_email(to);
}

/** In how many milliseconds the shop opens or closes next; null where that is not known, past, or days away. */
export function untilChange(shop, now) {
  const next = shop?.open ? shop.closes : shop?.next_opening;
  const wait = next ? new Date(next) - now : 0;
  return wait > 0 && wait < 24 * 60 * 60 * 1000 ? wait + 1000 : null;
}
