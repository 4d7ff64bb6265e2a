"""The client's vehicles, each with what falls due for it."""

from collections import defaultdict

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import due_of, vehicles_of
from storage.reminders import DueService


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the vehicles."""
    vehicles = await vehicles_of(asked)
    by_vehicle: dict[str, list[DueService]] = defaultdict(list)
    for item in await due_of(asked, list(vehicles.values())):
        by_vehicle[item.reminder.vehicle_id].append(item)
    return asked.page("vehicles.html", current="vehicles", vehicles=vehicles, due_by_vehicle=dict(by_vehicle))
