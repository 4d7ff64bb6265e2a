"""How far the work on the client's cars is: status, promised time and the shop's note, for each car in the shop."""

import asyncio

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply, Thing
from bot.which_vehicle import MeantVehicles, find_meant_vehicles, say_unknown
from storage.proof import Asked
from storage.vehicles import Vehicle
from storage.work_orders import WorkOrder

_SHOWN = 3
_FRESH_DAYS = 3  # a car handed back so lately is still worth a word


class WorkOrderStatus(Intent):
    """Is it ready?"""

    asks = Asked.RECORDS
    page = "work_orders"
    section = "work_orders"

    async def answer(self, context: Context) -> Reply:
        """The car that is named, else all that are in the shop."""
        orders, vehicles, meant = await asyncio.gather(
            context.store.work_orders.list_for_client(context.shop.slug, context.peer.known_client_id()),
            context.peer.vehicles(),
            find_meant_vehicles(context),
        )
        by_id = {vehicle.id: vehicle for vehicle in vehicles}
        unknown = say_unknown(context, meant)
        told = [order for order in orders if _is_told(order, context, meant)][:_SHOWN]
        if not told:
            none = context.say("none_of_it", vehicle=meant.one.title) if meant.one else context.say("none")
            return Reply(text=" ".join([*unknown, none]), about={"vehicle": (meant.one.id,)} if meant.one else {})
        text = " ".join([*unknown, *(_status(context, order, by_id) for order in told)])
        about: dict[Thing, tuple[str, ...]] = {
            "vehicle": tuple(order.vehicle_id for order in told),
            "work_order": tuple(order.id for order in told),
        }
        page = context.page("work_order", told[0].id) if len(told) == 1 else context.page("work_orders")
        return Reply(text=text, pages=(page,), about=about)


def _is_told(order: WorkOrder, context: Context, meant: MeantVehicles) -> bool:
    if not meant.includes(order.vehicle_id):
        return False
    if not order.finished:
        return True
    moved = order.moved_at
    return order.status == "delivered" and moved is not None and (context.now - moved).days < _FRESH_DAYS


def _status(context: Context, order: WorkOrder, by_id: dict[str, Vehicle]) -> str:
    vehicle = by_id.get(order.vehicle_id)
    title = vehicle.title if vehicle is not None else order.number
    if order.status == "delivered":
        assert order.moved_at is not None
        day = context.day(order.moved_at.astimezone(context.shop.zone).date())
        return context.say("delivered", vehicle=title, day=day)
    parts = [context.say(order.status, vehicle=title)]
    if order.promised_at is not None and order.status != "ready":
        late = order.promised_at < context.now
        when = context.moment(order.promised_at)
        parts.append(
            context.say("late", when=when, phone=context.shop_phone()) if late else context.say("promised", when=when)
        )
    if order.note:
        parts.append(context.say("note", note=order.note))
    return " ".join(parts)
