"""`python server.py understand`: what messages mean, a JSON line for each, by the very function that the chat uses.

Shop owners try their examples with it, and held-out sets are measured with it.
"""

import argparse
import json
import sys
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.catalog import load_catalog
from bot.rasa_parse import RasaReader
from bot.reader import Reader
from bot.understanding import Understander
from bot.understanding.shop_models import ShopModels
from config.clock import BusinessClock
from config.settings import Settings
from storage.demo.load import demo_shop
from storage.ids import record_id
from storage.shops import Shop
from storage.store import Storage
from storage.vehicles import Vehicle

NOTHING_DONE = 1
SOME_REFUSED = 2


class Refused(Exception):
    """A line cannot be read; `field` is what is wrong with it, the message what would be right."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name


OpenStore = Callable[[], AbstractAsyncContextManager[Storage]]


@dataclass(kw_only=True)
class Desk:
    """The shop and the clients that lines are read against. The database is opened when something needs it."""

    slug: str | None
    zone: ZoneInfo | None
    now: datetime | None
    clock: Callable[[], datetime]
    open_store: OpenStore
    stack: AsyncExitStack
    _store: Storage | None = None
    _shop: Shop | None = None
    _vehicles: dict[str, list[Vehicle]] = field(default_factory=dict)

    async def shop(self, client: str | None) -> Shop:
        """The shop that was named, else the only one that is here if a client is named, else the demo's. `Refused`."""
        if self._shop is None or (client is not None and self._store is None):
            self._shop = await self._find_shop(client)
        return self._shop

    async def vehicles(self, shop: Shop, client: str | None) -> list[Vehicle]:
        """The vehicles of a client, by our id or the shop's own. Raises `Refused` for one that is not there."""
        if client is None:
            return []
        if client not in self._vehicles:
            store = await self._opened()
            known = await store.clients.find_many(shop.slug, [client, record_id(shop.slug, "client", client)])
            if not known:
                raise Refused("client", f"{shop.name} has no client {client!r}")
            self._vehicles[client] = await store.vehicles.list_for_client(shop.slug, next(iter(known)))
        return self._vehicles[client]

    async def _find_shop(self, client: str | None) -> Shop:
        if self.slug is None and client is None:
            return demo_shop()
        store = await self._opened()
        if self.slug is not None:
            shop = await store.shops.find(self.slug)
            if shop is None:
                raise Refused("--shop", f"there is no shop {self.slug!r}")
            return shop
        shops = await store.shops.list()
        if len(shops) != 1:
            raise Refused("client", f"say whose client with --shop: there are {len(shops)} shops here")
        return shops[0]

    async def _opened(self) -> Storage:
        if self._store is None:
            self._store = await self.stack.enter_async_context(self.open_store())
        return self._store


def parse_zone(name: str) -> ZoneInfo:
    """The zone of this name. Raises `Refused`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused("tz", f"{name!r} is no time zone, as America/Chicago") from error


def parse_moment(text: str) -> datetime:
    """A moment; one without an offset is naive, and counts in the zone of its line. Raises `Refused`."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("now", f"{text!r} is no moment, as 2026-03-11T10:30 or 2026-03-11T10:30:00-05:00") from error


async def read_line(desk: Desk, reader: Reader, line: str) -> dict[str, Any]:
    """What a JSON line of `text`, and perhaps `now`, `tz` and `client`, means. Raises `Refused`."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused("line", f'is no JSON object as {{"text": "what do I owe"}}: {error}') from error
    if not isinstance(asked, dict):
        raise Refused("line", 'must be a JSON object as {"text": "what do I owe"}')
    text, now, zone, client = (_text(asked, name) for name in ("text", "now", "tz", "client"))
    if text is None:
        raise Refused("text", "is missing")
    shop = await desk.shop(client)
    place = parse_zone(zone) if zone else desk.zone
    if place is not None:
        shop = replace(shop, timezone=place.key)
    moment = parse_moment(now) if now else desk.now or desk.clock()
    moment = moment if moment.tzinfo else moment.replace(tzinfo=shop.zone)
    understood = await reader.understand(text, now=moment, shop=shop, vehicles=await desk.vehicles(shop, client))
    return understood.as_dict()


def _text(asked: dict[str, Any], name: str) -> str | None:
    value = asked.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused(name, f"must be text, not {json.dumps(value)[:40]}")
    return value


async def run_understand(desk: Desk, reader: Reader, lines: AsyncIterator[str], out: TextIO) -> int:
    """Write a line for each line, in order. One that cannot be read gets `{"error": ...}`; then the status is 2."""
    status = 0
    async for line in lines:
        if not line.strip():
            continue
        try:
            answer = await read_line(desk, reader, line)
        except Refused as refused:
            status = SOME_REFUSED
            answer = {"error": {"code": "bad_request", "message": f"{refused.field} {refused}", "field": refused.field}}
        said = json.dumps(answer, ensure_ascii=False)
        out.write(said.encode("utf-8", "replace").decode() + "\n")  # half a character pair cannot be written
        out.flush()
    return status


async def understand_lines(
    settings: Settings,
    options: argparse.Namespace,
    open_store: Callable[[Settings], AbstractAsyncContextManager[Storage]],
    open_rasa: Callable[[Settings, Collection[str]], AbstractAsyncContextManager[RasaReader | None]],
) -> int:
    """The command: the text that was given, else every line of standard input. The exit status: 0, 1 or 2."""
    catalog = load_catalog()
    models = ShopModels(
        Understander.train_or_load(settings.data_dir / "models", catalog.examples), catalog.examples, settings.data_dir
    )
    async with AsyncExitStack() as stack:
        try:
            desk = Desk(
                slug=options.shop,
                zone=parse_zone(options.tz) if options.tz else None,
                now=parse_moment(options.now) if options.now else None,
                clock=BusinessClock(settings.now).now,
                open_store=lambda: open_store(settings),
                stack=stack,
            )
            shop = await desk.shop(None)
        except Refused as refused:
            print(f"{refused.field}: {refused}", file=sys.stderr)
            return NOTHING_DONE
        if options.shop is not None:
            await models.learn_file(shop.slug)
        reader = Reader(models, await stack.enter_async_context(open_rasa(settings, catalog.intents)))
        lines = _input_lines() if options.text is None else _given(options.text)
        return await run_understand(desk, reader, lines, sys.stdout)


async def _given(text: str) -> AsyncIterator[str]:
    yield json.dumps({"text": text})


async def _input_lines() -> AsyncIterator[str]:
    """The lines of standard input; bytes that are no UTF-8 are replaced, and lose no line."""
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace")
