"""Change requests: written down once, decided once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storage.change_requests import ChangeRequest, change_request_id
from storage.store import Storage

NOW = datetime(2026, 3, 11, 15, 30, tzinfo=UTC)
REQUEST = ChangeRequest(
    id=change_request_id("garage", "m1", "email"),
    shop="garage",
    client_id="maria",
    field="email",
    old="maria@mail.example",
    new="m.lopez@mail.example",
    conversation="c1",
    message_id="m1",
    at=NOW,
)


async def test_the_same_message_asks_once_for_the_same_field(store: Storage) -> None:
    assert await store.change_requests.append(REQUEST)
    assert not await store.change_requests.append(replace(REQUEST, new="other@mail.example"))
    assert await store.change_requests.list_for_client("garage", "maria") == [REQUEST]
    assert change_request_id("garage", "m1", "phone") != REQUEST.id
    assert change_request_id("rival", "m1", "email") != REQUEST.id


async def test_what_waits_is_listed_oldest_first_and_by_shop(store: Storage) -> None:
    later = replace(REQUEST, id="b", field="name", old="Maria", new="Maria B.", at=NOW + timedelta(hours=1))
    for request in (later, REQUEST, replace(REQUEST, id="c", shop="rival"), replace(REQUEST, id="d", client_id="tom")):
        await store.change_requests.append(request)
    assert [one.id for one in await store.change_requests.list_waiting("garage")][-1] == "b"
    assert len(await store.change_requests.list_waiting("garage")) == 3
    assert [one.id for one in await store.change_requests.list_for_client("garage", "maria")] == [REQUEST.id, "b"]
    assert await store.change_requests.find("rival", REQUEST.id) is None


async def test_the_first_decision_stands(store: Storage) -> None:
    requests = store.change_requests
    await requests.append(REQUEST)
    decided = await requests.decide("garage", REQUEST.id, accept=True, by="ray", at=NOW)
    again = await requests.decide("garage", REQUEST.id, accept=False, by="eva", at=NOW + timedelta(minutes=1))
    assert again is not None
    assert decided == again
    assert (again.state, again.decided_by, again.decided_at) == ("accepted", "ray", NOW)
    assert await requests.list_waiting("garage") == []


async def test_no_shop_decides_for_another(store: Storage) -> None:
    await store.change_requests.append(REQUEST)
    assert await store.change_requests.decide("rival", REQUEST.id, accept=True, by="rita", at=NOW) is None
    (untouched,) = await store.change_requests.list_for_client("garage", "maria")
    assert untouched.state == "waiting"


async def test_what_is_accepted_is_due_until_it_is_applied(store: Storage) -> None:
    requests = store.change_requests
    await requests.append(REQUEST)
    assert REQUEST.is_due
    accepted = await requests.decide("garage", REQUEST.id, accept=True, by="ray", at=NOW)
    assert accepted is not None
    assert accepted.is_due
    await requests.mark_applied("garage", REQUEST.id, NOW)
    (applied,) = await requests.list_for_client("garage", "maria")
    assert not applied.is_due


async def test_what_is_declined_is_never_marked_as_applied(store: Storage) -> None:
    requests = store.change_requests
    await requests.append(REQUEST)
    await requests.decide("garage", REQUEST.id, accept=False, by="ray", at=NOW)
    await requests.mark_applied("garage", REQUEST.id, NOW)
    (declined,) = await requests.list_for_client("garage", "maria")
    assert (declined.is_due, declined.applied_at) == (False, None)


async def test_of_two_that_want_the_same_only_the_newer_waits_in_whatever_order_they_come(store: Storage) -> None:
    newer = replace(REQUEST, id="b", new="b@mail.example", at=NOW + timedelta(minutes=1))
    other = replace(REQUEST, id="c", field="phone", old="+15125550101", new="+15125550102")
    second = replace(other, id="d", old=None)  # beside the first number, not in its place
    for request in (newer, REQUEST, other, second):
        await store.change_requests.append(request)
    assert {one.id for one in await store.change_requests.list_waiting("garage")} == {"b", "c", "d"}


async def test_only_who_asked_takes_it_back_and_only_while_it_waits(store: Storage) -> None:
    await store.change_requests.append(REQUEST)
    assert not await store.change_requests.withdraw("garage", "tom", REQUEST.id, NOW)
    assert not await store.change_requests.withdraw("rival", "maria", REQUEST.id, NOW)
    assert await store.change_requests.withdraw("garage", "maria", REQUEST.id, NOW)
    assert not await store.change_requests.withdraw("garage", "maria", REQUEST.id, NOW)
    decided = await store.change_requests.decide("garage", REQUEST.id, accept=True, by="ray", at=NOW)
    assert decided is not None
    assert (decided.state, decided.is_due) == ("withdrawn", False)
