/** The rating on the page: five stars as radio buttons, then a field for a word. */
import { el, icon } from "./dom.js";

export class RatingView {
  /** `form`: where it is built; `rating`: see rating.js; `words`. */
  constructor({ form, rating, words }) {
    Object.assign(this, { form, rating, words });
    this.comment = el("textarea", { id: "rate-comment", rows: 2, maxlength: 1000 });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (rating.score !== null) rating.say(this.comment.value);
    });
  }

  /** The words have changed. */
  speak() {
    if (this.stars) this.#build();
  }

  #build() {
    const { words, rating } = this;
    this.stars = el("div", { class: "stars" }, words.rate_scale.map((word, at) => this.#star(at + 1, word)));
    this.note = el("p", { class: "note", role: "status" });
    this.more = el("div", { class: "more" }, el("label", { for: "rate-comment", text: words.rate_comment }), this.comment, el("button", { type: "submit", class: "press", text: words.rate_send }));
    const later = el("button", { type: "button", class: "plain", text: words.rate_later, on: { click: () => rating.leave() } });
    this.later = later;
    const scale = el("fieldset", {}, el("legend", { text: words.rate_title }), this.stars);
    this.form.replaceChildren(el("div", { class: "top" }, scale, later), this.more, this.note);
  }

  /** Bring the page to where the rating is. */
  render(isAsked) {
    const { form, rating, words } = this;
    const { score, state } = rating;
    form.hidden = !isAsked;
    if (!isAsked) return this.#clear(score);
    if (!this.stars) this.#build();
    this.stars.dataset.score = score ?? 0;
    for (const input of this.stars.querySelectorAll("input")) input.checked = Number(input.value) === score;
    this.later.textContent = state === "done" || state === "saved" ? words.close_panel : words.rate_later;
    this.more.hidden = score === null || state === "done";
    const said = { saved: words.rate_saved, done: words.rate_thanks, failed: words.not_done }[state] ?? "";
    if (this.note.textContent !== said) this.note.textContent = said;
    this.note.classList.toggle("bad", state === "failed");
  }

  #clear(score) {
    this.stars = null;
    this.form.replaceChildren();
    if (score === null) this.comment.value = "";
  }

  #star(score, word) {
    const choose = (event) => this.rating.choose(score, { atOnce: event.detail > 0 });
    const input = el("input", { type: "radio", name: "score", value: score, class: "visually-hidden", on: { click: choose } });
    return el("label", { title: word }, input, icon("star", 30), el("span", { class: "visually-hidden", text: this.words.rate_score(score, word) }));
  }
}
