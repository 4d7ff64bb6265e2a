"""What service falls due, soonest first: by its date, or by the date at which its mileage is likely to be reached."""

import asyncio
import json

from bot.action import Intent
from bot.answers import uncapital
from bot.context import Context
from bot.reply import Choice, Reply
from storage.proof import Asked
from storage.reminders import DueService, due_services
from storage.vehicles import Vehicle

_SHOWN = 3


class ServiceDue(Intent):
    """When is the next service due?"""

    asks = Asked.RECORDS
    page = "vehicles"
    section = "vehicles"

    async def answer(self, context: Context) -> Reply:
        """The car or the service that is named, else everything."""
        reminders, vehicles = await asyncio.gather(
            context.store.reminders.list_for_client(context.shop.slug, context.peer.known_client_id()),
            context.peer.vehicles(),
        )
        by_id = {vehicle.id: vehicle for vehicle in vehicles}
        named = by_id.get(context.entities.vehicle_id or "")
        due = due_services(reminders, vehicles, context.today)
        due = [item for item in due if named is None or item.reminder.vehicle_id == named.id]
        code = context.entities.service_code
        if code is not None and any(item.reminder.service == code for item in due):
            due = [item for item in due if item.reminder.service == code]
        elif code is not None:
            service = context.shop.service_title(code, context.language)
            return Reply(
                text=context.say("none_service", service=uncapital(service)), pages=(context.page("vehicles"),)
            )
        if not due:
            return Reply(text=context.say("none_of_it", vehicle=named.title) if named else context.say("none"))
        text = context.say("due", items="; ".join(_item(context, item, by_id) for item in due[:_SHOWN]))
        if len(due) > _SHOWN:
            text = f"{text} {context.say('more', count=len(due) - _SHOWN)}"
        return Reply(text=text, choices=(_book(context, due[0]),), pages=(context.page("vehicles"),))


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
