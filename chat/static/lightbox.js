/** One picture at a time over the page, with the arrow keys or a swipe to its neighbours in the thread. */
import { el, icon, loadStyle } from "./dom.js";
import { LIGHTBOX_WORDS } from "./lightbox-words.js";
import { focusAgain, picturesOf } from "./pictures.js";
import { safeUrl } from "./text.js";

const SWIPE = 48; // pixels
const STEPS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

let opening = null;

/** Show what `link` in `list` leads to, among the pictures of these entries. Raises where the style does not come. */
export async function showPicture({ list, link, entries, language, zone }) {
  opening ??= loadStyle("lightbox.css").then(() => new Lightbox());
  const box = await opening.catch((error) => {
    opening = null; // the next click tries again
    throw error;
  });
  box.show({ pictures: picturesOf(entries), id: link.dataset.file, language, zone, onclose: () => focusAgain(list, link) });
}

class Lightbox {
  #pictures = [];
  #at = 0;
  #onclose = () => {};
  #touchedAt = null;

  constructor() {
    this.image = el("img", { class: "lightbox-picture", on: { error: () => this.#isBroken(true), load: () => this.#isBroken(false) } });
    this.broken = el("p", { class: "lightbox-broken", role: "status" });
    this.name = el("span", { class: "lightbox-name" });
    this.from = el("span", { class: "lightbox-from" });
    this.count = el("span", { class: "lightbox-count" });
    this.whole = el("a", { class: "lightbox-button", target: "_blank", rel: "noopener" }, icon("out", 22));
    this.save = el("a", { class: "lightbox-button" }, icon("save", 22));
    this.leave = el("button", { class: "lightbox-button", type: "button", autofocus: true, on: { click: () => this.dialog.close() } }, icon("close", 22));
    this.before = this.#arrow("is-before", "back", -1);
    this.after = this.#arrow("is-after", "fold", 1);
    const told = el("p", { class: "lightbox-told", role: "status" }, this.count, el("span", { class: "lightbox-what" }, this.name, this.from));
    this.stage = el("div", { class: "lightbox-stage" }, this.image, this.broken, this.before, this.after);
    this.dialog = el("dialog", { class: "lightbox", tabindex: -1 }, el("div", { class: "lightbox-bar" }, told, this.whole, this.save, this.leave), this.stage);
    this.#wire();
    document.body.append(this.dialog);
  }

  /** Show the picture with this `id`; `onclose()` once it is left. */
  show({ pictures, id, language, zone, onclose }) {
    this.#pictures = pictures;
    this.#onclose = onclose;
    this.zone = zone;
    this.words = LIGHTBOX_WORDS[language];
    for (const [name, element] of Object.entries({ whole: this.whole, save: this.save, leave: this.leave, before: this.before, after: this.after })) {
      element.setAttribute("aria-label", this.words[name]);
      element.title = this.words[name];
    }
    this.dialog.setAttribute("aria-label", this.words.title);
    this.#go(Math.max(0, pictures.findIndex((one) => one.id === id)));
    if (!this.dialog.open) this.dialog.showModal();
  }

  #arrow(side, shape, by) {
    return el("button", { class: `lightbox-button lightbox-arrow ${side}`, type: "button", on: { click: () => this.#step(by) } }, icon(shape, 26));
  }

  #step(by) {
    this.#go(Math.min(this.#pictures.length - 1, Math.max(0, this.#at + by)));
  }

  #go(at) {
    const picture = this.#pictures[at];
    const url = safeUrl(picture.url, location.href);
    const { words } = this;
    this.#at = at;
    this.broken.textContent = "";
    this.image.hidden = false;
    this.image.src = url;
    this.image.alt = words.picture(picture.name);
    this.count.textContent = this.#pictures.length > 1 ? words.count(at + 1, this.#pictures.length) : "";
    this.name.textContent = picture.name;
    this.from.textContent = words.from(picture.by, new Date(picture.at), this.zone);
    this.whole.href = this.save.href = url;
    this.save.download = picture.name;
    this.#showArrows();
  }

  /** An arrow that leads nowhere stays where it is: the focus may be on it. */
  #showArrows() {
    const last = this.#pictures.length - 1;
    this.before.hidden = this.after.hidden = last < 1;
    this.before.setAttribute("aria-disabled", String(this.#at === 0));
    this.after.setAttribute("aria-disabled", String(this.#at === last));
  }

  #isBroken(isBroken) {
    this.image.hidden = isBroken;
    this.broken.textContent = isBroken ? this.words.broken : "";
  }

  #wire() {
    const { dialog, stage } = this;
    dialog.addEventListener("keydown", (event) => this.#onKey(event));
    dialog.addEventListener("close", () => this.#onclose());
    stage.addEventListener("click", ({ target }) => target === stage && dialog.close());
    stage.addEventListener("touchstart", ({ touches }) => (this.#touchedAt = touches.length === 1 ? touches[0].clientX : null), { passive: true });
    stage.addEventListener("touchend", ({ changedTouches }) => this.#onSwipe(changedTouches[0].clientX), { passive: true });
  }

  #onKey(event) {
    event.stopPropagation(); // the page's own keys mean something else; Escape closes this, and not the chat
    const by = STEPS[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#step(by);
  }

  /** A picture that was drawn larger is moved about by the same finger. */
  #onSwipe(x) {
    const by = this.#touchedAt === null || (window.visualViewport?.scale ?? 1) > 1 ? 0 : this.#touchedAt - x;
    if (Math.abs(by) > SWIPE) this.#step(Math.sign(by));
    this.#touchedAt = null;
  }
}
