"""The client's invoices and estimates as PDF, to keep or to send on: records, rights and words are their pages'."""

import asyncio
from dataclasses import replace

from aiohttp import hdrs, web

from portal_views.access import ShopRequest
from portal_views.client_records import own_record, vehicles_named
from portal_views.downloads import file_name
from portal_views.formats import formats_for
from portal_views.invoice import own_invoice
from portal_views.paper.content import Paper
from portal_views.paper.estimate import estimate_paper
from portal_views.paper.invoice import invoice_paper
from portal_views.texts import texts_for

# One at a time: each takes the processor, and pages are to be served beside it.
_at_work = asyncio.Lock()


async def show_invoice(asked: ShopRequest) -> web.StreamResponse:
    """The invoice. Another client's, another shop's or a draft is not there."""
    view = await own_invoice(asked)
    vehicles, texts = await vehicles_named(asked, [view.invoice.vehicle_id]), texts_for(asked.language)
    paper = invoice_paper(
        asked.shop,
        asked.known_client,
        vehicles.get(view.invoice.vehicle_id or ""),
        view,
        show_payments=asked.sections["payments"],
        t=texts,
        f=formats_for(asked.shop, texts),
    )
    return await _answer(asked, paper, file_name("invoice", view.invoice.number))


async def show_estimate(asked: ShopRequest) -> web.StreamResponse:
    """The estimate. Another client's or another shop's is not there."""
    estimate = await own_record(asked, asked.context.store.estimates)
    vehicles, texts = await vehicles_named(asked, [estimate.vehicle_id]), texts_for(asked.language)
    paper = estimate_paper(
        asked.shop,
        asked.known_client,
        vehicles.get(estimate.vehicle_id or ""),
        estimate,
        estimate.state_on(asked.now.astimezone(asked.shop.zone).date()),
        t=texts,
        f=formats_for(asked.shop, texts),
    )
    return await _answer(asked, paper, file_name("estimate", estimate.number))


async def _answer(asked: ShopRequest, paper: Paper, name: str) -> web.Response:
    logo = await asked.context.store.logos.find(asked.shop.slug) if asked.shop.logo else None
    if logo is not None:
        paper = replace(paper, logo=(logo.content, logo.width, logo.height))
    async with _at_work:
        content = await asyncio.to_thread(_made, paper)
    headers = {
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.CONTENT_DISPOSITION: f'inline; filename="{name}.pdf"',
        hdrs.VARY: "Accept-Language, Cookie",
    }
    return web.Response(body=content, content_type="application/pdf", headers=headers)


def _made(paper: Paper) -> bytes:
    from portal_views.paper.sheet import make_pdf  # a third of a second, at the first paper only

    return make_pdf(paper)
