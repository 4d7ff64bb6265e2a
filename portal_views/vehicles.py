"""The client's vehicles, each with what falls due for it; a fleet's are searched and sorted, a page at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import FEW_VEHICLES, due_of, vehicles_of
from portal_views.list_query import Choice, read_query
from portal_views.paging import one_of, order_choice, page_of
from portal_views.texts import texts_for
from storage.account_lists import has_number
from storage.reminders import DueService
from storage.vehicles import Vehicle

_PAGE = 24  # fills rows of two, three and four
_DUE_SHOWN = 2  # of each vehicle; the others are on its page
_STATES = ("overdue", "soon")
_ORDERS = ("newest", "due")


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the vehicles."""
    query = read_query(asked.request, {"due": _STATES, "sort": _ORDERS}, text="named")
    vehicles = list((await vehicles_of(asked)).values())
    due = by_vehicle(await due_of(asked, vehicles))
    found = [
        vehicle
        for vehicle in named(vehicles, query["named"])
        if not query["due"] or any(item.state == query["due"] for item in due.get(vehicle.id, ()))
    ]
    return asked.page(
        "vehicles.html",
        current="vehicles",
        choices=_choices(asked),
        due_by_vehicle=due,
        due_shown=_DUE_SHOWN,
        many=len(vehicles) > FEW_VEHICLES,
        paged=page_of(most_urgent(found, due) if query["sort"] == "due" else found, query.page, _PAGE),
        query=query,
        there=len(vehicles),
    )


def by_vehicle(due: Sequence[DueService]) -> dict[str, list[DueService]]:
    """What falls due, by the vehicle's id, in the same order."""
    found: dict[str, list[DueService]] = defaultdict(list)
    for item in due:
        found[item.reminder.vehicle_id].append(item)
    return dict(found)


def most_urgent(vehicles: Sequence[Vehicle], due: Mapping[str, Sequence[DueService]]) -> list[Vehicle]:
    """Those for which something falls due soonest come first, those without a day last, in the order they have."""
    soonest = {vehicle_id: items[0].on for vehicle_id, items in due.items()}
    return sorted(vehicles, key=lambda vehicle: soonest.get(vehicle.id) or date.max)


def named(vehicles: Sequence[Vehicle], typed: str) -> list[Vehicle]:
    """Those in whose plate, VIN or name this stands as it was typed; if in none, those that have every word of it."""
    texts = {vehicle.id: _texts(vehicle) for vehicle in vehicles}
    found = [vehicle for vehicle in vehicles if any(has_number(typed, text) for text in texts[vehicle.id])]
    words = typed.split()
    return found or [
        vehicle
        for vehicle in vehicles
        if all(any(has_number(word, text) for text in texts[vehicle.id]) for word in words)
    ]


def _texts(vehicle: Vehicle) -> tuple[str, ...]:
    return f"{vehicle.title} {vehicle.trim or ''}", vehicle.plate or "", vehicle.vin or ""


def _choices(asked: ShopRequest) -> list[Choice]:
    t = texts_for(asked.language)
    states = [(state, t(f"reminder.{state}")) for state in _STATES]
    return [one_of(asked, "due", t("dashboard.reminders"), states), order_choice(asked, _ORDERS)]
