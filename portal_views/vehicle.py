"""One vehicle: what is known of it, what is due, what was done, and what was paid for it."""

import asyncio

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import due_for, own_record
from storage.account_lists import AccountPage, InvoiceFilter, list_invoices
from storage.account_summary import InvoiceRow
from storage.accounts import day_of
from storage.inspections import Inspection

_SHOWN = 25


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the vehicle. Another client's or another shop's is not there."""
    vehicle = await own_record(asked, asked.context.store.vehicles)
    records, due, invoices, inspections = await asyncio.gather(
        asked.context.store.service_records.list_for_vehicle(asked.shop.slug, asked.known_client.id, vehicle.id),
        due_for(asked, vehicle),
        _invoices(asked, vehicle.id),
        _inspections(asked, vehicle.id),
    )
    return asked.page(
        "vehicle.html",
        current="vehicles",
        vehicle=vehicle,
        records=records[:_SHOWN],
        due=due,
        full=asked.full,
        invoices=invoices.items if invoices else [],
        more_invoices=invoices.count - len(invoices.items) if invoices else 0,
        today=day_of(asked.shop, asked.now),
        inspections=inspections[:_SHOWN],
        more_inspections=max(0, len(inspections) - _SHOWN),
    )


async def _invoices(asked: ShopRequest, vehicle_id: str) -> AccountPage[InvoiceRow] | None:
    """Its newest invoices, for who may see invoices: a link for the vehicle is not for what was paid."""
    if not (asked.full and asked.sections["invoices"]):
        return None
    return await list_invoices(
        asked.context.store.account_summaries,
        asked.shop.slug,
        asked.known_client.id,
        InvoiceFilter(vehicle_id=vehicle_id),
        today=day_of(asked.shop, asked.now),
    )


async def _inspections(asked: ShopRequest, vehicle_id: str) -> list[Inspection]:
    if not (asked.full and asked.sections["inspections"]):
        return []
    return await asked.context.store.inspections.list_for_vehicle(asked.shop.slug, asked.known_client.id, vehicle_id)
