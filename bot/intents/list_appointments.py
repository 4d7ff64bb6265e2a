"""The client's visits that are still to come."""

import asyncio
import re

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply
from bot.understanding.features import fold
from bot.visit_words import named_visits, what_of
from storage.proof import Asked
from storage.vehicles import Vehicle
from storage.visits import Visit

_SHOWN = 3
_IS_IT_SURE = re.compile(r"\b(?:is|are|still|esta|estan|sigue|siguen|quedo)\b.*\b(?:confirm\w+|still on|en pie)\b")


class ListAppointments(Intent):
    """When is my visit?"""

    asks = Asked.RECORDS
    page = "visits"
    section = "visits"

    async def answer(self, context: Context) -> Reply:
        """The visit that is named, else the next ones, earliest first."""
        visits, vehicles = await asyncio.gather(
            context.store.visits.list_upcoming(context.shop.slug, context.peer.known_client_id(), context.now),
            context.peer.vehicles(),
        )
        if not visits:
            return Reply(text=context.say("none"), choices=(context.choice("book", "/book_appointment"),))
        by_id = {vehicle.id: vehicle for vehicle in vehicles}
        named = named_visits(context, visits, context.entities.old_when, context.entities.when)
        told = (named or visits)[:_SHOWN]
        items = "; ".join(_item(context, visit, by_id) for visit in told)
        text = context.say(_key(context, named, visits), visits=items)
        if not named and len(visits) > _SHOWN:
            text = f"{text} {context.say('more', count=len(visits) - _SHOWN)}"
        told_ids = tuple(visit.id for visit in told)
        return Reply(text=text, pages=(context.page("visits"),), about={"visit": told_ids})


def _key(context: Context, named: list[Visit] | None, visits: list[Visit]) -> str:
    told = visits if named is None else named
    if len(told) == 1 and told[0].status == "confirmed" and _IS_IT_SURE.search(fold(context.turn.text)):
        return "confirmed"
    if named is not None:
        return "yours" if named else "not_that"
    return "one" if len(visits) == 1 else "several"


def _item(context: Context, visit: Visit, by_id: dict[str, Vehicle]) -> str:
    what = what_of(context, visit)
    if visit.status == "requested":
        what = f"{what}, {context.say('requested')}"
    vehicle = by_id.get(visit.vehicle_id or "")
    when = context.moment(visit.starts_at)
    if vehicle is None:
        return context.say("item", when=when, what=what)
    return context.say("item_vehicle", when=when, what=what, vehicle=vehicle.title)
