"""Reading a collection from one moment to another by short stretches of time, so that the embedded engine serves others
in between.

While that engine looks through a range it serves nobody else, whatever the limit, and a sort fetches all that matches
first. So a long range is asked for in pieces, each about as long as holds a few hundred documents.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.codec import Document
from storage.mongo import Collection

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)  # nothing is older

_FIRST = timedelta(hours=6)
_SHORTEST = timedelta(seconds=1)
_MANY = 400  # documents: some 15 ms of the embedded engine
_FEW = 100
_FASTER = 4
_PART = 8  # of what is left, while nothing was found: an eighth of all at most comes at once


async def read_stretches(
    collection: Collection,
    wheres: Sequence[Mapping[str, Any]],
    field: str,
    earliest: datetime,
    latest: datetime,
    *,
    newest_first: bool = True,
    projection: Mapping[str, int] | None = None,
) -> AsyncIterator[list[Document]]:
    """The documents with `field` from `earliest` to before `latest`, some at a time, in order of (`field`, `_id`).

    Each of `wheres` with `field` must be an equality prefix of an index and its next field.
    """
    stretch = _FIRST
    begun = newest_first  # from the oldest on, the beginning is to be found first, and what is between may be years
    while earliest < latest:
        if not begun:
            stretch = max(_FIRST, (latest - earliest) / _PART)
        start = max(earliest, latest - stretch) if newest_first else earliest
        end = latest if newest_first else min(latest, earliest + stretch)
        asked = [{**where, field: {"$gte": start, "$lt": end}} for where in wheres]
        pieces = await asyncio.gather(*(collection.find(query, projection).to_list(None) for query in asked))
        found = [document for piece in pieces for document in piece]
        begun = begun or bool(found)
        if found:
            found.sort(key=lambda document: (document[field], document["_id"]), reverse=newest_first)
            yield found
            await asyncio.sleep(0)
        if len(found) < _FEW:
            stretch *= _FASTER
        elif len(found) > _MANY:
            stretch = max(stretch / 2, _SHORTEST)
        if newest_first:
            latest = start
        else:
            earliest = end


def place(at: datetime, document_id: str) -> str:
    """Where a page of a list stopped, as a cursor."""
    return f"{at.isoformat()}~{document_id}"


def parse_place(text: str) -> tuple[datetime, str] | None:
    """The place that a cursor names; None for what is none."""
    moment, _, document_id = text.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, document_id) if at.tzinfo is not None else None
