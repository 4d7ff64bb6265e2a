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


async def what_and_car(context: Context, visit: Visit) -> str:
    """What is done on a visit, and to which car where the client has several: `oil change (2019 Honda Civic)`."""
    vehicles = {vehicle.id: vehicle.title for vehicle in await context.peer.vehicles()}
    title = vehicles.get(visit.vehicle_id or "") if len(vehicles) > 1 else None
    return f"{what_of(context, visit)} ({title})" if title else what_of(context, visit)


def named_visits(context: Context, visits: Sequence[Visit], *whens: When | None) -> list[Visit] | None:
    """The visits that the message means, by their day and time, their car, their service, or as "it".

    `whens` are the times that may tell which visit is meant, the surest first. None where it names none.
    """
    entities = context.entities
    fitting: list[Visit] | None = None
    cars = {*((entities.vehicle_id,) if entities.vehicle_id else ()), *entities.vehicle_ids}
    if cars:
        fitting = [visit for visit in visits if visit.vehicle_id in cars]
    if entities.service_codes:
        among = visits if fitting is None else fitting
        fitting = [visit for visit in among if set(entities.service_codes) & set(visit.services)]
    when = next((one for one in whens if one is not None and (one.date or one.time)), None)
    if when is not None:
        among = visits if fitting is None else fitting
        fitting = [visit for visit in among if _is_then(context, visit, when)]
    spoken_of = context.pointed_at("visit", [visit.id for visit in visits])
    among = visits if fitting is None else fitting  # what is named tells more than "it"
    pointed = [visit for visit in among if visit.id == spoken_of]
    return pointed or fitting


def _is_then(context: Context, visit: Visit, when: When) -> bool:
    local = visit.starts_at.astimezone(context.shop.zone)
    return when.date in (None, local.date()) and when.time in (None, local.time())
