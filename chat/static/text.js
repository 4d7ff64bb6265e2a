/** Text into pieces that can be shown: plain text and web addresses. Never markup. */

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+/gi;
const TRAILING = /[.,;:!?)\]]+$/;

/** The pieces of a text in order: `{text}` or `{text, url}`. */
export function pieces(text) {
  const found = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const url = match[0].replace(TRAILING, "");
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: url, url });
    end = match.index + url.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** The address if a page may link to it (http, https, tel, mailto), else null. */
export function safeUrl(url, base = "https://invalid.example/") {
  try {
    const parsed = new URL(url, base);
    return ["http:", "https:", "tel:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A phone number as people write it: +15125550142 → (512) 555-0142; others stay as they are. */
export function readablePhone(phone) {
  const match = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone ?? "");
  return match ? `(${match[1]}) ${match[2]}-${match[3]}` : (phone ?? "");
}

/** One or two letters for a name; what holds a digit is a number and no name ("Visitor 8b20"). */
export function initials(name) {
  const parts = (name ?? "").replace(/[^\p{L}\p{N}\s]/gu, "").split(/\s+/).filter((part) => part && !/\p{N}/u.test(part));
  const letters = parts.length > 1 ? parts[0][0] + parts.at(-1)[0] : (parts[0] ?? "?").slice(0, 1);
  return letters.toUpperCase();
}
