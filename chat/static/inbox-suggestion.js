/** The bot's draft above the composer: to be sent as it is, edited, or put away. */
import { el, icon } from "./dom.js";
import { pieces } from "./text.js";

const find = (id) => document.getElementById(id);

export class SuggestionView {
  #shown = null;

  /** `onedit(draft)` puts it into the field; `onsend()` after it was sent. */
  constructor({ talk, onedit, onsend }) {
    Object.assign(this, { talk });
    find("suggestion-send").addEventListener("click", () => {
      this.#send();
      onsend();
      find("thread-scroll").focus({ preventScroll: true }); // the button that had it is gone
    });
    find("suggestion-edit").addEventListener("click", () => {
      const draft = this.#shown;
      talk.dismissSuggestion();
      if (draft) onedit(draft);
    });
    find("suggestion-dismiss").addEventListener("click", () => {
      talk.dismissSuggestion();
      find("text").focus();
    });
  }

  /** Show the draft of the open conversation, or none. */
  render() {
    const draft = this.talk.suggestion;
    if (draft === this.#shown) return;
    this.#shown = draft;
    find("suggestion").hidden = !draft;
    if (!draft) return;
    find("suggestion-text").replaceChildren(...pieces(draft.text).map(({ text }) => text));
    const links = draft.links.map(({ title }) => el("span", { class: "along" }, icon("out", 13), title));
    const buttons = draft.buttons.map(({ title }) => el("span", { class: "along is-button", text: title }));
    find("suggestion-extras").hidden = links.length + buttons.length === 0;
    find("suggestion-extras").replaceChildren(...links, ...buttons);
  }

  #send() {
    const draft = this.#shown;
    if (draft) this.talk.write({ text: draft.text, suggestion: draft.seq });
  }
}
