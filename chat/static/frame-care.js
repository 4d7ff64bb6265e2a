/** What the frame offers around the thread: a way to be reached, the rating, the mail of the chat. Loaded when needed. */
import { AskForm } from "./ask-form.js";
import { CARE_WORDS } from "./care-words.js";
import { Rating } from "./rating.js";
import { RatingView } from "./rating-view.js";
import { reachText } from "./standing.js";

const NOTE_FADES = 10_000;

export class Care {
  #fading = null;
  #line = null;

  /** `find(id)`: the page's elements; `chat`; `words`; `languageNow()`: in which the mail is written. */
  constructor({ find, chat, words, languageNow, onchange }) {
    Object.assign(this, { find, chat, words, languageNow, onchange });
    Object.assign(words, CARE_WORDS[languageNow()]);
    this.rating = new Rating({ rate: (score, comment) => chat.rate(score, comment) });
    this.rating.onchange = onchange;
    this.stars = new RatingView({ form: find("rating"), rating: this.rating, words });
    this.reach = new AskForm({
      form: find("reach"),
      field: { id: "reach-contact", type: "text", autocomplete: "tel", maxlength: 200 },
      texts: () => ({ label: words.reach_label, hint: words.reach_hint, send: words.reach_save, cancel: words.cancel }),
      onsend: (contact) => chat.leaveContact(contact),
      problem: (refusal) => this.#problem(refusal, words.reach_wrong),
      ondone: () => this.#closeReach(),
      oncancel: () => this.#closeReach(),
    });
    this.transcript = new AskForm({
      form: find("transcript"),
      field: { id: "transcript-email", type: "email", autocomplete: "email", maxlength: 200 },
      texts: () => ({ label: words.transcript_email, send: words.transcript_send, cancel: words.cancel }),
      onsend: (email) => chat.mailTranscript({ email, language: languageNow() }),
      problem: (refusal) => this.#problem(refusal, words.transcript_wrong),
      ondone: ({ email }) => this.#sent(email),
      oncancel: () => this.#closeTranscript(),
    });
    find("reach-open").addEventListener("click", () => {
      this.reach.show(true);
      this.render();
    });
  }

  /** The words have changed. */
  speak() {
    Object.assign(this.words, CARE_WORDS[this.languageNow()]);
    for (const part of [this.stars, this.reach, this.transcript]) part.speak();
  }

  /** Bring the page to where the chat is. */
  render() {
    const { find, chat, words } = this;
    const { conversation } = chat;
    const waits = chat.line === "online" && conversation?.status === "waiting";
    const told = waits ? reachText(conversation.reach, words) : null;
    const mayLeave = waits && !chat.client && find("reach").hidden;
    find("reach-told").hidden = !told || !find("reach").hidden;
    find("reach-told").textContent = told ?? "";
    find("reach-open").hidden = !mayLeave;
    find("reach-open").textContent = conversation?.reach ? words.reach_change : words.reach_open;
    if (!waits) find("reach").hidden = true;
    this.stars.render(this.rating.isAsked(conversation, chat.log.last));
    const isBack = chat.line === "online" && this.#line !== "online";
    this.#line = chat.line;
    if (isBack) this.rating.retry();
  }

  /** Ask for the mail: at once where an address is on file, else where to send it. */
  async openTranscript() {
    this.#note("");
    if (!this.chat.client) return this.transcript.show(true);
    try {
      const { email } = await this.chat.mailTranscript({ language: this.languageNow() });
      return this.#sent(email);
    } catch (refusal) {
      if (refusal.code === "bad_request") return this.transcript.show(true);
      return this.#note(this.#problem(refusal, this.words.not_done), true);
    }
  }

  /** Esc: whether a form was open, and is not any more. */
  escape() {
    if (!this.find("transcript").hidden) this.#closeTranscript();
    else if (!this.find("reach").hidden) this.#closeReach();
    else return false;
    return true;
  }

  #sent(email) {
    this.#closeTranscript();
    this.#note(this.words.transcript_sent(email));
  }

  #closeTranscript() {
    this.transcript.show(false);
    this.find("menu-open").focus();
  }

  #closeReach() {
    this.reach.show(false);
    this.render();
    this.find("reach-open").focus();
  }

  #note(text, isBad = false) {
    clearTimeout(this.#fading);
    if (text && !isBad) this.#fading = setTimeout(() => this.#note(""), NOTE_FADES);
    this.find("care-note").textContent = text;
    this.find("care-note").classList.toggle("bad", isBad);
  }

  #problem({ code }, wrong) {
    const { words } = this;
    return { bad_request: wrong, conflict: words.transcript_empty, rate_limited: words.often }[code] ?? words.not_done;
  }
}
