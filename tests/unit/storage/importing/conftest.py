"""Shop files for the tests: a shop's line, lines of each type, and `take`, which imports them."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from storage.importing.account import Account
from storage.importing.importer import import_files
from storage.store import Storage

Take = Callable[..., Awaitable[Account]]

SHOP: dict[str, Any] = {
    "type": "shop",
    "external_id": "1",
    "slug": "garage",
    "name": "Garage",
    "phone": "(512) 555-0100",
    "email": "Desk@Garage.example",
    "address": {"street": "1 Main", "city": "Austin", "region": "TX", "postal_code": "78704", "country": "us"},
    "timezone": "America/Chicago",
    "currency": "USD",
    "language": "en",
    "sms_number": "512-555-0101",
    "hours": {"mon": [["07:30", "12:00"], ["13:00", "17:30"]]},
    "closed": [{"date": "2026-12-25", "name": "Christmas"}],
    "services": [
        {"code": "oil_change", "name": {"en": "Oil change", "es": "Cambio"}, "minutes": 45, "price_from": 59.5}
    ],
    "bays": 2,
    "booking": {"step_minutes": 30, "notice_minutes": 60, "days_ahead": 60, "confirm": "auto"},
    "payment_methods": ["cash", "card"],
    "sections": {"invoices": True},
}
CLIENT: dict[str, Any] = {"type": "client", "external_id": "c1", "name": " Ana Ruiz ", "phones": ["512 555 0142"]}
VEHICLE: dict[str, Any] = {
    "type": "vehicle",
    "external_id": "v1",
    "client": "c1",
    "year": 2019,
    "make": "Honda",
    "model": "Civic",
}
INVOICE: dict[str, Any] = {
    "type": "invoice",
    "external_id": "i1",
    "number": "1042",
    "client": "c1",
    "vehicle": "v1",
    "issued_on": "2026-03-01",
    "lines": [{"description": "Oil", "kind": "part", "amount": "386.20"}],
    "total": "386.20",
}
ESTIMATE: dict[str, Any] = {
    "type": "estimate",
    "external_id": "e1",
    "number": "E-1",
    "client": "c1",
    "issued_on": "2026-03-01",
    "lines": [{"id": "1", "description": "Pads", "kind": "part", "amount": "10.00"}],
    "total": "10.00",
    "status": "waiting",
}
VISIT: dict[str, Any] = {
    "type": "visit",
    "external_id": "a1",
    "client": "c1",
    "services": ["oil_change"],
    "starts_at": "2026-03-16T09:00:00",
    "status": "confirmed",
}
WHOLE = [SHOP, CLIENT, VEHICLE, INVOICE, ESTIMATE, VISIT]


@pytest.fixture
def take(store: Storage, tmp_path: Path) -> Take:
    """Import lines (objects, or text as it is) as one file; options as those of `import_files`."""

    async def importing(*lines: Any, **options: Any) -> Account:
        path = tmp_path / "shop.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return await import_files(store, [path], **options)

    return importing


def refusals(account: Account) -> list[tuple[int, str, str]]:
    """What was refused: line, type and field."""
    return [(refusal.line, refusal.type, refusal.field) for refusal in account.refusals]
