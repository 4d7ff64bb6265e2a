/**
 * What the phone network makes of a text. The rules are those of `chat/channels/sms_text.py`, and a test holds both
 * to the same answers: plain twins for typographic characters, accents left out where that alone saves a segment.
 */

const GSM = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const GSM_DOUBLE = new Set("^{}\\[~]|€\f"); // take the room of two
const PLAIN = new Map([
  ...["‘’‚‛′´`ʼ", "“”„‟«»″", "‐‑‒–—―−"].flatMap((chars, at) => [...chars].map((char) => [char, "'\"-"[at]])),
  ...[..."\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t"].map((char) => [char, " "]),
  ...[..."\u200b\u200e\u200f\u2060\ufeff\u00ad"].map((char) => [char, ""]),
  ["…", "..."],
  ["•", "-"],
  ["·", "-"],
  ["×", "x"],
]);
export const LONGEST_SMS = 1600;

/**
 * How a text goes out: `{segments, left, size, costly}`: how many parts the network makes of it, how many characters the
 * last one has left, how many characters a part holds, and the first character that makes parts so short (or null).
 */
export function measureSms(text) {
  const sent = withoutCostlyAccents(cut(toPlain(text).trim(), LONGEST_SMS));
  const { length, whole, part } = lengthOf(sent);
  const segments = length <= whole ? 1 : Math.ceil(length / part);
  const left = segments === 1 ? whole - length : segments * part - length;
  return { segments, left, size: segments === 1 ? whole : part, costly: [...sent].find((char) => !isGsm(char)) ?? null };
}

function lengthOf(text) {
  const chars = [...text];
  if (chars.every(isGsm)) return { length: chars.reduce((sum, char) => sum + (GSM_DOUBLE.has(char) ? 2 : 1), 0), whole: 160, part: 153 };
  return { length: text.length, whole: 70, part: 67 };
}

function segmentsOf(text) {
  const { length, whole, part } = lengthOf(text);
  return length <= whole ? 1 : Math.ceil(length / part);
}

function toPlain(text) {
  return [...text].map((char) => PLAIN.get(char) ?? char).join("");
}

function withoutCostlyAccents(text) {
  const bare = [...text].map((char) => (isGsm(char) ? char : withoutAccent(char))).join("");
  return [...bare].every(isGsm) && segmentsOf(bare) < segmentsOf(text) ? bare : text;
}

function withoutAccent(char) {
  const [base] = char.normalize("NFD");
  return isGsm(base) ? base : char;
}

function cut(text, room) {
  const chars = [...text];
  if (chars.length <= room) return text;
  const head = chars.slice(0, room - 3).join("");
  const end = head.trimEnd().search(/\s+\S*$/);
  return `${end > 0 && head.trim().includes(" ") ? head.slice(0, end) : head}...`;
}

function isGsm(char) {
  return GSM.has(char) || GSM_DOUBLE.has(char);
}
