/** A dot on the page's icon in the browser's tab, while something waits to be read. */

const DOTTED =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0e5f66"/><circle cx="23" cy="9" r="9" fill="#f0a020" stroke="#fff" stroke-width="2"/></svg>',
  );

/** Show the dot, or the icon as the page came with it. */
export function markIcon(link, isMarked) {
  link.dataset.plain ??= link.href;
  const href = isMarked ? DOTTED : link.dataset.plain;
  if (link.href !== href) link.href = href;
}
