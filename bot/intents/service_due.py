"""What service falls due, soonest first: by its date, or by the date at which its mileage is likely to be reached."""

import asyncio
import json

from bot.action import Intent
from bot.answers import uncapital
from bot.context import Context
from bot.reply import Choice, Reply, Thing
from bot.which_vehicle import find_meant_vehicles, say_unknown
from storage.proof import Asked, may_see
from storage.reminders import DueService, due_services
from storage.vehicles import Vehicle
from storage.visit import Visit

_SHOWN = 3


class ServiceDue(Intent):
    """When is the next service due?"""

    asks = Asked.RECORDS
    page = "vehicles"
    section = "vehicles"

    async def answer(self, context: Context) -> Reply:
        """The car or the service that is named, else everything."""
        reminders, vehicles, meant = await asyncio.gather(
            context.store.reminders.list_for_client(context.shop.slug, context.peer.known_client_id()),
            context.peer.vehicles(),
            find_meant_vehicles(context),
        )
        by_id = {vehicle.id: vehicle for vehicle in vehicles}
        unknown = say_unknown(context, meant)
        about: dict[Thing, tuple[str, ...]] = {"vehicle": (meant.one.id,)} if meant.one else {}
        due = due_services(reminders, vehicles, context.today)
        due = [item for item in due if meant.includes(item.reminder.vehicle_id)]
        code = context.entities.service_code
        if code is not None and any(item.reminder.service == code for item in due):
            due = [item for item in due if item.reminder.service == code]
        elif code is not None:
            visit = await _find_booked(context, code)
            none = _not_due(context, code, visit)
            if visit is not None:
                about = {"visit": (visit.id,), **about}
            return Reply(text=" ".join([*unknown, none]), pages=(context.page("vehicles"),), about=about)
        if not due:
            none = context.say("none_of_it", vehicle=meant.one.title) if meant.one else context.say("none")
            return Reply(text=" ".join([*unknown, none]), about=about)
        parts = [*unknown, context.say("due", items="; ".join(_item(context, item, by_id) for item in due[:_SHOWN]))]
        if len(due) > _SHOWN:
            parts.append(context.say("more", count=len(due) - _SHOWN))
        return Reply(
            text=" ".join(parts),
            choices=(_book(context, due[0]),),
            pages=(context.page("vehicles"),),
            about={"vehicle": tuple(item.reminder.vehicle_id for item in due[:_SHOWN])},
        )


async def _find_booked(context: Context, code: str) -> Visit | None:
    """The next visit that is booked for a service, where this peer may be told of it."""
    if not await context.peer.may_read("visits") or not may_see(context.peer.identity, "visits"):
        return None
    client_id = context.peer.known_client_id()
    visits = await context.store.visits.list_upcoming(context.shop.slug, client_id, context.now)
    return next((visit for visit in visits if code in visit.services), None)


def _not_due(context: Context, code: str, visit: Visit | None) -> str:
    """What is said of a service that no reminder is for: the visit that is booked for it, where there is one."""
    service = uncapital(context.shop.service_title(code, context.language))
    if visit is None:
        return context.say("none_service", service=service)
    return context.say("is_booked", service=service, when=context.moment(visit.starts_at))


def _item(context: Context, item: DueService, by_id: dict[str, Vehicle]) -> str:
    vehicle = by_id.get(item.reminder.vehicle_id)
    return context.say(
        "item",
        service=context.shop.service_title(item.reminder.service, context.language),
        vehicle=vehicle.title if vehicle is not None else "",
        when=_when(context, item),
    )


def _when(context: Context, item: DueService) -> str:
    miles = f"{item.reminder.due_mileage:,}" if item.reminder.due_mileage is not None else ""
    if item.on is None:
        return context.say("at_miles", miles=miles) if miles else context.say("unknown")
    day = context.day(item.on)
    if item.estimated:
        return context.say("overdue_about" if item.state == "overdue" else "about", day=day, miles=miles)
    return context.say("overdue" if item.state == "overdue" else "by", day=day)


def _book(context: Context, item: DueService) -> Choice:
    """What is due there and then; a service that the shop's list lacks is asked for."""
    wish = {"vehicle": item.reminder.vehicle_id}
    if context.shop.service(item.reminder.service) is not None:
        wish["service"] = item.reminder.service
    return context.choice("book", f"/book_appointment{json.dumps(wish)}")
