"""Every repository of the shop's records: scoped by shop, and its documents read back as what they were."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from storage.importing.check import repositories
from storage.importing.schema import RECORDS, RecordType
from storage.records import NotFound, Records
from storage.store import Storage

DOCUMENT = {
    "client_id": "c1",
    "vehicle_id": "v1",
    "email": "a@b.example",
    "name": "Ana",
    "role": "owner",
    "external_id": "x1",
    "number": "1",
    "year": 2019,
    "make": "Honda",
    "model": "Civic",
    "issued_on": "2026-03-01",
    "paid_on": "2026-03-01",
    "done_on": "2026-03-01",
    "inspected_on": "2026-03-01",
    "total": 100,
    "amount": 100,
    "method": "card",
    "service": "oil_change",
    "minutes": 30,
    "source": "import",
}
STATUS = {"invoice": "open", "estimate": "waiting", "work_order": "ready", "inspection": "done", "reminder": "due"}


def of(store: Storage, kind: RecordType) -> Records[Any]:
    return repositories(store)[kind]


def document(repository: Records[Any], shop: str, record_id: str = "r1") -> dict[str, Any]:
    names = {field.name for field in fields(repository.model)}
    given = {name: value for name, value in DOCUMENT.items() if name in names}
    if "status" in names:
        given["status"] = STATUS.get(repository.kind, "confirmed")
    moments = names & {"starts_at", "created_at", "updated_at"}
    given |= dict.fromkeys(moments, datetime(2026, 3, 12, 15, 0, tzinfo=UTC))
    return {"_id": record_id, "shop": shop, **given}


def test_every_type_of_record_has_a_repository_and_none_is_left_out(store: Storage):
    assert set(repositories(store)) == set(get_args(RecordType)) - {"shop"}
    assert len(RECORDS) >= 11


@pytest.mark.parametrize("kind", list(RECORDS))
async def test_no_shop_reads_anothers_record(store: Storage, kind: RecordType):
    repository = of(store, kind)
    await repository.insert_documents([document(repository, "mine")])
    assert await repository.find("mine", "r1") is not None
    assert await repository.find("theirs", "r1") is None
    with pytest.raises(NotFound):
        await repository.get("theirs", "r1")
    assert await repository.find_many("theirs", ["r1"]) == {}
    assert await repository.known("theirs", ["r1"]) == {}
    assert await repository.list("theirs") == []
    assert await repository.count("theirs") == 0


@pytest.mark.parametrize("kind", [kind for kind in RECORDS if kind not in ("staff", "client")])
async def test_a_list_is_one_clients_of_one_shop(store: Storage, kind: RecordType):
    repository = of(store, kind)
    others = {**document(repository, "mine", "r2"), "client_id": "c2", "external_id": "x2"}
    await repository.insert_documents([document(repository, "mine"), others])
    assert [record.id for record in await repository.list_for_client("mine", "c1")] == ["r1"]
    assert await repository.list_for_client("theirs", "c1") == []


@pytest.mark.parametrize("kind", list(RECORDS))
async def test_no_shop_overwrites_anothers_record(store: Storage, kind: RecordType):
    repository = of(store, kind)
    await repository.insert_documents([document(repository, "mine")])
    before = await repository.get("mine", "r1")
    await repository.replace_documents([{**document(repository, "theirs"), "note": "changed", "name": "changed"}])
    assert await repository.get("mine", "r1") == before


@pytest.mark.parametrize("kind", list(RECORDS))
async def test_an_insert_that_lost_a_race_does_no_harm(store: Storage, kind: RecordType):
    repository = of(store, kind)
    await repository.insert_documents([document(repository, "mine")])
    await repository.insert_documents([document(repository, "mine")])
    assert await repository.count("mine") == 1


@pytest.mark.parametrize("kind", [kind for kind in RECORDS if kind != "visit"])
async def test_what_is_put_is_what_is_read(store: Storage, kind: RecordType):
    repository = of(store, kind)
    value = repository.read(document(repository, "mine"))
    await repository.put(value)
    await repository.put(value)
    assert await repository.list("mine") == [value]
