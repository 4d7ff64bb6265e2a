"""The client's visits that are still to come."""

import asyncio

from bot.action import Intent
from bot.answers import uncapital
from bot.context import Context
from bot.reply import Reply
from storage.proof import Asked
from storage.vehicles import Vehicle
from storage.visits import Visit

_SHOWN = 3


class ListAppointments(Intent):
    """When is my visit?"""

    asks = Asked.RECORDS
    page = "visits"
    section = "visits"

    async def answer(self, context: Context) -> Reply:
        """The next visits, earliest first."""
        visits, vehicles = await asyncio.gather(
            context.store.visits.list_upcoming(context.shop.slug, context.peer.known_client_id(), context.now),
            context.peer.vehicles(),
        )
        if not visits:
            return Reply(text=context.say("none"), choices=(context.choice("book", "/book_appointment"),))
        by_id = {vehicle.id: vehicle for vehicle in vehicles}
        items = "; ".join(_item(context, visit, by_id) for visit in visits[:_SHOWN])
        text = context.say("one" if len(visits) == 1 else "several", visits=items)
        if len(visits) > _SHOWN:
            text = f"{text} {context.say('more', count=len(visits) - _SHOWN)}"
        return Reply(text=text, pages=(context.page("visits"),))


def _item(context: Context, visit: Visit, by_id: dict[str, Vehicle]) -> str:
    titles = [uncapital(context.shop.service_title(code, context.language)) for code in visit.services]
    what = context.wording.every(titles) if titles else context.say("visit")
    if visit.status == "requested":
        what = f"{what}, {context.say('requested')}"
    vehicle = by_id.get(visit.vehicle_id or "")
    when = context.moment(visit.starts_at)
    if vehicle is None:
        return context.say("item", when=when, what=what)
    return context.say("item_vehicle", when=when, what=what, vehicle=vehicle.title)
