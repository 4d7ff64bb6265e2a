/** Days and times as people read them. `zone` is an IANA name; undefined is the reader's own. */

const DAY = 24 * 60 * 60 * 1000;
const formats = new Map(); // making one costs a hundred times what using it costs, and a long thread asks thousands of times

function formatOf(language, shape) {
  const key = `${language}|${Object.entries(shape)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language, shape));
  return formats.get(key);
}

/** A key that is the same for two moments of one day in `zone`: "2026-03-11". */
export function dayKey(at, zone) {
  return formatOf("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(at));
}

/** "Today", "Yesterday", "Monday, March 9", with the year when it is another one. */
export function dayLabel(at, { now, words, language, zone }) {
  const key = dayKey(at, zone);
  if (key === dayKey(now, zone)) return words.today;
  if (key === dayKey(now - DAY, zone)) return words.yesterday;
  const sameYear = key.slice(0, 4) === dayKey(now, zone).slice(0, 4);
  const shape = { timeZone: zone, weekday: "long", month: "long", day: "numeric", ...(sameYear ? {} : { year: "numeric" }) };
  return capitalized(formatOf(language, shape).format(new Date(at)));
}

/** "9:05 AM". */
export function timeLabel(at, { language, zone } = {}) {
  return formatOf(language, { timeZone: zone, hour: "numeric", minute: "2-digit" }).format(new Date(at));
}

/** "Tue 8:00 AM": a moment within the next days; with the date when it is more than six days away. */
export function soonLabel(at, { now, language, zone }) {
  const far = new Date(at) - now > 6 * DAY;
  const day = far ? { month: "short", day: "numeric" } : { weekday: "short" };
  return formatOf(language, { timeZone: zone, ...day, hour: "numeric", minute: "2-digit" }).format(new Date(at));
}

/** For a list: "now", "4m", "2h", "Mon", "Mar 9", "3/9/25". */
export function agoLabel(at, { now, language, zone }) {
  const passed = now - new Date(at);
  if (passed < 60_000) return "now";
  if (passed < 60 * 60_000) return `${Math.floor(passed / 60_000)}m`;
  if (passed < DAY) return `${Math.floor(passed / (60 * 60_000))}h`;
  if (passed < 6 * DAY) return formatOf(language, { timeZone: zone, weekday: "short" }).format(new Date(at));
  const year = dayKey(at, zone).slice(0, 4) === dayKey(now, zone).slice(0, 4) ? {} : { year: "2-digit" };
  return formatOf(language, { timeZone: zone, month: "short", day: "numeric", ...year }).format(new Date(at));
}

function capitalized(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
