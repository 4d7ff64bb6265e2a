/** What the field offers while one writes: canned replies after `/`, colleagues after `@` in a note. No page here. */

const MOST = 8;
const CANNED = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u;
const MENTION = /(?:^|[\s(])@([\p{L}\p{N}.'-]*(?: [\p{L}\p{N}.'-]*)?)$/u;

/**
 * What is being called where the cursor stands: `{kind: "canned"|"mention", from, query}`, or null. `from` is where its
 * sign stands. A slash counts at the beginning or after a space: "1/2" and addresses call nothing.
 */
export function findTrigger(text, caret, isNote) {
  const before = text.slice(0, caret);
  const called = CANNED.exec(before);
  if (called) return { kind: "canned", from: caret - called[1].length - 1, query: called[1] };
  const named = isNote ? MENTION.exec(before) : null;
  return named ? { kind: "mention", from: caret - named[1].length - 1, query: named[1] } : null;
}

/** The canned replies that fit: by shortcut first, then by the words of the title, then by what they say. */
export function findReplies(query, replies) {
  const wanted = query.toLowerCase();
  const ranked = replies
    .map((reply) => ({ reply, rank: rankOf(reply, wanted) }))
    .filter(({ rank }) => rank < 5)
    .sort((a, b) => a.rank - b.rank || a.reply.shortcut.localeCompare(b.reply.shortcut));
  return ranked.slice(0, MOST).map(({ reply }) => reply);
}

function rankOf({ shortcut, title, text }, wanted) {
  if (shortcut === wanted) return 0;
  if (shortcut.startsWith(wanted)) return 1;
  if (title.toLowerCase().split(/\s+/).some((word) => word.startsWith(wanted))) return 2;
  if (shortcut.includes(wanted)) return 3;
  return text.toLowerCase().includes(wanted) ? 4 : 5;
}

/** The text with what was called replaced: `{text, caret}`. A space follows what was put in, where none is. */
export function withPicked(text, { from, query }, insert) {
  const after = text.slice(from + 1 + query.length);
  const space = /^\s/.test(after) || insert.endsWith("\n") ? "" : " ";
  return { text: text.slice(0, from) + insert + space + after, caret: from + insert.length + 1 };
}
