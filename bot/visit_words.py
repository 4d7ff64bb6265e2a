"""Visits in a client's words: how one is written, and which of the client's own a message means."""

from collections.abc import Sequence

from bot.answers import uncapital
from bot.context import Context
from bot.understanding import When
from storage.visit import Visit


def what_of(context: Context, visit: Visit) -> str:
    """What is done on a visit: `oil change and tire rotation`, `visit` where nobody said."""
    titles = [uncapital(context.shop.service_title(code, context.language)) for code in visit.services]
    return context.wording.every(titles) if titles else context.say("visit")


def named_visits(context: Context, visits: Sequence[Visit], *whens: When | None) -> list[Visit] | None:
    """The visits that the message means, by their day and time, their car, their service, or as "it".

    `whens` are the times that may tell which visit is meant, the surest first. None where it names none.
    """
    entities = context.entities
    fitting: list[Visit] | None = None
    if (visit_id := context.pointed_at("visit", [visit.id for visit in visits])) is not None:
        fitting = [visit for visit in visits if visit.id == visit_id]
    cars = {*((entities.vehicle_id,) if entities.vehicle_id else ()), *entities.vehicle_ids}
    if cars:
        fitting = [visit for visit in fitting or visits if visit.vehicle_id in cars]
    if entities.service_codes:
        fitting = [visit for visit in fitting or visits if set(entities.service_codes) & set(visit.services)]
    when = next((one for one in whens if one is not None and (one.date or one.time)), None)
    if when is not None:
        fitting = [visit for visit in fitting or visits if _is_then(context, visit, when)]
    return fitting


def _is_then(context: Context, visit: Visit, when: When) -> bool:
    local = visit.starts_at.astimezone(context.shop.zone)
    return when.date in (None, local.date()) and when.time in (None, local.time())
