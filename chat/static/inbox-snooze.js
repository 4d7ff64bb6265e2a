/** The snooze menu: times that are likely, and a field for any other. */
import { el } from "./dom.js";
import { localValue, parseLocal, saidOf, snoozeChoices } from "./snooze-times.js";

/** Put it into `box`; `now()` in ms, `zone` and `hours` of the shop, `onpick(at)` with a moment in ms that is to come. */
export function fillTimes(box, { now, zone, hours, onpick }) {
  const choices = snoozeChoices(now(), zone, hours);
  const field = el("input", { id: "snooze-at", type: "datetime-local", min: localValue(now(), zone), value: localValue(choices.at(-1).at, zone) });
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const submit = (event) => {
    event.preventDefault();
    const at = parseLocal(field.value, zone);
    problem.hidden = at > now();
    problem.textContent = "Choose a time that is still to come.";
    if (at > now()) onpick(at);
  };
  box.replaceChildren(
    ...choices.map(({ text, at }) => el("button", { type: "button", class: "menu-item", on: { click: () => onpick(at) } }, el("span", { class: "menu-text", text }), el("span", { class: "menu-note", text: saidOf(at, now(), zone) }))),
    el("form", { class: "menu-form", novalidate: true, on: { submit } }, el("label", { for: "snooze-at", text: "Another time" }), field, el("button", { type: "submit", class: "act", text: "Snooze" }), problem),
  );
}
