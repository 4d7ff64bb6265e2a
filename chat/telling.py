"""Telling people: under the bell, on the sockets they have open, and on their devices, each once."""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from chat.channels.channel import Wake
from chat.channels.web_push import Notification
from chat.encoding import moment
from chat.events import Json
from chat.notifications import Audience, Colleague, Happening, find_audience
from config.clock import BusinessClock, utc_now
from storage.conversations import Conversation
from storage.notices import KEPT_FOR, Notice, NoticeKind, notice_id
from storage.notification_settings import NotificationSettings
from storage.opening_hours import is_open
from storage.outbox import OutboxRow
from storage.shops import Shop
from storage.store import Storage

WORTH_TELLING = timedelta(hours=24)  # what is older is news to nobody
_ROWS_KEPT_FOR = timedelta(days=2)

_KEPT_SECONDS = 2.0  # a busy minute asks for the same people again and again

T = TypeVar("T")
PushTo = Callable[[str, Json], Awaitable[None]]  # a staff id, the notification


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told: the same for everybody. `cause` is what it is about, once a person; `seq` as in `Notification`."""

    kind: NoticeKind
    cause: str
    conversation: Conversation
    title: str
    text: str
    at: datetime
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    value: T
    until: float


class Telling:
    """`push_to` reaches the sockets of one person; `wake` the outbox's worker; `patience` is the time to read first."""

    def __init__(
        self, store: Storage, clock: BusinessClock, push_to: PushTo, wake: Wake, *, patience: timedelta
    ) -> None:
        self.store = store
        self.patience = patience
        self._clock = clock
        self._push_to = push_to
        self._wake = wake
        self._shops: dict[str, _Kept[Shop]] = {}
        self._colleagues: dict[str, _Kept[tuple[Colleague, ...]]] = {}

    async def audience(self, shop: Shop, happening: Happening, conversation: Conversation) -> Audience:
        """Who is told, as things stand now, or stood a moment ago."""
        people = await self._people(shop.slug)
        open_now = is_open(shop, self._clock.now())
        return find_audience(happening, conversation.state, people, now=utc_now(), shop_open=open_now)

    async def shop(self, slug: str) -> Shop:
        """The shop. Raises `NotFound`."""
        known = self._shops.get(slug)
        if known is None or known.until <= time.monotonic():
            known = self._shops[slug] = _Kept(await self.store.shops.get(slug), self._kept_until())
        return known.value

    async def _people(self, shop: str) -> tuple[Colleague, ...]:
        known = self._colleagues.get(shop)
        if known is None or known.until <= time.monotonic():
            settings = await self.store.notification_settings.list(shop)
            people = tuple(
                Colleague(one.id, one.role, settings.get(one.id) or NotificationSettings(id=one.id, shop=shop))
                for one in await self.store.staff.list(shop)
                if one.active
            )
            known = self._colleagues[shop] = _Kept(people, self._kept_until())
        return known.value

    def _kept_until(self) -> float:
        """Never older than the message that is told of, so what was set before it counts."""
        return time.monotonic() + min(self.patience.total_seconds(), _KEPT_SECONDS)

    async def message(self, told: Told, audience: Audience, *, again: bool) -> None:
        """A client's message that nobody has read. `again`: another process may have told it; devices know."""
        if not again:
            for staff_id in audience.told:
                await self._push_to(staff_id, _as_json(told, told.cause))
        await self._ring(told, audience.rung, due=utc_now())

    async def notices(self, told: Told, audience: Audience) -> None:
        """What stands under the bell until it is seen, and rings if it is not seen soon."""
        for staff_id in audience.told:
            notice = Notice(
                id=notice_id(staff_id, told.cause),
                shop=told.conversation.shop,
                staff_id=staff_id,
                kind=told.kind,
                conversation=told.conversation.id,
                title=told.title,
                text=told.text,
                at=told.at,
                expires_at=utc_now() + KEPT_FOR,
            )
            if await self.store.notices.append(notice):
                await self._push_to(staff_id, _as_json(told, notice.id))
        await self._ring(told, audience.rung, due=told.at + self.patience)

    async def is_settled(self, shop: str, notification: Notification) -> bool:
        """Whether nobody needs to be told any more: it was seen, or the message was read."""
        if notification.notice is not None:
            notice = await self.store.notices.find(shop, notification.notice)
            return notice is None or notice.seen_at is not None
        if notification.seq is None:
            return False
        conversation = await self.store.conversations.find(shop, notification.conversation)
        return conversation is not None and conversation.staff_read_seq >= notification.seq

    async def _ring(self, told: Told, staff_ids: Iterable[str], *, due: datetime) -> None:
        shop, rung = told.conversation.shop, False
        for staff_id in staff_ids:
            for device in await self.store.push_subscriptions.list(shop, staff_id):
                rung = True
                shown = _notification(told, staff_id)
                await self.store.outbox.add(push_row(shop, device.id, shown, cause=told.cause, at=told.at, due=due))
        if rung:
            self._wake()


def push_row(
    shop: str, device: str, shown: Notification, *, cause: str, at: datetime, due: datetime | None = None
) -> OutboxRow:
    """The outbox's row of one notification on one device; the same cause is the same row."""
    return OutboxRow(
        shop=shop,
        kind="push",
        to=device,
        text=shown.as_text(),
        purpose=shown.kind,
        dedupe_key=f"push:{device}:{cause}",
        next_at=due or utc_now(),
        best_before=at + WORTH_TELLING,
        expires_at=at + _ROWS_KEPT_FOR,
    )


def _notification(told: Told, staff_id: str) -> Notification:
    is_message = told.kind == "message"
    return Notification(
        kind=told.kind,
        conversation=told.conversation.id,
        title=told.title,
        text=told.text,
        tag=told.conversation.id if is_message else f"{told.conversation.id}:{told.kind}",
        at=moment(told.at),
        urgent=told.conversation.urgent,
        seq=told.seq,
        notice=None if is_message else notice_id(staff_id, told.cause),
    )


def _as_json(told: Told, notice: str) -> Json:
    return {
        "id": notice,
        "kind": told.kind,
        "conversation": told.conversation.id,
        "title": told.title,
        "text": told.text,
        "at": moment(told.at),
    }
