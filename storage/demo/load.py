"""Load the demo shop, moved in time so that it is fresh: by whole weeks, so that weekdays stay.

The file's own day is Wednesday, 2026-03-11, in the morning. Its holidays are those of the calendar and are not moved.
"""

import asyncio
import json
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from config.clock import utc_now
from storage.clients import Client
from storage.demo.conversations import load_conversations
from storage.shops import Shop
from storage.staff import Staff
from storage.store import Storage

if TYPE_CHECKING:
    from storage.importing.account import Account

DEMO_FILE = Path(__file__).with_name("shop.jsonl")
DEMO_SHOP = "demo"
DEMO_DAY = date(2026, 3, 11)

_DATED = frozenset(
    {"issued_on", "due_on", "valid_until", "paid_on", "mileage_on", "inspected_on", "done_on"}
    | {"at", "promised_at", "starts_at", "updated_at"}
)
_AHEAD = {("visit", "confirmed"): "starts_at", ("visit", "requested"): "starts_at"} | {
    ("work_order", status): "promised_at"
    for status in ("received", "diagnosing", "waiting_approval", "waiting_parts", "in_progress")
}
_WORTH_SHOWING = {
    "c101": "two cars, an overdue invoice, a visit next week",
    "c102": "a truck that is ready for pick-up",
    "c103": "writes Spanish",
    "c104": "an estimate that waits for a yes",
    "c105": "shares a phone with Ellen Becker",
    "c106": "shares a phone with Tom Becker",
    "c107": "nothing on file yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoClient:
    """A client worth showing: what for, and the number (E.164) to text from."""

    client: Client
    phone: str
    shows: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSummary:
    """The demo shop as it stands. `created` is false when it was there already."""

    shop: Shop
    created: bool
    clients: tuple[DemoClient, ...]
    owner: Staff | None


class DemoBroken(Exception):
    """The demo file was not taken whole. The text names the first refused line."""


def demo_shop() -> Shop:
    """The demo shop as its file describes it, without a database."""
    from storage.importing.sources import parse_shop

    with DEMO_FILE.open(encoding="utf-8") as file:
        records = (json.loads(line) for line in file)
        return parse_shop(next(record for record in records if record["type"] == "shop")).to_shop()


async def load_demo(store: Storage, today: date) -> DemoSummary:
    """Make the demo shop if it is not there, fresh for `today` (a day in the shop's zone), and say what it shows."""
    created = await store.shops.find(DEMO_SHOP) is None
    if created:
        account = await _import_moved(store, today)
        if account.refusals:
            raise DemoBroken(str(account.refusals[0]))
    shop = await store.shops.get(DEMO_SHOP)
    if created:
        await load_conversations(store, shop, utc_now())
    by_external_id = {client.external_id: client for client in await store.clients.list(DEMO_SHOP)}
    shown = [(by_external_id[known], shows) for known, shows in _WORTH_SHOWING.items() if known in by_external_id]
    staff = await store.staff.list(DEMO_SHOP)
    return DemoSummary(
        shop=shop,
        created=created,
        clients=tuple(
            DemoClient(client=client, phone=client.phones[0], shows=shows) for client, shows in shown if client.phones
        ),
        owner=next((one for one in staff if one.role == "owner"), None),
    )


async def _import_moved(store: Storage, today: date) -> "Account":
    from storage.demo.photos import add_photos, draw_photos
    from storage.importing.importer import import_files  # a sixth of a second, at the first start only

    weeks = timedelta(weeks=(today - DEMO_DAY).days // 7)
    with tempfile.TemporaryDirectory(prefix="pitline-demo-") as folder:
        path = Path(folder) / DEMO_FILE.name
        await asyncio.to_thread(draw_photos, Path(folder))
        with path.open("w", encoding="utf-8") as moved, DEMO_FILE.open(encoding="utf-8") as file:
            closed: frozenset[str] = frozenset()
            for line in file:
                record = _moved(json.loads(line), weeks)
                if record["type"] == "shop":
                    closed = frozenset(day["date"] for day in record["closed"])
                _keep_ahead(record, today, closed)
                add_photos(record)
                moved.write(json.dumps(record, ensure_ascii=False) + "\n")
        return await import_files(store, [path])


def _keep_ahead(record: dict[str, Any], today: date, closed: frozenset[str]) -> None:
    """What is still to come stays ahead of `today`, and no visit falls on a holiday: a week later, then."""
    name = _AHEAD.get((record["type"], record["status"])) if "status" in record else None
    while name in record and (record[name][:10] in closed or date.fromisoformat(record[name][:10]) <= today):
        record[name] = _moved_date(record[name], timedelta(weeks=1))


def _moved(content: Any, by: timedelta) -> Any:
    """The same content with every dated field moved."""
    if isinstance(content, dict):
        return {
            name: _moved_date(value, by) if name in _DATED and isinstance(value, str) else _moved(value, by)
            for name, value in content.items()
        }
    if isinstance(content, list):
        return [_moved(item, by) for item in content]
    return content


def _moved_date(text: str, by: timedelta) -> str:
    """`2026-03-11` or `2026-03-11T10:30:00`: only the day moves, so the shop's clock shows the same time."""
    return (date.fromisoformat(text[:10]) + by).isoformat() + text[10:]
