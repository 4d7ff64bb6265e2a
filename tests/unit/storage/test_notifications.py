"""What a client is told under the bell: once, newest first, theirs alone, seen up to a moment."""

from datetime import UTC, datetime, timedelta

from storage.notifications import Notification, notification_id
from storage.proof import LinkScope
from storage.store import Storage

NOON = datetime(2026, 3, 11, 17, 0, tzinfo=UTC)


def told(cause: str, at: datetime = NOON, *, client: str = "maria", shop: str = "garage") -> Notification:
    return Notification(
        id=notification_id(client, cause),
        shop=shop,
        client_id=client,
        kind="car_ready",
        scope=LinkScope(page="work_orders"),
        title={"en": "Your Civic is ready", "es": "Su Civic está listo"},
        text={"en": "Come by until 17:30", "es": "Pase hasta las 17:30"},
        at=at,
        expires_at=at + timedelta(days=90),
    )


async def test_one_cause_is_told_once(store: Storage):
    assert await store.notifications.append(told("car_ready:w1"))
    assert not await store.notifications.append(told("car_ready:w1", NOON + timedelta(hours=1)))
    assert await store.notifications.list_for_client("garage", "maria") == [told("car_ready:w1")]


async def test_they_are_one_clients_of_one_shop_newest_first(store: Storage):
    for one in (told("a"), told("b", NOON + timedelta(hours=1)), told("a", client="ben"), told("c", shop="other")):
        await store.notifications.append(one)
    found = await store.notifications.list_for_client("garage", "maria")
    assert [one.id for one in found] == [notification_id("maria", cause) for cause in ("b", "a")]
    assert await store.notifications.list_for_client("garage", "maria", limit=1, skip=1) == [told("a")]


async def test_what_was_told_after_the_look_stays_new(store: Storage):
    for one in (told("a"), told("b", NOON + timedelta(hours=1)), told("a", client="ben")):
        await store.notifications.append(one)
    assert await store.notifications.count_unseen("garage", "maria") == 2
    assert await store.notifications.mark_seen("garage", "maria", NOON, until=NOON) == 1
    assert await store.notifications.count_unseen("garage", "maria") == 1
    assert await store.notifications.count_unseen("garage", "ben") == 1
    assert await store.notifications.mark_seen("garage", "maria", NOON, until=NOON) == 0
