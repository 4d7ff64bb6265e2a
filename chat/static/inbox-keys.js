/** The inbox by keyboard. Single keys can be switched off; they never act while one writes. */

const SWITCH = "pitline:inbox-keys-off";

/** What a key press means: the name of a command, or null. `isOn`: whether single keys count. */
export function commandFor({ key, ctrlKey, metaKey, altKey, isWriting, isOnControl }, isOn = true) {
  if (key === "Escape") return "leave";
  if (isWriting || ctrlKey || metaKey || altKey || !isOn) return null;
  if (key === "Enter") return isOnControl ? null : "enter";
  return { j: "next", k: "previous", t: "take", b: "return_to_bot", r: "resolve", n: "note", "?": "help" }[key] ?? null;
}

export class Keys {
  /** `commands`: {name: handler}; `storage` keeps whether single keys are on. */
  constructor({ commands, storage }) {
    this.commands = commands;
    this.storage = storage;
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
    const isWriting = target instanceof Element && target.matches("textarea, input:not([type=checkbox]), select, [contenteditable]");
    const isOnControl = target instanceof Element && target.closest("button, a, summary, input") !== null;
    const command = commandFor({ key, ctrlKey, metaKey, altKey, isWriting, isOnControl }, this.on);
    if (!command) return;
    if (this.commands[command]?.(event) !== false) event.preventDefault();
  }
}
