"""The client's vehicles, each with what falls due for it; those of a fleet by plate or name, a page at a time."""

from collections import defaultdict

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import due_of, vehicles_of
from portal_views.list_query import read_query
from portal_views.paging import page_of
from storage.account_lists import has_number
from storage.reminders import DueService


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the vehicles."""
    query = read_query(asked.request, {}, text="named")
    vehicles = await vehicles_of(asked)
    found = [
        vehicle
        for vehicle in vehicles.values()
        if has_number(query["named"], f"{vehicle.title} {vehicle.trim or ''} {vehicle.plate or ''} {vehicle.vin or ''}")
    ]
    paged = page_of(found, query.page)
    by_vehicle: dict[str, list[DueService]] = defaultdict(list)
    for item in await due_of(asked, paged.items):
        by_vehicle[item.reminder.vehicle_id].append(item)
    return asked.page(
        "vehicles.html",
        current="vehicles",
        due_by_vehicle=dict(by_vehicle),
        paged=paged,
        query=query,
        there=len(vehicles),
    )
