"""What several pages show of a client's file."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from aiohttp import web

from portal_views.access import ShopRequest
from storage.records import Records
from storage.reminders import DueService, due_services
from storage.vehicles import Vehicle
from storage.visit import Visit


class Owned(Protocol):
    """A record of one client."""

    @property
    def client_id(self) -> str | None:
        """Whose it is."""


Own = TypeVar("Own", bound=Owned)

FEW_VEHICLES = 8  # with more than that they are searched, and chosen by plate


async def vehicles_of(asked: ShopRequest) -> dict[str, Vehicle]:
    """The client's vehicles by id, newest model first: they name what invoices and visits are about."""
    vehicles = await asked.context.store.vehicles.list_for_client(asked.shop.slug, asked.known_client.id)
    return {vehicle.id: vehicle for vehicle in vehicles}


async def shown_vehicles(asked: ShopRequest) -> dict[str, Vehicle]:
    """The same, for a client who is shown vehicles; else none."""
    return await vehicles_of(asked) if asked.sections["vehicles"] else {}


async def shown_vehicle(asked: ShopRequest, vehicle_id: str | None) -> Vehicle | None:
    """The client's vehicle that a visit is for; None where there is none, or the client is shown none."""
    found = await vehicles_named(asked, [vehicle_id]) if asked.sections["vehicles"] else {}
    return found.get(vehicle_id or "")


async def vehicles_named(asked: ShopRequest, ids: Iterable[str | None]) -> dict[str, Vehicle]:
    """Those of the client's vehicles that have these ids, by id; few of a fleet."""
    wanted = {vehicle_id for vehicle_id in ids if vehicle_id}
    found = await asked.context.store.vehicles.find_many(asked.shop.slug, sorted(wanted))
    return {vehicle.id: vehicle for vehicle in found.values() if vehicle.client_id == asked.known_client.id}


def vehicle_options(vehicles: Sequence[Vehicle]) -> list[tuple[str, str]]:
    """To choose one of them, each by its id: (id, words). Those of a fleet by their plates, which is what one types in
    a long list to come to one of them.
    """
    if len(vehicles) <= FEW_VEHICLES:
        return [(vehicle.id, vehicle.name_with_plate) for vehicle in vehicles]
    ordered = sorted(vehicles, key=lambda vehicle: (not vehicle.plate, vehicle.plate_first))
    return [(vehicle.id, vehicle.plate_first) for vehicle in ordered]


async def due_of(asked: ShopRequest, vehicles: Sequence[Vehicle]) -> list[DueService]:
    """The services that fall due for all the client's vehicles, soonest first."""
    reminders = await asked.context.store.reminders.list_due(asked.shop.slug, asked.known_client.id)
    return due_services(reminders, list(vehicles), asked.now.astimezone(asked.shop.zone).date())


async def due_for(asked: ShopRequest, vehicle: Vehicle) -> list[DueService]:
    """The services that fall due for one vehicle, soonest first."""
    reminders = asked.context.store.reminders
    own = await reminders.list_for_vehicle(asked.shop.slug, asked.known_client.id, vehicle.id)
    return due_services(own, [vehicle], asked.now.astimezone(asked.shop.zone).date())


async def own_record(asked: ShopRequest, records: Records[Own]) -> Own:
    """The client's own record of this type that the address names. Raises 404 for another's, or none."""
    record = await records.find(asked.shop.slug, asked.request.match_info["id"])
    if record is None or record.client_id != asked.known_client.id:
        raise web.HTTPNotFound
    return record


async def own_visit(asked: ShopRequest) -> Visit:
    """The client's own visit that the address names. Raises 404."""
    return await own_record(asked, asked.context.store.visits)
