"""Web push: hands a notification to the push service of a device, encrypted for it alone (RFC 8030, 8291, 8292).

What it says is a name and a first line. A device that is gone is forgotten; what has been read meanwhile is not sent.
"""

import asyncio
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from chat.channels.channel import Refused, Sent, TryLater
from chat.channels.push_hosts import BadEndpoint, check_endpoint
from chat.channels.vapid import Vapid
from config.clock import utc_now
from config.settings import Push
from storage.notices import NoticeKind
from storage.outbox import OutboxRow
from storage.push_subscriptions import PushSubscription
from storage.store import Storage

_TAKEN = frozenset({200, 201, 202, 204})
_GONE = frozenset({404, 410})
_LONGEST_WAIT = timedelta(hours=1)
_SHORTER = (None, 60, 0)  # how much of the text is left when it is too large for the push service
_LEAST_TTL = 60
_REST = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a device shows. `tag` is what it replaces; `seq` or `notice` say when it is no longer worth showing."""

    kind: NoticeKind
    conversation: str
    title: str
    text: str
    tag: str
    at: str
    urgent: bool = False
    seq: int | None = None
    notice: str | None = None

    def as_text(self) -> str:
        """For the outbox, and for the device."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})


IsSettled = Callable[[str, Notification], Awaitable[bool]]  # the shop; whether nobody needs to be told any more


class PushSender:
    """Sends outbox rows of kind "push"; `row.to` is the device. `http` reaches public addresses only, `own_network`
    what the settings allow besides.
    """

    def __init__(
        self,
        store: Storage,
        vapid: Vapid,
        http: aiohttp.ClientSession,
        *,
        own_network: aiohttp.ClientSession,
        settings: Push,
        is_settled: IsSettled,
    ) -> None:
        self._store = store
        self._vapid = vapid
        self._http = http
        self._own_network = own_network
        self._also_to = settings.also_to
        self._timeout = aiohttp.ClientTimeout(total=settings.timeout_seconds)
        self._is_settled = is_settled
        self._resting: dict[
            str, float
        ] = {}  # push services that did not answer, until when; texts must not wait for them

    async def find_sent(self, row: OutboxRow) -> Sent | None:  # noqa: ARG002  # a sender is asked with the row
        """A push service cannot be asked; a second copy takes the first one's place on the device."""
        return None

    async def send(self, row: OutboxRow) -> Sent:
        """Hand it over. Raises `Refused` or `TryLater`."""
        device = await self._find_device(row)
        notification = Notification(**json.loads(row.text))
        if await self._is_settled(row.shop, notification):
            return Sent(provider_id=row.id)
        for length in _SHORTER:
            text = notification.text if length is None else notification.text[:length]
            status, retry_after = await self._post(device, row, replace(notification, text=text))
            if status != 413:
                break
        if status in _TAKEN:
            return Sent(provider_id=row.id)
        if status in _GONE:
            await self._store.push_subscriptions.remove(row.shop, device.id)
            raise Refused("device_gone")
        if status == 429 or status >= 500:
            raise TryLater(f"push_{status}", after=retry_after)
        raise Refused(f"push_{status}")

    async def _find_device(self, row: OutboxRow) -> PushSubscription:
        """The device, if whoever signed in there still is. Raises `Refused`."""
        device = await self._store.push_subscriptions.find(row.shop, row.to)
        if device is None:
            raise Refused("device_gone")
        session = await self._store.sessions.find_by_id(row.shop, device.session_id)
        staff = await self._store.staff.find(row.shop, device.staff_id)
        if session is None or session.staff_id != device.staff_id or staff is None or not staff.active:
            await self._store.push_subscriptions.remove(row.shop, device.id)
            raise Refused("signed_out")
        return device

    async def _post(
        self, device: PushSubscription, row: OutboxRow, notification: Notification
    ) -> tuple[int, timedelta | None]:
        try:
            check_endpoint(device.endpoint, self._also_to)
        except BadEndpoint as error:
            raise Refused("bad_endpoint") from error
        parts = urlsplit(device.endpoint)
        origin = f"{parts.scheme}://{parts.netloc}"
        if self._resting.get(origin, 0.0) > time.monotonic():
            raise TryLater("push_resting", after=_REST)
        try:
            body = await asyncio.to_thread(encrypt, device, notification.as_text().encode())
        except ValueError as error:
            raise Refused("bad_keys") from error
        headers = {
            "Authorization": self._vapid.header(device.endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(_ttl(row)),
            "Urgency": "high" if notification.urgent else "normal",
            "Topic": hashlib.blake2b(notification.tag.encode(), digest_size=16).hexdigest(),  # 32 letters at most
        }
        http = self._own_network if origin in self._also_to else self._http
        try:
            async with http.post(
                device.endpoint, data=body, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                return response.status, _retry_after(response.headers.get("Retry-After"))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            self._resting[origin] = time.monotonic() + _REST.total_seconds()
            raise TryLater("push_slow" if isinstance(error, TimeoutError) else "push_unreachable") from error


def encrypt(device: PushSubscription, content: bytes) -> bytes:
    """The content as only this device can read it. Raises `ValueError` for keys that are none. Takes milliseconds."""
    from pywebpush import WebPusher, WebPushException  # it brings requests along, which most processes never need

    keys = {"p256dh": device.p256dh, "auth": device.auth}
    try:
        encoded: Any = WebPusher({"endpoint": device.endpoint, "keys": keys}).encode(content, "aes128gcm")
    except (WebPushException, TypeError, IndexError) as error:
        raise ValueError("these are no keys of a push subscription") from error
    return bytes(encoded["body"])


def _ttl(row: OutboxRow) -> int:
    left = row.best_before - utc_now() if row.best_before is not None else timedelta(0)
    return max(int(left.total_seconds()), _LEAST_TTL)


def _retry_after(header: str | None) -> timedelta | None:
    """Seconds, or a date (RFC 9110); an hour at most."""
    if header is None:
        return None
    try:
        wait = timedelta(seconds=int(header))
    except (ValueError, OverflowError):
        try:
            at: datetime = parsedate_to_datetime(header)
        except ValueError:
            return None
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - utc_now()
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
