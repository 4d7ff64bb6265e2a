"""What is new under a client's bell reaches that client's own sockets at once, once, and nobody else's."""

from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from config.clock import utc_now
from server import Running
from storage.access import Access
from storage.clients import Portal
from storage.notifications import KEPT_FOR, Notification, notification_id
from storage.proof import LinkScope, Proof
from storage.sessions import client_cookie
from storage.store import Storage
from tests.cast import MARIA, OTHER_SHOP, RAY, SHOP, TOM
from tests.e2e.running import Door, Person
from tests.e2e.test_change_requests import REQUEST


def told(cause: str = "car_ready:wo1", client: str = MARIA.id, **changes: Any) -> Notification:
    now = utc_now()
    base = Notification(
        id=notification_id(client, cause),
        shop=SHOP.slug,
        client_id=client,
        kind="car_ready",
        scope=LinkScope(page="work_order", record_id="wo1"),
        title={"en": "Your car is ready", "es": "Su auto está listo"},
        text={"en": "Open until 5:30 PM.", "es": "Abierto hasta las 5:30 p. m."},
        at=now,
        expires_at=now + KEPT_FOR,
    )
    return replace(base, **changes)


async def synced(person: Person, **asked: Any) -> dict[str, Any]:
    """After this, all that was pushed before has come: a socket keeps the order."""
    return await person.ask("sync", asked)


async def by_link(running: Running, door: Door) -> Person:
    scope = LinkScope(page="work_orders")
    return await door.client(
        cookie=await running.store.sessions.open(SHOP.slug, client_id=MARIA.id, proof=Proof.LINK, scope=scope)
    )


@pytest.fixture
async def strangers(running: Running, door: Door) -> dict[str, Person]:
    """Everybody who is not to hear of it, at their chats."""
    store = running.store
    await store.clients.put(replace(MARIA, id="mario", shop=OTHER_SHOP.slug))
    people = {
        "another client": await door.signed_in(TOM.id),
        "another shop": await door.signed_in("mario", OTHER_SHOP.slug),
        "a visitor": await door.client(),
        "who came by a link": await by_link(running, door),
        "staff": await door.staff(RAY.id),
    }
    for name, person in people.items():
        if name != "staff":
            await synced(person)
    return people


async def test_it_is_told_to_every_socket_of_the_client_once_and_to_nobody_else(
    running: Running, door: Door, strangers: dict[str, Person]
) -> None:
    phone, desk = await door.signed_in(MARIA.id), await door.signed_in(MARIA.id)
    assert (await synced(phone))["unseen"] == 0
    await synced(desk)
    for _ in range(2):
        await running.hub.ring(told())
    for person in (phone, desk):
        assert (await synced(person))["unseen"] == 1
        (heard,) = person.heard("notification")
        assert heard == {
            "id": told().id,
            "kind": "car_ready",
            "title": "Your car is ready",
            "text": "Open until 5:30 PM.",
            "url": f"{running.settings.public_url}/s/garage/portal/work-orders/wo1",
            "at": heard["at"],
            "unseen": 1,
        }
    for name, person in strangers.items():
        if name != "staff":
            assert (await synced(person))["unseen"] in (None, 0), name
        assert person.heard("notification") == [], name


async def test_each_socket_hears_it_in_its_own_language(running: Running, door: Door) -> None:
    first, second, third = [await door.signed_in(MARIA.id) for _ in range(3)]
    await synced(first, language="es")
    await synced(second)
    await synced(third, language="es")
    await synced(third, language="en")
    await running.hub.ring(told())
    titles = [(await one.hear("notification"))["title"] for one in (first, second, third)]
    assert titles == ["Su auto está listo", "Your car is ready", "Your car is ready"]
    await running.store.clients.set_language(SHOP.slug, MARIA.id, "es")
    await running.hub.ring(told("another"))
    heard = [await one.hear("notification", lambda one: one["unseen"] == 2) for one in (first, second, third)]
    assert [one["title"] for one in heard] == ["Su auto está listo", "Su auto está listo", "Your car is ready"]


