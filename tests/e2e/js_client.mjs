/**
 * The real JavaScript client in bursts, at the limit, and cut off: a test of python-socketio under it. Run by
 * `test_js_client.py` with one JSON argument: `url`, `shop`, `visitor`, `transports`. Prints what it sent and what it heard.
 */
import { randomUUID } from "node:crypto";
import { io } from "socket.io-client";

const { url, shop, visitor, transports } = JSON.parse(process.argv[2]);
const options = { transports, auth: { shop, visitor }, reconnectionDelay: 50, reconnectionDelayMax: 200, forceNew: true };
const sent = [];
const acks = {};
const pushed = new Map();

function connect() {
  const socket = io(`${url}/client`, options);
  socket.on("connect_error", (error) => process.stderr.write(`connect_error ${error.message}\n`));
  return socket;
}

const sender = connect();
const other = connect();
other.on("message", (message) => pushed.set(message.seq, message.ref));
for (const socket of [sender, other]) socket.on("connect", () => sync(socket).catch(() => {})); // cut off once more

async function sync(socket) {
  let after = 0;
  const found = [];
  for (let more = true; more; ) {
    const answer = await socket.timeout(20_000).emitWithAck("sync", { after, limit: 200 });
    if (!answer.ok) throw new Error(JSON.stringify(answer));
    found.push(...answer.messages);
    more = answer.more;
    after = found.at(-1)?.seq ?? after;
  }
  if (socket === other) for (const { seq, ref } of found) pushed.set(seq, ref);
  return found;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Until it is acked, with the same ref, as the widget does it. */
async function deliver(message, within = 20_000) {
  for (;;) {
    try {
      const ack = await sender.timeout(within).emitWithAck("message", message);
      if (ack.ok) return (acks[message.ref] = ack.seq);
      if (ack.error.code !== "rate_limited" && ack.error.code !== "unavailable") throw new Error(JSON.stringify(ack));
      await pause(1000 * (ack.error.retry_after ?? 0.5));
    } catch (error) {
      if (!/timed out|disconnected/.test(error.message)) throw error;
    }
  }
}

/** All at once: nothing waits for anything. */
function burst(texts, within) {
  const messages = texts.map((text) => ({ ref: randomUUID(), text }));
  sent.push(...messages);
  return Promise.all(messages.map((message) => deliver(message, within)));
}

await Promise.all([sender, other].map((socket) => new Promise((done) => socket.once("connect", done))));
await burst(Array.from({ length: 200 }, (_, n) => `short ${n}`));
await burst(Array.from({ length: 40 }, (_, n) => "🔧".repeat(3990) + String(n).padStart(10, "0")));
const inOrder = sent.length;

const cut = burst(Array.from({ length: 200 }, (_, n) => `cut off ${n}`), 3000); // what was lost is sent again
for (const ms of [5, 20]) {
  await pause(ms);
  if (!sender.connected) await new Promise((done) => sender.once("connect", done));
  sender.io.engine.close();
}
await cut;

const log = await sync(sender);
for (let tries = 0; tries < 100 && pushed.size < log.length; tries += 1) await pause(100);
const used = sender.io.engine.transport.name;
process.stdout.write(JSON.stringify({ sent, acks, inOrder, used, log: log.map(({ seq, ref, text }) => ({ seq, ref, text })), pushed: [...pushed].sort((a, b) => a[0] - b[0]) }));
sender.close();
other.close();
