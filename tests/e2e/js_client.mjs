/**
 * The real JavaScript client in bursts, at the limit, with files, and cut off: a test of python-socketio under it. Run by
 * `test_js_client.py` with one JSON argument: `url`, `shop`, `visitor`, `transports`, and `files`, paths by name. Prints
 * what it sent and what it heard.
 */
import { createHash, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { io } from "socket.io-client";

const { url, shop, visitor, transports, files } = JSON.parse(process.argv[2]);
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
other.on("message", hear);
for (const socket of [sender, other]) socket.on("connect", () => sync(socket).catch(() => {})); // cut off once more

function hear({ seq, ref, attachments }) {
  pushed.set(seq, [seq, ref, attachments.map(({ id }) => id)]);
}

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
  if (socket === other) found.forEach(hear);
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

/** A file as the widget sends it, twice with one reference: its answer may have been lost. The id of the upload. */
async function upload(name) {
  const headers = { "X-Upload-Ref": randomUUID(), "X-Upload-Name": encodeURIComponent(name), "X-Pitline-Visitor": visitor };
  const body = await readFile(files[name]);
  const ids = [];
  for (const _ of ["sent", "sent again"]) {
    const answer = await fetch(`${url}/uploads?shop=${shop}`, { method: "POST", headers, body });
    if (answer.status !== 201) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
    ids.push((await answer.json()).id);
  }
  if (ids[0] !== ids[1]) throw new Error(`${name}: sent again, it is another file`);
  return ids[0];
}

/** A message with all files, in their order. `under`: what happens once it is out. */
async function sendFiles(text, under = () => {}, within = 20_000) {
  const attachments = [];
  for (const name of Object.keys(files)) attachments.push(await upload(name));
  const message = { ref: randomUUID(), text, attachments };
  sent.push(message);
  const delivered = deliver(message, within);
  under();
  await delivered;
}

const cutOff = () => sender.io.engine.close();
const connected = () => sender.connected || new Promise((done) => sender.once("connect", done));

/** What was attached, as the log tells it, with the bytes that its address has. */
async function download({ id, name, type, size, url: address }) {
  const answer = await fetch(url + address);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { id, name, type, size, status: answer.status, sha256: createHash("sha256").update(bytes).digest("hex") };
}

await Promise.all([sender, other].map((socket) => new Promise((done) => socket.once("connect", done))));
await burst(Array.from({ length: 200 }, (_, n) => `short ${n}`));
await sendFiles("after a burst");
await burst(Array.from({ length: 40 }, (_, n) => "🔧".repeat(3990) + String(n).padStart(10, "0")));
await sendFiles("");
for (const how of ["as it is sent", "before it is sent"]) {
  if (how === "before it is sent") cutOff(); // it waits in the client for the line
  await sendFiles(`cut off ${how}`, how === "as it is sent" ? cutOff : undefined, 3000); // what was lost is sent again
  await connected();
}
const inOrder = sent.length;

const cut = burst(Array.from({ length: 200 }, (_, n) => `cut off ${n}`), 3000);
const amid = sendFiles("amid a burst that is cut off", cutOff, 3000);
for (const ms of [5, 20]) {
  await pause(ms);
  await connected();
  cutOff();
}
await Promise.all([cut, amid]);

const log = await sync(sender);
for (let tries = 0; tries < 100 && pushed.size < log.length; tries += 1) await pause(100);
const told = [];
for (const { seq, ref, text, attachments } of log) {
  const downloaded = [];
  for (const one of attachments) downloaded.push(await download(one));
  told.push({ seq, ref, text, attachments: downloaded });
}
const heard = [...pushed.values()].sort((a, b) => a[0] - b[0]);
process.stdout.write(JSON.stringify({ sent, acks, inOrder, used: sender.io.engine.transport.name, log: told, pushed: heard }));
sender.close();
other.close();
