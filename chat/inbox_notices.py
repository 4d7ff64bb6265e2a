"""What one member of staff is told of, and how: the bell, the settings, the devices."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from chat.channels.channel import Wake
from chat.channels.web_push import Notification
from chat.encoding import moment
from chat.events import Json, Nothing, ProtocolError, SeenNotifications, SetNotifications, TryNotification
from chat.staff_peers import StaffPeer, StaffPeers
from chat.telling import push_row
from config.clock import utc_now
from storage.ids import new_id
from storage.notification_settings import NotificationSettings
from storage.opening_hours import next_opening
from storage.shops import Shop

_HOUR = timedelta(hours=1)
_MORNING = time(8)


class InboxNotices(StaffPeers):
    """Every event is about whoever asks, never about a colleague."""

    wake_outbox: Wake | None = None  # handed in by `pushing.py`

    async def on_notifications(self, sid: str, asked: Nothing) -> Json:  # noqa: ARG002  # it says all by its name
        """What the bell holds, and the settings."""
        return await self._all(self._peer(sid))

    async def on_set_notifications(self, sid: str, wanted: SetNotifications) -> Json:
        """Change what is named, and leave the rest."""
        peer = self._peer(sid)
        store = self.hub.store
        settings = await store.notification_settings.get(peer.shop.slug, peer.staff.id)
        changes = wanted.model_dump(include={"unassigned", "papers", "quiet_when_closed"}, exclude_none=True)
        settings = replace(settings, **changes)
        if wanted.mute is not None:
            until = _mute_end(wanted.mute, peer.shop, utc_now())
            settings = replace(settings, muted=wanted.mute == "forever", muted_until=until)
        await store.notification_settings.put(settings)
        return await self._all(peer)

    async def on_seen_notifications(self, sid: str, seen: SeenNotifications) -> Json:
        """These were seen: of one conversation, by their ids, or (neither given) all."""
        peer = self._peer(sid)
        await self.hub.store.notices.mark_seen(
            peer.shop.slug, peer.staff.id, utc_now(), conversation=seen.conversation, ids=seen.ids
        )
        return {}

    async def on_try_notification(self, sid: str, asked: TryNotification) -> Json:
        """Show something on one of the own devices, to see that it works."""
        peer = self._peer(sid)
        peer.allowance.take()
        device = await self.hub.store.push_subscriptions.find(peer.shop.slug, asked.device)
        if device is None or device.staff_id != peer.staff.id:
            raise ProtocolError("not_found", "device: you have no such device")
        shown = Notification(
            kind="message",
            conversation="",
            title=peer.shop.name,
            text="Notifications work on this device.",
            tag="test",
            at=moment(utc_now()),
            urgent=True,
        )
        row = push_row(peer.shop.slug, device.id, shown, cause=f"test:{new_id()}", at=utc_now())
        await self.hub.store.outbox.add(row)
        if self.wake_outbox is not None:
            self.wake_outbox()
        return {}

    async def _all(self, peer: StaffPeer) -> Json:
        store, shop, me = self.hub.store, peer.shop.slug, peer.staff.id
        settings = await store.notification_settings.get(shop, me)
        notices = await store.notices.list(shop, me)
        devices = [
            one
            for one in await store.push_subscriptions.list(shop, me)
            if await store.sessions.find_by_id(shop, one.session_id) is not None  # signed out: it shows nothing
        ]
        return {
            "settings": _settings_object(settings, peer, utc_now()),
            "devices": [{"id": one.id, "agent": one.agent, "used_at": moment(one.used_at)} for one in devices],
            "notifications": [
                {
                    "id": one.id,
                    "kind": one.kind,
                    "conversation": one.conversation,
                    "title": one.title,
                    "text": one.text,
                    "at": moment(one.at),
                    "seen": one.seen_at is not None,
                }
                for one in notices
            ],
        }


def _settings_object(settings: NotificationSettings, peer: StaffPeer, now: datetime) -> Json:
    until = settings.muted_until if settings.muted_until is not None and settings.muted_until > now else None
    return {
        "unassigned": settings.hears_unassigned(peer.staff.role),
        "papers": settings.hears_papers(peer.staff.role),
        "quiet_when_closed": settings.quiet_when_closed,
        "muted": settings.is_muted(now),
        "muted_until": moment(until) if until and not settings.muted else None,
    }


def _mute_end(mute: str, shop: Shop, now: datetime) -> datetime | None:
    """Until when: for an hour, or until the shop opens tomorrow or later (8:00 where it never does)."""
    if mute == "hour":
        return now + _HOUR
    if mute != "tomorrow":
        return None
    tomorrow = datetime.combine(now.astimezone(shop.zone).date() + timedelta(days=1), time(0), shop.zone)
    return next_opening(shop, tomorrow) or tomorrow.replace(hour=_MORNING.hour)
