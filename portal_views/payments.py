"""The client's payments: what was paid in all and by which means, then each of them, a page at a time."""

from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.list_query import Choice, read_query
from portal_views.paging import one_of, order_choice, year_choice
from portal_views.texts import texts_for
from storage.account_lists import PaymentFilter, list_payments

_ORDERS = ("newest", "oldest", "largest")
_METHODS = ("cash", "card", "check", "transfer", "financing", "other")


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show one page of the list. Invoices are named only where the client is shown them."""
    query = read_query(asked.request, {"method": _METHODS, "sort": _ORDERS}, years=True, text="number")
    values: Any = query  # what it holds are names of ours
    invoices_shown = asked.sections["invoices"]
    paged = await list_payments(
        asked.context.store.account_summaries,
        asked.shop.slug,
        asked.known_client.id,
        PaymentFilter(
            method=values["method"] or None, year=query.year, number=values["number"], by_invoice=invoices_shown
        ),
        order=values["sort"] or "newest",
        page=query.page,
    )
    return asked.page(
        "payments.html",
        current="payments",
        account=paged.summary,
        choices=_choices(asked, paged.years, paged.summary.paid_by_method),
        invoices_shown=invoices_shown,
        paged=paged,
        query=query,
    )


def _choices(asked: ShopRequest, years: Sequence[int], methods: Iterable[str]) -> list[Choice]:
    t = texts_for(asked.language)
    used = [(method, t(f"method.{method}")) for method in _METHODS if method in methods]
    by_method = [one_of(asked, "method", t("payments.method"), used)] if len(used) > 1 else []
    return [*by_method, *year_choice(asked, years), order_choice(asked, _ORDERS)]
