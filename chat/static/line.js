/** The line to the server: every event is asked with a time limit and answered by an ack, or refused with a code. */

const ANSWER_WITHIN = 10_000;
const WILL_PASS = new Set(["no_answer", "rate_limited", "unavailable"]);

/** A refusal: `code` as in the protocol, or "no_answer" when no ack came. `retryAfter` in milliseconds, or null. */
export class Refusal extends Error {
  constructor({ code = "unavailable", message = "", retry_after: seconds = null } = {}) {
    super(message || code);
    this.code = code;
    this.retryAfter = seconds === null ? null : seconds * 1000;
  }

  /** Whether the same message may get through later. */
  get willPass() {
    return WILL_PASS.has(this.code);
  }
}

/** Emit and wait for the ack. Returns it; raises `Refusal`. Nothing is buffered while the line is down. */
export async function ask(socket, event, payload = {}, within = ANSWER_WITHIN) {
  if (!socket.connected) throw new Refusal({ code: "no_answer" });
  let answer;
  try {
    answer = await socket.timeout(within).emitWithAck(event, payload);
  } catch {
    throw new Refusal({ code: "no_answer" });
  }
  if (!answer?.ok) throw new Refusal(answer?.error ?? {});
  return answer;
}

/** How to connect: websocket first, polling where a proxy denies it; `auth` is called anew on every connect. */
export function connectOptions(auth) {
  return {
    transports: ["websocket", "polling"],
    auth: (give) => give(auth()),
    reconnectionDelay: 500,
    reconnectionDelayMax: 8000,
    timeout: 10_000,
  };
}
