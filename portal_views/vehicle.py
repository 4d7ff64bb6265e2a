"""One vehicle: what is known of it, what is due, what was done, and what was paid for it."""

import asyncio

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import due_of, vehicles_of
from storage.accounts import InvoiceView
from storage.inspections import Inspection

_SHOWN = 25


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the vehicle. Another client's or another shop's is not there."""
    vehicle = (await vehicles_of(asked)).get(asked.request.match_info["id"])
    if vehicle is None:
        raise web.HTTPNotFound
    records, due, invoices, inspections = await asyncio.gather(
        asked.context.store.service_records.list_for_client(asked.shop.slug, asked.known_client.id),
        due_of(asked, [vehicle]),
        _invoices(asked, vehicle.id),
        _inspections(asked, vehicle.id),
    )
    return asked.page(
        "vehicle.html",
        current="vehicles",
        vehicle=vehicle,
        records=[record for record in records if record.vehicle_id == vehicle.id][:_SHOWN],
        due=[item for item in due if item.reminder.vehicle_id == vehicle.id],
        invoices=invoices[:_SHOWN],
        inspections=inspections[:_SHOWN],
    )


async def _invoices(asked: ShopRequest, vehicle_id: str) -> list[InvoiceView]:
    """Its invoices, for who may see invoices: a link for the vehicle is not for what was paid."""
    if not (asked.full and asked.sections["invoices"]):
        return []
    account = await asked.context.store.accounts.for_client(asked.shop, asked.known_client.id, asked.now)
    return [view for view in account.invoices if view.invoice.vehicle_id == vehicle_id]


async def _inspections(asked: ShopRequest, vehicle_id: str) -> list[Inspection]:
    if not (asked.full and asked.sections["inspections"]):
        return []
    inspections = await asked.context.store.inspections.list_for_client(asked.shop.slug, asked.known_client.id)
    return [inspection for inspection in inspections if inspection.vehicle_id == vehicle_id]
