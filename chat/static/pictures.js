/** The pictures of a thread, shown over the page by a click or Enter. What shows them is fetched with the first. */

/** The pictures among these entries, in order: {id, url, name, by, at}. */
export function picturesOf(entries) {
  return entries.flatMap(({ author, at, attachments = [] }) =>
    attachments.filter(({ url, thumbnail }) => url && thumbnail).map(({ id, url, name }) => ({ id, url, name, by: author.name, at })),
  );
}

/**
 * Show the pictures in `list` over the page. `entries()`: of the thread, as they are then; `language()`: in which it
 * speaks. Where that cannot be, and with a key that asks for a tab of its own, the link does what links do.
 */
export function openPictures({ list, entries, language = () => "en" }) {
  let loading = null;
  list.addEventListener("click", async (event) => {
    const { ctrlKey, metaKey, shiftKey, altKey, target } = event;
    const link = target instanceof Element ? target.closest("a.picture") : null;
    if (!link || ctrlKey || metaKey || shiftKey || altKey) return;
    event.preventDefault();
    try {
      loading ??= import("./lightbox.js").then(({ openLightbox }) => openLightbox());
      const box = await loading;
      box.show({ pictures: picturesOf(entries()), id: link.dataset.file, language: language(), onclose: () => focusAgain(list, link) });
    } catch {
      loading = null; // no line: the next click tries again
      window.open(link.href, "_blank", "noopener");
    }
  });
}

/** The row may have been made anew meanwhile, or have gone. */
function focusAgain(list, link) {
  const same = link.isConnected ? link : list.querySelector(`a.picture[data-file="${CSS.escape(link.dataset.file)}"]`);
  (same ?? list.closest("[tabindex]"))?.focus({ preventScroll: true });
}
