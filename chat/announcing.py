"""Tells clients what the shop has for them: under the portal's bell always, and by text or mail where they agreed.

Run by every worker. An announcement is taken up by one of them at a time; each step (the notification, the line in the
client's conversation, the text or mail) has an id that follows from the cause, so that whoever goes on after a crash
does what is left and repeats nothing. Texts and mails wait for the shop's hours for telling; the bell does not.
"""

import logging
from datetime import datetime, timedelta
from typing import Final, Literal, TypeAlias

from chat.announced import Asked, Saying, find_saying
from chat.announcement_words import as_mail, as_text, say
from chat.channels.channel import Wake
from chat.draft import Draft, Written
from chat.handoff import Event
from chat.hub import Hub, Outbound
from chat.notice import language_of
from config.clock import BusinessClock, utc_now
from storage.announcements import About, Announcement
from storage.clients import Client, sections_for
from storage.conversations import Conversation
from storage.messages import Author, Delivery, entry_id
from storage.mongo import DatabaseError, DatabaseUnavailable
from storage.notifications import KEPT_FOR, Notification, notification_id
from storage.outbox import OutboxRow
from storage.proof import Identity, Proof
from storage.shops import Shop
from storage.telling_hours import wait_until
from storage.ways import Way, find_way

_LEASE = timedelta(seconds=60)
_LINKS_LIVE: Final = timedelta(days=7)
_CHANGES: Final[frozenset[About]] = frozenset({"visit", "estimate", "work_order"})
_NEWS_FOR = timedelta(days=2)  # a change that could not be told for so long is no news any more
_log = logging.getLogger(__name__)

Outcome: TypeAlias = tuple[Literal["told", "dropped"], str]


