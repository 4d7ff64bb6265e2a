/** When a snoozed conversation may come back, in the shop's zone and at its opening times. */
import { timeLabel } from "./dates.js";

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MORNING = "08:00"; // where the shop tells no hours
const AFTERNOON = "13:00";
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** The wall clock of a moment in `zone`: {year, month, day, hour, minute}. */
export function wallClock(at, zone) {
  const shape = { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" };
  const parts = new Intl.DateTimeFormat("en-US", shape).formatToParts(new Date(at));
  return Object.fromEntries(parts.filter(({ type }) => type !== "literal").map(({ type, value }) => [type, Number(value)]));
}

/** The moment (ms) at which the wall clock of `zone` shows this day and time ("HH:MM"); in a gap of spring the one after it. */
export function momentOf({ year, month, day }, time, zone) {
  const [hour, minute] = time.split(":").map(Number);
  const wanted = Date.UTC(year, month - 1, day, hour, minute);
  let at = wanted;
  for (let turn = 0; turn < 3; turn += 1) {
    const shown = wallClock(at, zone);
    const off = Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute) - wanted;
    if (off === 0) return at;
    at -= off;
  }
  return at;
}

/** The day that comes `count` days after the one that the wall clock shows. */
function dayAfter({ year, month, day }, count) {
  const at = new Date(Date.UTC(year, month - 1, day + count));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), weekday: DAYS[at.getUTCDay()] };
}

/** The first opening on that day or one after it. `hours`: {mon: [["07:30", "12:00"]]}. */
function opening(today, from, hours, zone) {
  const closedAll = !Object.values(hours ?? {}).some((spans) => spans.length);
  for (let count = from; count < from + 7; count += 1) {
    const day = dayAfter(today, count);
    const spans = hours?.[day.weekday] ?? [];
    if (spans.length || closedAll) return momentOf(day, spans[0]?.[0] ?? MORNING, zone);
  }
  return momentOf(dayAfter(today, from), MORNING, zone);
}

/** What is offered now, the soonest first: [{key, text, at}] with `at` in ms. */
export function snoozeChoices(now, zone, hours) {
  const today = wallClock(now, zone);
  const afternoon = momentOf(today, AFTERNOON, zone);
  const next = opening(today, 1, hours, zone);
  const weekday = DAYS.indexOf(dayAfter(today, 0).weekday);
  const toMonday = ((8 - weekday) % 7) || 7;
  const choices = [
    { key: "soon", text: "In 2 hours", at: now + 2 * HOUR },
    afternoon - now > HOUR && { key: "afternoon", text: "This afternoon", at: afternoon },
    { key: "tomorrow", text: next - momentOf(dayAfter(today, 1), "00:00", zone) < DAY ? "Tomorrow, when we open" : "When we open next", at: next },
    { key: "monday", text: "Next Monday", at: opening(today, toMonday, hours, zone) },
  ].filter(Boolean);
  const unlike = choices.filter(({ at }, index) => choices.findIndex((one) => one.at === at) === index);
  return unlike.sort((a, b) => a.at - b.at);
}

/** "Today, 1:00 PM", "Tomorrow, 7:30 AM", "Mon, Nov 30, 7:30 AM". */
export function saidOf(at, now, zone) {
  const today = wallClock(now, zone);
  const day = wallClock(at, zone);
  const away = Math.round((Date.UTC(day.year, day.month - 1, day.day) - Date.UTC(today.year, today.month - 1, today.day)) / DAY);
  const named = ["Today", "Tomorrow"][away] ?? new Intl.DateTimeFormat("en-US", { timeZone: zone, weekday: "short", month: "short", day: "numeric" }).format(at);
  return `${named}, ${timeLabel(at, { language: "en-US", zone })}`;
}

/** What a `datetime-local` field says, as a moment in `zone`; NaN where it says nothing. */
export function parseLocal(value, zone) {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(value ?? "");
  if (!found) return Number.NaN;
  return momentOf({ year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) }, found[4], zone);
}

/** A moment as a `datetime-local` field wants it, in `zone`. */
export function localValue(at, zone) {
  const { year, month, day, hour, minute } = wallClock(at, zone);
  const two = (number) => String(number).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`;
}
