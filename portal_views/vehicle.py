"""One vehicle: what is known of it, what is due, what was done, and what was paid for it."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import due_of, own_record
from storage.account_lists import InvoiceFilter, list_invoices
from storage.account_summary import InvoiceRow
from storage.accounts import day_of
from storage.inspections import Inspection

_SHOWN = 25


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the vehicle. Another client's or another shop's is not there."""
    vehicle = await own_record(asked, asked.context.store.vehicles)
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
        invoices=invoices,
        today=day_of(asked.shop, asked.now),
        inspections=inspections[:_SHOWN],
    )


async def _invoices(asked: ShopRequest, vehicle_id: str) -> Sequence[InvoiceRow]:
    """Its newest invoices, for who may see invoices: a link for the vehicle is not for what was paid."""
    if not (asked.full and asked.sections["invoices"]):
        return []
    page = await list_invoices(
        asked.context.store.account_summaries,
        asked.shop.slug,
        asked.known_client.id,
        InvoiceFilter(vehicle_id=vehicle_id),
        today=day_of(asked.shop, asked.now),
    )
    return page.items


async def _inspections(asked: ShopRequest, vehicle_id: str) -> list[Inspection]:
    if not (asked.full and asked.sections["inspections"]):
        return []
    inspections = await asked.context.store.inspections.list_for_client(asked.shop.slug, asked.known_client.id)
    return [inspection for inspection in inspections if inspection.vehicle_id == vehicle_id]
