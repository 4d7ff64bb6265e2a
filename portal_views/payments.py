"""The client's payments: what was paid in all and by which means, then each of them, a page at a time."""

from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.list_query import Choice, read_query
from portal_views.texts import Texts, texts_for
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
        choices=_choices(texts_for(asked.language), paged.years, paged.summary.paid_by_method),
        invoices_shown=invoices_shown,
        paged=paged,
        query=query,
    )


def _choices(t: Texts, years: Sequence[int], methods: Iterable[str]) -> list[Choice]:
    everything = ("", t("lists.every"))
    found = []
    used = [method for method in _METHODS if method in methods]
    if len(used) > 1:
        named = tuple((method, t(f"method.{method}")) for method in used)
        found.append(Choice(name="method", label=t("payments.method"), options=(everything, *named)))
    if len(years) > 1:
        options = tuple((str(year), str(year)) for year in years)
        found.append(Choice(name="year", label=t("lists.year"), options=(everything, *options)))
    orders = tuple((order, t(f"lists.sort.{order}")) for order in _ORDERS)
    return [*found, Choice(name="sort", label=t("lists.order"), options=orders)]
