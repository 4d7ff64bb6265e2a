"""The client's reports: what was spent in a period, by month, by vehicle, by kind of work; and all of it as CSV."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal

from aiohttp import hdrs, web

from portal_views import report_pictures
from portal_views.access import ShopRequest
from portal_views.client_records import vehicles_named, vehicles_of
from portal_views.csv_text import csv_text
from portal_views.downloads import file_name
from portal_views.spending_figures import parse_period, spending_in, years_in
from portal_views.texts import texts_for
from storage.account_summary import SpendingRow
from storage.accounts import day_of
from storage.money import format_decimal
from storage.vehicles import Vehicle

_PERIODS = ("12", "year", "all")
_YEARS_SHOWN = 8


async def show(asked: ShopRequest) -> web.StreamResponse:
    """`GET`: the figures of `period`: `12` (months), `year` (this one), `all`, or a year."""
    today = day_of(asked.shop, asked.now)
    period = parse_period(asked.request.query, today)
    summaries, key = asked.context.store.account_summaries, (asked.shop.slug, asked.known_client.id)
    summary = await summaries.of(*key)
    rows = await summaries.spending(*key, period.since, period.until)
    figures = await asyncio.to_thread(spending_in, period, rows, today)
    return asked.page(
        "spending.html",
        current="reports",
        chart=report_pictures.columns(figures.columns),
        figures=figures,
        period=period,
        periods=_PERIODS,
        there=summary.invoices,
        vehicles=await vehicles_named(asked, [part.key for part in figures.vehicles.named]),
        years=[year for year in years_in(summary.invoiced_by_month) if year != today.year][:_YEARS_SHOWN],
    )


async def download(asked: ShopRequest) -> web.StreamResponse:
    """`GET`: the same figures as a table, a line for each month, vehicle, kind and service."""
    period = parse_period(asked.request.query, day_of(asked.shop, asked.now))
    rows = await asked.context.store.account_summaries.spending(
        asked.shop.slug, asked.known_client.id, period.since, period.until
    )
    text = await asyncio.to_thread(_table, asked, rows, await vehicles_of(asked))  # of a fleet, ten thousand lines
    name = file_name(asked.shop.slug, texts_for(asked.language)("spending.file"), period.name)
    headers = {
        hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}.csv"',
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.VARY: "Accept-Language, Cookie",
    }
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)


def _table(asked: ShopRequest, rows: Sequence[SpendingRow], vehicles: Mapping[str, Vehicle]) -> str:
    t = texts_for(asked.language)
    head = [
        t(f"spending.csv.{name}") for name in ("month", "vehicle", "plate", "kind", "service", "amount", "currency")
    ]
    lines = []
    for row in rows:
        vehicle = vehicles.get(row.vehicle_id or "")
        service = asked.shop.service_title(row.service, asked.language) if row.service else None
        about = (vehicle.title, vehicle.plate) if vehicle else (None, None)
        lines.append(
            (
                row.month,
                *about,
                t(f"kinds.{row.kind}"),
                service,
                Decimal(format_decimal(row.cents)),
                asked.shop.currency,
            )
        )
    return csv_text(head, lines)
