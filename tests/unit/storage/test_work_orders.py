"""Work orders as they are stored: those that are over are found by when they were."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from storage.codec import to_document
from storage.store import Storage
from storage.work_orders import StatusMoment, WorkOrder

TODAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORDER = WorkOrder(
    id="w", shop="garage", external_id="w", number="7", client_id="ann", vehicle_id="car", status="in_progress"
)


def over(n: int) -> WorkOrder:
    """One that was over so many days ago."""
    moved = StatusMoment(status="delivered", at=NOON - timedelta(days=n))
    return replace(ORDER, id=f"w{n}", external_id=f"w{n}", status="delivered", history=(moved,))


async def ids(store: Storage, limit: int = 9) -> list[str]:
    return [order.id for order in await store.work_orders.newest_of("garage", "ann", TODAY, limit)]


async def test_the_newest_that_are_over_come_first_and_what_is_in_the_shop_is_not_among_them(store: Storage) -> None:
    unknown = replace(ORDER, id="unknown", external_id="unknown", status="cancelled")
    orders = [over(900), ORDER, unknown, over(3), over(40), replace(over(1), client_id="bob", id="bobs")]
    await store.work_orders.insert_documents([to_document(order) for order in orders])
    assert await ids(store) == ["w3", "w40", "w900", "unknown"]
    assert await ids(store, 2) == ["w3", "w40"]


async def test_one_that_an_import_replaces_is_over_and_in_the_shop_again(store: Storage) -> None:
    await store.work_orders.insert_documents([to_document(ORDER)])
    assert await ids(store) == []
    await store.work_orders.replace_documents([to_document(replace(over(0), id="w"))])
    assert await ids(store) == ["w"]
    await store.work_orders.replace_documents([to_document(ORDER)])
    assert await ids(store) == []
    assert await store.work_orders.list_for_client("garage", "ann") == [ORDER]


async def test_those_of_a_vehicle_are_its_clients(store: Storage) -> None:
    others = replace(over(1), client_id="bob")
    await store.work_orders.insert_documents([to_document(order) for order in (ORDER, over(2), others)])
    found = await store.work_orders.list_for_vehicle("garage", "ann", "car")
    assert [order.id for order in found] == ["w", "w2"]
