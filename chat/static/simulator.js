/** The phone on the simulator page: sends by the server's signed webhook, shows what a phone would show. */

import { el } from "./dom.js";
import { pieces, safeUrl } from "./text.js";

const EVERY_MS = 1000;
const WHILE_WAITING_MS = 250;

const day = new Intl.DateTimeFormat("en", { weekday: "long", month: "short", day: "numeric" });
const time = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit" });

/** What the thread shows, in order: `{kind: "day"|"text"|"facts", ...}`. Facts stand under the last text of a side only. */
export function lines(texts) {
  const shown = [];
  texts.forEach((text, index) => {
    const at = new Date(text.at);
    const next = texts[index + 1];
    if (index === 0 || day.format(new Date(texts[index - 1].at)) !== day.format(at)) shown.push({ kind: "day", key: `day-${text.id}`, text: day.format(at) });
    shown.push({ kind: "text", key: text.id, mine: text.mine, text: text.text });
    if (!next || next.mine !== text.mine || text.segments > 1) {
      const facts = [time.format(at), text.state === "queued" ? "on its way" : "", text.segments > 1 ? `${text.segments} segments` : ""];
      shown.push({ kind: "facts", key: `facts-${text.id}-${text.state}`, mine: text.mine, text: facts.filter(Boolean).join(" · ") });
    }
  });
  return shown;
}

function line(shown, known) {
  if (shown.kind === "day") return el("li", { class: "day", text: shown.text });
  if (shown.kind === "facts") return el("li", { class: shown.mine ? "facts mine" : "facts", text: shown.text });
  const parts = pieces(shown.text).map((piece) => {
    const url = piece.url && safeUrl(piece.url);
    return url ? el("a", { href: url, target: "_blank", rel: "noopener", text: piece.text }) : piece.text;
  });
  return el("li", { class: `bubble${shown.mine ? " mine" : ""}${known ? "" : " new"}` }, parts);
}

/** Keeps one phone up to date with the server. */
export class Phone {
  constructor(root, ask = fetch.bind(globalThis)) {
    this.root = root;
    this.ask = ask;
    this.waiting = 0;
    this.last = "";
    this.known = new Set();
    this.part = (name) => root.querySelector(`[data-${name}]`);
  }

  start() {
    const compose = this.part("compose");
    const field = compose.querySelector("textarea");
    compose.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(field);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send(field);
    });
    document.addEventListener("visibilitychange", () => document.hidden || this.refresh());
    this.tick();
    if (matchMedia("(min-width: 46.01rem)").matches) field.focus();
  }

  async tick() {
    if (!document.hidden) await this.refresh();
    setTimeout(() => this.tick(), this.waiting ? WHILE_WAITING_MS : EVERY_MS);
  }

  async send(field) {
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    this.wait(1);
    try {
      const body = new URLSearchParams({ shop: this.root.dataset.shop, from: this.root.dataset.number, text });
      const response = await this.ask("/simulator/text", { method: "POST", body, headers: { Accept: "application/json" } });
      const answer = await response.json();
      this.complain(response.ok ? "" : answer.error?.message ?? `The server answered ${response.status}.`);
      if (!response.ok) field.value ||= text;
    } catch {
      this.complain("The server does not answer. Is it running?");
      field.value ||= text;
    }
    this.wait(-1);
    await this.refresh();
  }

  wait(change) {
    this.waiting += change;
    this.part("waiting").hidden = this.waiting === 0;
    if (this.waiting) this.toEnd();
  }

  complain(problem) {
    this.part("problem").textContent = problem;
    this.part("problem").hidden = !problem;
  }

  async refresh() {
    const query = new URLSearchParams({ shop: this.root.dataset.shop, number: this.root.dataset.number });
    try {
      const response = await this.ask(`/simulator/thread?${query}`, { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      this.show(await response.text());
    } catch {
      return; // the next look tells
    }
  }

  show(answer) {
    if (answer === this.last) return;
    const first = this.last === "";
    this.last = answer;
    const { texts, stopped } = JSON.parse(answer);
    const shown = lines(texts);
    this.part("texts").replaceChildren(...shown.map((one) => line(one, first || this.known.has(one.key))));
    const fresh = texts.filter((text) => !text.mine && !this.known.has(text.id));
    this.known = new Set(shown.map((one) => one.key));
    this.part("empty").hidden = texts.length > 0;
    this.part("stopped").hidden = !stopped;
    if (!first && fresh.length) this.part("announce").textContent = fresh.map((text) => text.text).join("\n");
    this.toEnd();
  }

  toEnd() {
    const thread = this.part("thread");
    thread.scrollTop = thread.scrollHeight;
  }
}

function showClock(element) {
  const now = () => (element.textContent = time.format(new Date()).replace(/\s?[AP]M$/i, ""));
  now();
  setInterval(now, 10_000);
}

if (typeof document !== "undefined") {
  const root = document.querySelector("[data-phone]");
  const list = document.querySelector("[data-list]");
  const shop = document.querySelector("[data-choose] select");
  shop?.addEventListener("change", () => shop.form.requestSubmit());
  if (list && root && matchMedia("(max-width: 46rem)").matches) list.open = false;
  if (root) {
    showClock(root.querySelector("[data-clock]"));
    new Phone(root).start();
  }
}
