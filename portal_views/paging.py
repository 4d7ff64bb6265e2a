"""A long list a page at a time, the page by the address's `?page=`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

PAGE_SIZE = 25
_DIGITS = 6  # of a page number

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Generic[Item]):
    """One page of a list: the items on it, which page it is, how many there are."""

    items: Sequence[Item]
    page: int
    pages: int


def page_of(request: web.Request, items: Sequence[Item]) -> Paged[Item]:
    """The page that is asked for; a page number that cannot be is the nearest that can."""
    pages = max(1, math.ceil(len(items) / PAGE_SIZE))
    wanted = request.query.get("page", "1")
    page = min(max(1, int(wanted)), pages) if wanted.isdecimal() and len(wanted) <= _DIGITS else 1
    return Paged(items=items[(page - 1) * PAGE_SIZE : page * PAGE_SIZE], page=page, pages=pages)
