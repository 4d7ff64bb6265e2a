"""What must be known before an estimate is decided on: which one, and what is to become of which lines."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.context import Context
from bot.estimate_words import Decided, asks, read_decisions
from bot.form import Filling, FormState
from bot.reply import Choice, Reply
from bot.which_estimate import find_estimate, find_meant_estimates, list_estimates, say_lines, title_of
from storage.estimates import Decision, Estimate

BOTH = frozenset({"approve_estimate", "decline_estimate"})
_DEFAULTS: Mapping[str, Decision] = {"approve_estimate": "approved", "decline_estimate": "declined"}
_PICKED: Mapping[str, Decision] = {"all": "approved", "none": "declined", "call": "call_me"}
_KEPT = 200  # characters of the wish, kept until it is clear which estimate it is about


class EstimateSlot:
    """Which estimate: its id in `estimate`; until that is clear, the wish in `wish`."""

    name = "estimate"
    clears = ("estimate", "decisions", "seen")

    async def fill(self, state: FormState) -> Filling:
        """The one that is picked or named, or the only one that waits."""
        context, known = state.context, state.filled.get("estimate")
        estimates = await list_estimates(context)
        meant = await find_meant_estimates(context, estimates)
        if meant.unknown is not None:
            return Filling(problem=Reply(text=context.say("no_estimate", number=meant.unknown)))
        if known and not (meant.named and len(meant.estimates) == 1 and _switches(context)):
            return Filling()
        waiting = [one for one in meant.estimates if one.open_on(context.today)]
        found = waiting or (list(meant.estimates) if meant.named else [])
        if len(found) != 1:
            return Filling(values={} if state.filled.get("wish") else {"wish": context.heard.text[:_KEPT]})
        if found[0].id == known:
            return Filling()
        return Filling(values={"estimate": found[0].id, "decisions": None, "seen": None})

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        return bool(state.filled.get("estimate"))

    async def ask(self, state: FormState) -> Reply:
        """With those that wait as choices."""
        context = state.context
        vehicles = {vehicle.id: vehicle.title for vehicle in await context.peer.vehicles()}
        waiting = [one for one in await list_estimates(context) if one.open_on(context.today)]
        intent = context.tracker.active_loop or context.heard.intent
        intent = intent if intent in BOTH else "approve_estimate"
        choices = tuple(
            Choice(title_of(context, one, vehicles), f'/{intent}{{"estimate": "{one.id}"}}') for one in waiting
        )
        return Reply(
            text=context.say("which_estimate"), choices=choices, about={"estimate": tuple(one.id for one in waiting)}
        )


class LinesSlot:
    """What becomes of which lines: line id to decision, in `decisions`; `seen` marks the lines as they were then."""

    name = "lines"
    clears = ("decisions", "seen")

    async def fill(self, state: FormState) -> Filling:
        """What the message decides, over what was decided before."""
        context, filled = state.context, state.filled
        estimate = await find_estimate(context, filled.get("estimate"))
        lines = estimate.open_on(context.today) if estimate is not None else ()
        if estimate is None or not lines:
            return Filling()
        before = {one: decision for one, decision in (filled.get("decisions") or {}).items() if one in _ids(lines)}
        picked = _PICKED.get(str(context.given.get("lines")))
        if picked is not None:
            return _filling(estimate, dict.fromkeys(_ids(lines), picked))
        decided = _read(state, estimate)
        if decided.vague:
            return Filling(problem=await self.ask(state))
        new = _filling(estimate, before | decided.decisions) if decided.decisions else Filling()
        if decided.unknown:
            work = context.wording.every(list(decided.unknown))
            text = context.say("not_on_it", work=work, number=estimate.number, lines=say_lines(context, lines))
            return Filling(values=new.values, problem=Reply(text=text, choices=_choices(context)))
        return new

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        return bool(state.filled.get("decisions"))

    async def ask(self, state: FormState) -> Reply:
        """With the lines, and all, none and a call as choices."""
        context = state.context
        estimate = await find_estimate(context, state.filled.get("estimate"))
        lines = say_lines(context, estimate.open_on(context.today)) if estimate is not None else ""
        number = estimate.number if estimate is not None else ""
        return Reply(text=context.say("which_lines", number=number, lines=lines), choices=_choices(context))


def _read(state: FormState, estimate: Estimate) -> Decided:
    """What the message decides; a message that only says which estimate it is, what the wish before it did."""
    context, lines = state.context, estimate.open_on(state.context.today)
    intent, form = context.heard.intent, context.tracker.active_loop
    opens = form not in BOTH
    default = _DEFAULTS.get(intent) or _DEFAULTS.get(form or "", "approved")
    if opens or (intent in BOTH and intent != form and not context.given):
        return read_decisions(context.heard.text, lines, default, whole=True)
    if not context.given and not asks(context.heard.text):  # a button says itself what it means
        said = read_decisions(context.heard.text, lines, default, whole=False)
        if said.decisions or said.unknown:
            return said
    wish = state.filled.get("wish")
    if wish is None or state.filled.get("decisions"):
        return Decided()
    return read_decisions(wish, lines, _DEFAULTS[form or ""], whole=True)


def _switches(context: Context) -> bool:
    """Whether a message in the middle of the form is about another estimate."""
    entities = context.entities
    return bool(context.given.get("estimate") or entities.estimate_number or entities.vehicle)


def _filling(estimate: Estimate, decisions: Mapping[str, Any]) -> Filling:
    return Filling(values={"decisions": dict(sorted(decisions.items())), "seen": estimate.content_mark})


def _choices(context: Context) -> tuple[Choice, ...]:
    intent = context.tracker.active_loop or context.heard.intent
    intent = intent if intent in BOTH else "approve_estimate"
    return tuple(context.choice(f"lines_{key}", f'/{intent}{{"lines": "{key}"}}') for key in _PICKED)


def _ids(lines: Sequence[Any]) -> list[str]:
    return [line.id for line in lines]
