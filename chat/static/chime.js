/** A short sound for a new message of a client that is mine or waits; off and on, remembered in this browser. */

const OFF = "pitline:sound-off";
const EVERY = 1500;
const NOTES = [
  [660, 0],
  [880, 0.09],
];

/** Whether a new message is to be heard: a client's, in a conversation that waits for a person or is mine. */
export function isToBeHeard(message, summary, me) {
  if (message.author.kind !== "client" || message.act) return false;
  return summary?.status === "waiting" || (summary?.status === "open" && summary.assignee?.id === me);
}

export class Chime {
  #context = null;
  #last = 0;

  constructor({ storage, now = Date.now }) {
    Object.assign(this, { storage, now });
  }

  get on() {
    return this.storage.getItem(OFF) === null;
  }

  set on(on) {
    if (on) this.storage.removeItem(OFF);
    else this.storage.setItem(OFF, "1");
  }

  /** A browser allows sound only after the page was used: call this from a press or a key. */
  allow() {
    this.#context ??= globalThis.AudioContext ? new AudioContext() : null;
    if (this.#context?.state === "suspended") this.#context.resume().catch(() => {});
  }

  /** Play it, unless it is off, not allowed yet, or was heard a moment ago. */
  play() {
    if (!this.on || this.#context?.state !== "running" || this.now() - this.#last < EVERY) return false;
    this.#last = this.now();
    for (const [pitch, after] of NOTES) this.#note(pitch, this.#context.currentTime + after);
    return true;
  }

  #note(pitch, at) {
    const [tone, loudness] = [this.#context.createOscillator(), this.#context.createGain()];
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0, at);
    loudness.gain.linearRampToValueAtTime(0.12, at + 0.01);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
    tone.connect(loudness).connect(this.#context.destination);
    tone.start(at);
    tone.stop(at + 0.3);
  }
}
