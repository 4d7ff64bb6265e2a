/** What a client asked to have changed, to be accepted or declined on the card. */
import { el } from "./dom.js";

const DETAILS = { name: "Name", email: "E-mail", phone: "Phone", address: "Address", plate: "Plate" };

/** The part of the card, or null where nothing waits. */
export function changes({ change_requests: all = [] }, ondecide) {
  if (!all.length) return null;
  const rows = all.map((one) => changeRow(one, ondecide));
  return el("section", { class: "card-part" }, el("h3", { text: "Asked to change" }), el("ul", { class: "plain-list" }, rows));
}

function changeRow({ id, field, vehicle, old, new: wanted }, ondecide) {
  const name = [DETAILS[field] ?? field, vehicle && `(${vehicle})`].filter(Boolean).join(" ");
  const buttons = [
    ["Accept", true],
    ["Decline", false],
  ].map(([text, accept]) =>
    el("button", { class: "chip", type: "button", text, "aria-label": `${text}: ${name}, ${wanted}`, on: { click: () => decide(accept) } }),
  );
  const problem = el("p", { class: "muted", role: "status" });
  async function decide(accept) {
    for (const button of buttons) button.disabled = true;
    problem.textContent = "";
    try {
      await ondecide(id, accept);
    } catch (refusal) {
      problem.textContent = refusal.code === "no_answer" ? "No connection. Try again." : refusal.message;
      for (const button of buttons) button.disabled = false;
    }
  }
  const values = el("span", {}, old && el("del", { text: old }), old && " → ", el("ins", { text: wanted }));
  return el("li", { class: "change" }, el("span", {}, el("span", { class: "strong", text: name }), values), el("div", { class: "change-buttons" }, buttons), problem);
}