async def test_a_decision_on_a_change_is_told_once_however_often_it_is_pressed(running: Running, door: Door) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await synced(maria)
    await running.store.change_requests.append(REQUEST)
    for _ in range(2):
        assert (await ray.ask("decide_change", {"id": "r1", "accept": True}))["ok"]
    assert (await synced(maria))["unseen"] == 1
    (heard,) = maria.heard("notification")
    assert (heard["kind"], heard["title"]) == ("change_decided", "Your change was made")
    assert heard["url"].endswith("/s/garage/portal/profile")


async def test_a_guest_in_the_same_conversation_hears_nothing_of_it(running: Running, door: Door) -> None:
    store = running.store
    host = await door.client()
    token = (await synced(host))["visitor"]
    here = (await host.say("Hello"))["id"]
    entry = await host.hear("message", lambda one: one.get("in_reply_to") == here)
    of_host = store.visitors.hash_of(SHOP.slug, token)
    guest = await door.client(link=await store.visitors.invite(SHOP.slug, of_host))
    assert (await synced(guest))["conversation"]["id"] == entry["conversation"]
    # another process heard the host's code: until the next beat the guest is in the client's conversation
    await store.visitors.raise_to_client(SHOP.slug, of_host, MARIA.id)
    conversation = await running.hub.directory.get(SHOP.slug, entry["conversation"])
    assert await store.conversations.give_to_client(conversation, MARIA.id, MARIA.name)
    running.hub.writer.changed(conversation.id, key=f"client:{MARIA.id}", client_id=MARIA.id, visitor=None)
    after = await synced(host)
    assert (after["client"], after["conversation"]["id"]) == (MARIA.name, entry["conversation"])
    await running.hub.ring(told())
    await host.hear("notification")
    await guest.ask("history", {"before": 1})
    assert guest.heard("notification") == []


async def sign_out(running: Running, token: str) -> None:
    """In another process: the sockets of this one stay."""
    await running.store.sessions.end(token)


async def switch_off(running: Running, token: str) -> None:
    del token
    await running.store.clients.put(replace(MARIA, portal=Portal(enabled=False)))


@pytest.mark.parametrize("end", [sign_out, switch_off])
async def test_whose_session_or_access_ended_elsewhere_hears_nothing_more(
    running: Running, door: Door, end: Any
) -> None:
    token = await running.store.sessions.open(SHOP.slug, client_id=MARIA.id)
    left = await door.client(cookie=token)
    await synced(left)
    await running.hub.ring(told("before"))
    await left.hear("notification")
    await end(running, token)
    await running.hub.ring(told("after"))
    assert (await synced(left))["unseen"] is None
    assert len(left.heard("notification")) == 1


async def test_who_signed_out_here_is_gone_before_anything_is_told(running: Running, door: Door) -> None:
    token = await running.store.sessions.open(SHOP.slug, client_id=MARIA.id)
    left, stays = await door.client(cookie=token), await door.signed_in(MARIA.id)
    await synced(left)
    await synced(stays)
    headers = {"Cookie": f"{client_cookie(SHOP.slug)}={token}", "Sec-Fetch-Site": "same-origin"}
    url = f"{running.settings.public_url}/s/garage/sign-out"
    async with aiohttp.ClientSession() as http, http.post(url, headers=headers, allow_redirects=False) as response:
        assert response.status == 303
    await running.hub.ring(told())
    await stays.hear("notification")
    assert left.heard("notification") == []


async def test_to_be_told_is_no_use_of_a_session(store: Storage) -> None:
    """Whoever leaves a page open stays signed in no longer than who closes it: see `Sessions.find`."""
    now = utc_now()
    access = Access(store.database, "a secret key of more than thirty-two characters", lambda: now)
    token = await access.sessions.open(SHOP.slug, client_id=MARIA.id)
    opened = await access.sessions.find(token)
    assert opened is not None
    now += KEPT_FOR / 30
    for used in (False, True):
        assert await access.sessions.find(token, used=used)
        (document,) = await store.database["sessions"].find({"_id": opened.id}).to_list(None)
        assert (document["expires_at"] > opened.expires_at) is used
