"""Which estimates wait for an answer, and what is on one."""

from collections.abc import Sequence

from bot.action import Intent
from bot.context import Context
from bot.reply import Choice, Reply
from bot.which_estimate import (
    find_meant_estimates,
    list_estimates,
    page_of,
    say_lines,
    say_state,
    title_of,
)
from storage.estimates import Estimate
from storage.proof import Asked

_SHOWN = 3  # estimates
_LINES = 8
_WORK = 2  # lines that say what one of several is for


class ListEstimates(Intent):
    """My estimates."""

    asks = Asked.RECORDS
    page = "estimates"
    section = "estimates"

    async def answer(self, context: Context) -> Reply:
        """The one that is meant with its lines; else those that wait, else how the last one stands."""
        estimates = await list_estimates(context)
        if not estimates:
            return Reply(text=context.say("no_estimates"), choices=(context.choice("to_person", "/talk_to_human"),))
        meant = await find_meant_estimates(context, estimates)
        if meant.unknown is not None:
            text = context.say("no_estimate", number=meant.unknown)
            return Reply(text=text, pages=(context.page("estimates"),))
        waiting = [one for one in meant.estimates if one.open_on(context.today)]
        vehicles = {vehicle.id: vehicle.title for vehicle in await context.peer.vehicles()}
        if len(waiting) > 1:
            return _several(context, waiting, vehicles, meant.preface)
        told = waiting[0] if waiting else meant.estimates[0]
        preface = list(meant.preface)
        if not waiting and not meant.named:
            preface.append(context.say("none_waits"))
        return _one(context, told, vehicles, preface)


def _one(context: Context, estimate: Estimate, vehicles: dict[str, str], preface: Sequence[str]) -> Reply:
    """One with its lines, its total and how it stands."""
    lines = say_lines(context, estimate.work[:_LINES])
    if len(estimate.work) > _LINES:
        lines = f"{lines}, {context.say('more_lines', count=len(estimate.work) - _LINES)}"
    text = context.say("one", title=_named(estimate, vehicles), lines=lines)
    if not estimate.work:
        text = context.say("one_without_lines", title=_named(estimate, vehicles))
    parts = [*preface, text, context.say("estimate_total", total=context.money(estimate.total))]
    is_open = bool(estimate.open_on(context.today))
    if is_open:
        parts.append(_waits(context, estimate))
    else:
        parts.append(say_state(context, estimate))
    return Reply(
        text=" ".join(parts),
        choices=_choices(context, estimate) if is_open else (context.choice("to_person", "/talk_to_human"),),
        pages=(page_of(context, estimate),),
        about={"estimate": (estimate.id,)},
    )


def _several(context: Context, waiting: Sequence[Estimate], vehicles: dict[str, str], preface: Sequence[str]) -> Reply:
    """Those that wait, each with what it is for."""
    items = []
    for estimate in waiting[:_SHOWN]:
        work = say_lines(context, estimate.work[:_WORK], priced=False)
        item = f"{title_of(context, estimate, vehicles)} ({work})" if work else title_of(context, estimate, vehicles)
        until = context.say("until", day=context.day(estimate.valid_until)) if estimate.valid_until else ""
        items.append(f"{item} {until}".strip())
    text = context.say("several", count=len(waiting), items="; ".join(items))
    return Reply(
        text=" ".join([*preface, text]),
        pages=(context.page("estimates"),),
        about={"estimate": tuple(estimate.id for estimate in waiting)},
    )


def _named(estimate: Estimate, vehicles: dict[str, str]) -> str:
    vehicle = vehicles.get(estimate.vehicle_id or "")
    return f"{estimate.number} ({vehicle})" if vehicle else estimate.number


def _waits(context: Context, estimate: Estimate) -> str:
    approved = [line for line in estimate.work if line.decision == "approved"]
    if approved:
        return say_state(context, estimate)
    if estimate.valid_until is None:
        return context.say("waits")
    return context.say("waits_until", day=context.day(estimate.valid_until))


def _choices(context: Context, estimate: Estimate) -> tuple[Choice, ...]:
    return tuple(
        context.choice(key, f'/{key}_estimate{{"estimate": "{estimate.id}"}}') for key in ("approve", "decline")
    )
