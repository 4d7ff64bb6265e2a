"""`server.py understand`: a line in, a line out, in order; what cannot be read is told by its field, none is lost."""

import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.reader import Reader
from bot.understand import Desk, Refused, run_understand
from bot.understanding.shop_models import SharedModel
from storage.store import Storage
from tests.dialogues.people import MARIA, SHOP, move_in
from tests.learned import the_understander

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)  # 10:30 in Austin

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def reader(models: Path) -> Reader:
    return Reader(SharedModel(the_understander(models)))


def opened(store: Storage) -> Callable[[], AbstractAsyncContextManager[Storage]]:
    @asynccontextmanager
    async def open_store() -> AsyncIterator[Storage]:
        yield store

    return open_store


def no_database() -> AbstractAsyncContextManager[Storage]:
    raise AssertionError("nothing of this needs the database")


async def said(
    reader: Reader, *lines: object, slug: str | None = None, zone: str | None = None, open_store: Any = no_database
) -> tuple[int, list[dict[str, Any]]]:
    """The status, and the lines that come out."""

    async def given() -> AsyncIterator[str]:
        for line in lines:
            yield line if isinstance(line, str) else json.dumps(line)

    out = io.StringIO()
    async with AsyncExitStack() as stack:
        desk = Desk(
            slug=slug,
            zone=ZoneInfo(zone) if zone else None,
            now=None,
            clock=lambda: NOW,
            open_store=open_store,
            stack=stack,
        )
        status = await run_understand(desk, reader, given(), out)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


async def test_a_line_for_each_in_order(reader: Reader) -> None:
    status, lines = await said(reader, {"text": "cuánto debo?"}, "", {"text": "is the van done yet and what do i owe"})
    assert status == 0
    assert [(line["text"], line["intent"], line["second_intent"]) for line in lines] == [
        ("cuánto debo?", "ask_balance", None),
        ("is the van done yet and what do i owe", "work_order_status", "ask_balance"),
    ]
    assert lines[1]["entities"]["vehicle"] == "van"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("nonsense", "line"),
        ("[1]", "line"),
        ("{}", "text"),
        ('{"text": 5}', "text"),
        ('{"text": "hi", "tz": "Mars/Base"}', "tz"),
        ('{"text": "hi", "now": "soon"}', "now"),
    ],
)
async def test_what_cannot_be_read_is_told_and_the_rest_goes_on(reader: Reader, line: str, field: str) -> None:
    status, lines = await said(reader, line, {"text": "hello"})
    assert status == 2
    assert lines[0]["error"]["field"] == field
    assert lines[1]["intent"] == "greet"


async def test_the_moment_counts_in_the_zone_of_its_line(reader: Reader) -> None:
    late = "2026-03-11T23:30"
    _, lines = await said(
        reader,
        {"text": "book me tomorrow at 10", "now": late, "tz": "America/New_York"},
        {"text": "book me tomorrow at 10", "now": f"{late}-04:00", "tz": "America/Los_Angeles"},
        {"text": "book me tomorrow at 10"},
    )
    assert [line["entities"]["when"]["date"] for line in lines] == ["2026-03-12", "2026-03-12", "2026-03-12"]
    _, (utc,) = await said(reader, {"text": "book me tomorrow at 10", "now": f"{late}-04:00", "tz": "UTC"})
    assert utc["entities"]["when"]["date"] == "2026-03-13"


async def test_a_clients_own_cars_are_the_dictionary(reader: Reader, store: Storage) -> None:
    await move_in(store)
    line = {"text": "oil change for the civc tmrw at 10", "client": MARIA}
    status, (found,) = await said(reader, line, slug=SHOP.slug, open_store=opened(store))
    assert status == 0
    assert found["entities"]["vehicle_id"] == "civic"
    assert found["entities"]["service_code"] == "oil_change"


async def test_the_only_shop_is_meant_where_a_client_is_named(reader: Reader, store: Storage) -> None:
    await move_in(store)
    _, (found,) = await said(reader, {"text": "is the civic done", "client": MARIA}, open_store=opened(store))
    assert found["entities"]["vehicle_id"] == "civic"


async def test_a_client_or_a_shop_that_is_not_there_is_told(reader: Reader, store: Storage) -> None:
    await move_in(store)
    status, (line,) = await said(reader, {"text": "hi", "client": "x"}, slug=SHOP.slug, open_store=opened(store))
    assert (status, line["error"]["field"]) == (2, "client")
    async with AsyncExitStack() as stack:
        desk = Desk(slug="no", zone=None, now=None, clock=lambda: NOW, open_store=opened(store), stack=stack)
        with pytest.raises(Refused, match="no shop 'no'"):
            await desk.shop(None)
