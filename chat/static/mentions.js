/** Colleagues called by name in a note: who fits what is being typed, who was called, where in a text. No page here. */

const MOST = 8;

/** The people whose name fits what was typed after `@`: by the beginning of any of their names, the first one first. */
export function findPeople(query, people) {
  const wanted = plain(query);
  const ranked = people
    .map((person) => ({ person, rank: rankOf(plain(person.name), wanted) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank || a.person.name.localeCompare(b.person.name));
  return ranked.slice(0, MOST).map(({ person }) => person);
}

function rankOf(name, wanted) {
  if (name.startsWith(wanted)) return 0;
  return name.split(" ").some((part) => part.startsWith(wanted)) ? 1 : 3;
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** A text in pieces: `{text}` or `{text, person}` where `@Name` of one of the people stands. The longest name wins. */
export function mentionPieces(text, people) {
  const byLength = people.toSorted((a, b) => b.name.length - a.name.length);
  const found = [];
  let end = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const person = at < end || isInWord(text, at) ? undefined : byLength.find(({ name }) => isNamedAt(text, at, name));
    if (!person) continue;
    if (at > end) found.push({ text: text.slice(end, at) });
    end = at + 1 + person.name.length;
    found.push({ text: text.slice(at, end), person });
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

function isInWord(text, at) {
  return at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1]);
}

function isNamedAt(text, at, name) {
  const end = at + 1 + name.length;
  return text.slice(at + 1, end) === name && !/[\p{L}\p{N}]/u.test(text[end] ?? "");
}

/** The ids of those who are called in a note, each once, in order. */
export function mentionedIn(text, people) {
  return [...new Set(mentionPieces(text, people).filter(({ person }) => person).map(({ person }) => person.id))];
}
