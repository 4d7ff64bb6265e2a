/** The pictures of a thread, and where one was among them. Loaded with lightbox.js. */

/** The pictures among these entries, in order: {id, url, name, by, at}. */
export function picturesOf(entries) {
  return entries.flatMap(({ author, at, attachments = [] }) =>
    attachments.filter(({ url, thumbnail }) => url && thumbnail).map(({ id, url, name }) => ({ id, url, name, by: author.name, at })),
  );
}

/** The row may have been made anew meanwhile, or have gone. */
export function focusAgain(list, link) {
  const same = link.isConnected ? link : list.querySelector(`a.picture[data-file="${CSS.escape(link.dataset.file)}"]`);
  (same ?? list.closest("[tabindex]"))?.focus({ preventScroll: true });
}