class Announcer:
    """`wake` rings the outbox."""

    def __init__(self, hub: Hub, clock: BusinessClock, public_url: str, wake: Wake) -> None:
        self._hub = hub
        self._store = hub.store
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._wake = wake

    async def tell_due(self, by: datetime | None = None) -> int:
        """Tell what is due (by then); how many announcements were taken up."""
        taken = 0
        for announcement in await self._store.announcements.list_due(by or utc_now()):
            if not await self._store.announcements.put_off(announcement, utc_now() + _LEASE):
                continue  # somebody else has it
            taken += 1
            try:
                await self._take_up(announcement)
            except (DatabaseError, DatabaseUnavailable):
                raise
            except Exception:  # noqa: BLE001  # one that cannot be told holds up no other
                _log.exception(
                    "announcement %s of shop %s was not told; it is tried again", announcement.id, announcement.shop
                )
        return taken

    async def may_leave(self, row: OutboxRow) -> datetime | str | None:
        """Whether a text or mail may still leave: None; or not before a moment; or why it never may."""
        if row.announcement is None:
            return None
        announcement = await self._store.announcements.find(row.shop, row.announcement)
        shop, client = await self._store.shops.find(row.shop), None
        if announcement is not None:
            client = await self._store.clients.find(row.shop, announcement.client_id)
        if announcement is None or shop is None or client is None:
            return "settled"
        saying = await self._saying(shop, announcement)
        if saying is None or entry_id(row.conversation or "", ref=_ref(saying)) != row.message_id:
            return "settled"
        if not await self._store.consents.allows(shop.slug, client, saying.purpose):
            return "no_consent"
        return await self._held(shop, announcement)

    async def _take_up(self, announcement: Announcement) -> None:
        shop = await self._store.shops.find(announcement.shop)
        client = await self._store.clients.find(announcement.shop, announcement.client_id)
        late = announcement.about in _CHANGES and announcement.planned_at < utc_now() - _NEWS_FOR
        if shop is None or client is None or (late and announcement.by is None):
            return await self._store.announcements.close(announcement, "dropped", "late" if late else "gone")
        if announcement.about == "message":
            outcome = await self._send_message(shop, client, announcement)
            return await self._store.announcements.close(announcement, *outcome)
        first, *others = await self._together(announcement)
        told = await self._tell(shop, client, first, tuple(others))
        for one in (*others, first):  # last the one that the cause is named after: a crash changes nothing
            await self._close(one, told)
        return None

    async def _close(self, announcement: Announcement, told: Outcome | datetime) -> None:
        """It is over, or put off until then."""
        if not isinstance(told, datetime):
            await self._store.announcements.close(announcement, *told)
            return
        found = await self._store.announcements.find(announcement.shop, announcement.id)
        if found is not None:
            await self._store.announcements.put_off(found, told)

    async def _together(self, announcement: Announcement) -> list[Announcement]:
        """It, and what is told with it: all services of a client that fall due are one text. In the order of their
        ids, so that whichever of them is taken up (again), what is told is named after the same one.
        """
        if announcement.about != "service_due" or announcement.by is not None:
            return [announcement]
        kept = await self._store.announcements.list_for_client(announcement.shop, announcement.client_id)
        open_ones = [one for one in kept if one.about == "service_due" and one.state == "planned" and one.by is None]
        return sorted(open_ones, key=lambda one: one.id) or [announcement]

    async def _tell(
        self, shop: Shop, client: Client, announcement: Announcement, others: tuple[Announcement, ...]
    ) -> Outcome | datetime:
        """What became of it, or until when it is to wait."""
        saying = await self._saying(shop, announcement, others)
        if saying is None:
            return "dropped", "over"
        if saying.kind in (await self._store.settings.get(shop.slug)).telling.off and announcement.by is None:
            return "dropped", "off"
        await self._ring(client, saying)
        identity = Identity(proof=Proof.FULL, client_id=client.id)
        conversation = await self._hub.conversation_for(shop, identity)
        way = await find_way(self._store, shop, client, conversation, saying.purpose)
        if way is None:
            return "told", "bell"
        held = await self._held(shop, announcement)
        if held is not None:
            return held
        written = await self._write_down(shop, conversation, saying, way, announcement)
        if not written.duplicate or await self._store.outbox.find_by_key(shop.slug, written.entry.id) is None:
            await self._send(shop, client, saying, way, announcement, written)
        return "told", way.kind

    async def _saying(
        self, shop: Shop, announcement: Announcement, others: tuple[Announcement, ...] = ()
    ) -> Saying | None:
        return await find_saying(Asked(self._store, shop, announcement, self._clock.now(), others))

    async def _held(self, shop: Shop, announcement: Announcement) -> datetime | None:
        """Until when (system clock) the shop's hours hold it back; what one of the staff asked for is not held."""
        if announcement.by is not None:
            return None
        now = self._clock.now()
        telling = (await self._store.settings.get(shop.slug)).telling
        until = wait_until(telling.hours, shop.zone, now)
        return None if until is None else utc_now() + (until - now)

    async def _ring(self, client: Client, saying: Saying) -> None:
        """Write it under the bell; there it needs nobody's consent."""
        now = utc_now()
        notification = Notification(
            id=notification_id(client.id, saying.cause),
            shop=client.shop,
            client_id=client.id,
            kind=saying.kind,
            scope=saying.scope,
            title=saying.words.title(),
            text=saying.words.lines(),
            at=now,
            expires_at=now + KEPT_FOR,
        )
        await self._hub.ring(notification)

    async def _write_down(
        self, shop: Shop, conversation: Conversation, saying: Saying, way: Way, announcement: Announcement
    ) -> Written:
        """The line that staff see in the client's conversation; its delivery is that of the text or mail."""
        by = await self._store.staff.find(shop.slug, announcement.by) if announcement.by else None
        line = saying.words.lines()[shop.language]
        if by is not None:
            line = f"{line} ({say(shop.language, 'by_hand', who=by.name)})"
        return await self._hub.writer.append(
            Draft(
                conversation=conversation,
                event=Event.SYSTEM_WRITES,
                kind="act",
                act="told",
                author=Author(kind="system", name=shop.name),
                channel=way.kind,
                text=line,
                ref=_ref(saying),
                delivery=Delivery(state="queued"),
            )
        )

    async def _send(  # noqa: PLR0917  # all of it goes into the row
        self, shop: Shop, client: Client, saying: Saying, way: Way, announcement: Announcement, written: Written
    ) -> None:
        language = language_of(shop, written.conversation, client)
        link = await self._link(shop, client, saying)
        subject = None
        if way.kind == "sms":
            text = as_text(shop, saying.words, language, link)
        else:
            subject, text = as_mail(shop, saying.words, language, link)
        await self._store.outbox.add(
            OutboxRow(
                shop=shop.slug,
                kind=way.kind,
                to=way.to,
                text=text,
                subject=subject,
                purpose=saying.kind,
                dedupe_key=written.entry.id,
                conversation=written.conversation.id,
                message_id=written.entry.id,
                announcement=announcement.id,
                best_before=utc_now() + (saying.best_before - self._clock.now()),
            )
        )
        self._wake()

    async def _link(self, shop: Shop, client: Client, saying: Saying) -> str | None:
        """The page that it is about; None for a client who may not open it."""
        if not client.portal.enabled or not sections_for(shop, client)[saying.section]:
            return None
        token = await self._store.links.mint(shop.slug, client.id, saying.scope, saying.kind, _LINKS_LIVE)
        return f"{self._public_url}/s/{shop.slug}/k/{token}"

    async def _send_message(self, shop: Shop, client: Client, announcement: Announcement) -> Outcome:
        """What one of the staff wrote for later goes out as theirs."""
        staff = await self._store.staff.find(shop.slug, announcement.by or "")
        if staff is None or not staff.active:
            return "dropped", "gone"
        conversation = await self._hub.conversation_for(shop, Identity(proof=Proof.FULL, client_id=client.id))
        author = Author(kind="staff", name=staff.name, id=staff.id)
        ref = f"later:{announcement.id}"
        sent = await self._hub.send(
            Outbound(shop=shop, conversation=conversation, author=author, text=announcement.text, ref=ref)
        )
        return "told", sent.entry.channel


def _ref(saying: Saying) -> str:
    return f"told:{saying.cause}"
