"""What several pages show of a client's file."""

from collections.abc import Sequence

from portal_views.access import ShopRequest
from storage.reminders import DueService, due_services
from storage.vehicles import Vehicle


async def vehicles_of(asked: ShopRequest) -> dict[str, Vehicle]:
    """The client's vehicles by id, newest model first: they name what invoices and visits are about."""
    vehicles = await asked.context.store.vehicles.list_for_client(asked.shop.slug, asked.known_client.id)
    return {vehicle.id: vehicle for vehicle in vehicles}


async def due_of(asked: ShopRequest, vehicles: Sequence[Vehicle]) -> list[DueService]:
    """The services that fall due, soonest first."""
    reminders = await asked.context.store.reminders.list_for_client(asked.shop.slug, asked.known_client.id)
    return due_services(reminders, list(vehicles), asked.now.astimezone(asked.shop.zone).date())
