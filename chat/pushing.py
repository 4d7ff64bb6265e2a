"""What tells staff of what happens, composed: the notifier, the sender of pushes, and how a page rings for news."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp

from chat.channels.channel import Wake
from chat.channels.push_hosts import PublicResolver
from chat.channels.vapid import Vapid, open_vapid
from chat.channels.web_push import PushSender
from chat.hub import Hub
from chat.inbox import StaffNamespace
from chat.notifier import Notifier
from chat.telling import Telling
from config.clock import BusinessClock
from config.settings import Settings

_NEWS_SECONDS = 1.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """`notifier.run` is for every process; `tell_news` and `sender` for workers. `bell` is set when there is news."""

    notifier: Notifier
    sender: PushSender
    vapid: Vapid
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    async def tell_news(self) -> None:
        """Tell news as they come, for as long as the task lives."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.bell.wait(), _NEWS_SECONDS)
            self.bell.clear()
            try:
                await self.notifier.tell_news()
            except Exception:  # noqa: BLE001  # they are still there the next time
                _log.exception("news were not told; they are the next time")


@asynccontextmanager
async def open_pushing(
    settings: Settings, clock: BusinessClock, hub: Hub, staff: StaffNamespace, wake: Wake
) -> AsyncIterator[Pushing]:
    """As long as the context is open. The hub tells the notifier of every entry from now on."""
    store = hub.store
    vapid = await open_vapid(settings, store.deployment)
    telling = Telling(store, clock, staff.tell_person, wake, patience=timedelta(seconds=settings.push.after_seconds))
    notifier = Notifier(hub, telling)
    hub.watchers.append(notifier.seen)
    staff.push_key, staff.wake_outbox = vapid.public_key, wake
    async with AsyncExitStack() as stack:
        public = aiohttp.TCPConnector(resolver=PublicResolver(), limit=50)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=public))
        own_network = await stack.enter_async_context(aiohttp.ClientSession())
        sender = PushSender(
            store,
            vapid,
            http,
            own_network=own_network,
            settings=settings.push,
            is_settled=telling.is_settled,
        )
        yield Pushing(notifier=notifier, sender=sender, vapid=vapid)
