/** The files of a message: pictures at a size that is known before they are here, a PDF by its name and size. */
import { el, icon } from "./dom.js";
import { safeUrl } from "./text.js";

const WIDEST = 260;
const TALLEST = 220;

/** The element for a row's files, or null. `local(key)`: {picture, entry} of a file that is on its way. */
export function attachmentsOf(row, words, local = () => ({})) {
  if (!row.attachments.length) return null;
  return el("ul", { class: "files", "aria-label": words.files }, row.attachments.map((file) => el("li", {}, fileOf(file, row, words, local))));
}

/**
 * Pictures in `list` are shown over the page, by what is fetched with the first. `entries()`: of the thread, as they are
 * then; `zone` as in dates.js. Where that cannot be, and with a key that asks for a tab of its own, the link does what
 * links do.
 */
export function openPictures({ list, entries, language = () => "en", zone }) {
  list.addEventListener("click", async (event) => {
    const link = event.target.closest("a.picture");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    try {
      const { showPicture } = await import("./lightbox.js");
      await showPicture({ list, link, entries: entries(), language: language(), zone });
    } catch {
      window.open(link.href, "_blank", "noopener"); // no line
    }
  });
}

/** What is read out of a message: its words, or else what its files are called. */
export function spokenText({ text, attachments = [] }, words) {
  return text || attachments.map(({ name }) => words.file_named(name)).join(", ");
}

function fileOf(file, row, words, local) {
  if (file.key && !file.url) return onItsWay(file, row, words, local(file.key));
  const url = file.url && safeUrl(file.url, location.href);
  if (!url) return chip(file, file.state === "failed" ? words.file_not_fetched : words.file_coming, words);
  const thumbnail = file.thumbnail && safeUrl(file.thumbnail, location.href);
  return thumbnail ? picture(file, url, thumbnail, words) : link(file, url, words);
}

function picture(file, url, thumbnail, words) {
  const image = el("img", { src: thumbnail, ...boxOf(file), alt: words.picture(file.name), loading: "lazy", decoding: "async" });
  const anchor = el("a", { class: "picture", href: url, target: "_blank", rel: "noopener", "data-file": file.id }, image);
  image.addEventListener("error", () => anchor.replaceWith(link(file, url, words)), { once: true });
  return anchor;
}

function link(file, url, words) {
  const saved = file.type === "application/pdf" ? { download: file.name } : { target: "_blank" };
  return el("a", { class: "file-chip", href: url, rel: "noopener", ...saved }, ...insides(file, sizeText(file.size), words));
}

function chip(file, said, words) {
  return el("span", { class: "file-chip" }, ...insides(file, said, words));
}

function insides(file, said, words) {
  const kind = file.type === "application/pdf" ? "PDF" : null;
  return [
    el("span", { class: "file-kind", "aria-hidden": "true" }, kind ?? icon("clip", 18)),
    el("span", { class: "file-text" }, el("span", { class: "file-name", text: file.name || words.attachment }), " ", el("span", { class: "file-size", text: said })),
  ];
}

function onItsWay(file, row, words, { picture: url, entry }) {
  const shown = url ? el("span", { class: "picture" }, el("img", { src: url, ...boxOf(file), alt: words.picture_here(file.name) })) : chip(file, sizeText(file.size), words);
  const bar = !file.id && row.state !== "failed" ? progressOf(file, entry, words) : null;
  return el("div", { class: "unsent-file" }, shown, bar);
}

/** The size that a picture is shown at, so that nothing moves when it comes. */
function boxOf({ width = 4, height = 3 }) {
  const scale = Math.min(WIDEST / width, TALLEST / height, width > 40 ? 1 : Infinity);
  return { width: Math.max(24, Math.round(width * scale)), height: Math.max(24, Math.round(height * scale)) };
}

/** Bytes as people read them. */
export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** How far a file is; brought up to date in place by `showProgress`. */
export function progressOf(file, entry, words) {
  return el("progress", { class: "file-progress", max: 1, value: entry?.progress ?? 0, "data-key": file.key, "aria-label": words.uploading(file.name) });
}

/** Move the bars of a file, wherever they are. */
export function showProgress(key, progress) {
  for (const bar of document.querySelectorAll(`progress[data-key="${key}"]`)) bar.value = progress;
}
