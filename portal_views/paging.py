"""Lists of a client's records a page at a time, bounded: the newest few hundred, or those of one year."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from portal_views.access import ShopRequest
from portal_views.list_query import Choice, ListQuery
from portal_views.texts import texts_for
from storage.account_lists import PAGE_SIZE
from storage.account_lists import page_of as nearest_page
from storage.accounts import day_of
from storage.records import Records

NEWEST = 300  # of a kind that are looked at together; what is older is asked for by its year
_YEARS_BACK = 10

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Generic[Item]):
    """One page of a list: the items on it, which page it is, how many pages and items there are."""

    items: Sequence[Item]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked(Generic[Item]):
    """The records that were looked at, newest first, and the years to choose from, none where there is but one."""

    items: Sequence[Item]
    years: tuple[int, ...]


def page_of(items: Sequence[Item], wanted: int, size: int = PAGE_SIZE) -> Paged[Item]:
    """The page that is asked for; one that cannot be is the nearest that can."""
    page, pages = nearest_page(wanted, len(items), size)
    shown = items[(page - 1) * size : page * size]
    return Paged(items=shown, page=page, pages=pages, count=len(items))


async def look(
    asked: ShopRequest, records: Records[Item], query: ListQuery, day: Callable[[Item], date | None]
) -> Looked[Item]:
    """The client's records of the year that is asked for, or the newest ones; oldest first if that is asked for."""
    shop, client_id, today = asked.shop.slug, asked.known_client.id, day_of(asked.shop, asked.now)
    newest = await records.newest_of(shop, client_id, today, NEWEST)
    items: Sequence[Item] = newest
    if query.year is not None:
        around = await records.list_year(shop, client_id, query.year)
        items = [item for item in around if (when := day(item)) is not None and when.year == query.year]
    years = years_of(map(day, newest), today, more=len(newest) >= NEWEST)
    return Looked(items=items[::-1] if query["sort"] == "oldest" else items, years=years)


def years_of(days: Iterable[date | None], today: date, *, more: bool = False) -> tuple[int, ...]:
    """The years to choose from, the latest first; those of ten years where there is more than these days."""
    known = [day for day in days if day is not None]
    earliest = today.year - _YEARS_BACK if more else min(known, default=today).year
    latest = max(known, default=today).year
    return tuple(range(latest, earliest - 1, -1)) if latest > earliest else ()


def list_choices(asked: ShopRequest, years: Sequence[int], *own: Choice) -> list[Choice]:
    """The filters of a list by day: its own, the year where there are several, the order."""
    return [*own, *year_choice(asked, years), order_choice(asked, ("newest", "oldest"))]


def year_choice(asked: ShopRequest, years: Sequence[int]) -> list[Choice]:
    """The filter by year; none where there is nothing to choose from."""
    options = [(str(year), str(year)) for year in years]
    return [one_of(asked, "year", texts_for(asked.language)("lists.year"), options)] if len(years) > 1 else []


def order_choice(asked: ShopRequest, orders: Sequence[str]) -> Choice:
    """In which order."""
    t = texts_for(asked.language)
    options = tuple((order, t(f"lists.sort.{order}")) for order in orders)
    return Choice(name="sort", label=t("lists.order"), options=options)


def one_of(asked: ShopRequest, name: str, label: str, options: Sequence[tuple[str, str]]) -> Choice:
    """A filter that asks for one of these, or for all."""
    return Choice(name=name, label=label, options=(("", texts_for(asked.language)("lists.every")), *options))
