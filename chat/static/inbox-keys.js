/** The inbox by keyboard. Single keys can be switched off; they never act while one writes. */

const SWITCH = "pitline:inbox-keys-off";
const CHORD_FOR = 1500; // ms: how long `g` waits for the letter of a view

const COMMANDS = {
  j: "next",
  k: "previous",
  t: "take",
  a: "assign",
  l: "labels",
  h: "snooze",
  e: "resolve",
  u: "reopen",
  b: "return_to_bot",
  n: "note",
  r: "reply",
  s: "search",
  z: "undo",
  "?": "help",
};
const VIEWS = { w: "waiting", m: "mine", o: "open", b: "bot", z: "snoozed", r: "resolved", a: "all" };

/**
 * What a key press means: the name of a command (`view:mine` after `g`), "chord" for `g`, or null.
 * `isOn`: whether single keys count; `inChord`: whether `g` was pressed just before.
 */
export function commandFor({ key, ctrlKey, metaKey, altKey, isWriting, isOnControl }, isOn = true, inChord = false) {
  if (key === "Escape") return "leave";
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === "k") return "search";
  if (isWriting || ctrlKey || metaKey || altKey || !isOn) return null;
  if (inChord) return VIEWS[key] ? `view:${VIEWS[key]}` : null;
  if (key === "g") return "chord";
  if (key === "Enter") return isOnControl ? null : "enter";
  return COMMANDS[key] ?? null;
}

export class Keys {
  #chordUntil = 0;

  /** `commands`: {name: handler}, and `view(name)`; `storage` keeps whether single keys are on. */
  constructor({ commands, storage, now = Date.now }) {
    this.commands = commands;
    this.storage = storage;
    this.now = now;
    addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Whether single keys count. */
  get on() {
    return this.storage.getItem(SWITCH) === null;
  }

  set on(on) {
    if (on) this.storage.removeItem(SWITCH);
    else this.storage.setItem(SWITCH, "1");
  }

  #onKey(event) {
    if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (key === "Shift") return;
    const isWriting = target instanceof Element && target.matches("textarea, input:not([type=checkbox]), select, [contenteditable]");
    const isOnControl = target instanceof Element && target.closest("button, a, summary, input") !== null;
    if (key !== "Escape" && target instanceof Element && target.closest(".menu") && !(ctrlKey || metaKey)) return; // letters choose there
    const inChord = this.now() < this.#chordUntil;
    this.#chordUntil = 0;
    const command = commandFor({ key, ctrlKey, metaKey, altKey, isWriting, isOnControl }, this.on, inChord);
    if (command === "chord") this.#chordUntil = this.now() + CHORD_FOR;
    else if (command?.startsWith("view:")) this.commands.view(command.slice(5));
    else if (!command || this.commands[command]?.(event) === false) return;
    event.preventDefault();
  }
}
