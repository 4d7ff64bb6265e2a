"""Snoozed conversations come back when their time is over: to their assignee, or to `waiting` where nobody has them."""

from chat.handoff import Event, NotAllowed
from chat.hub import Hub
from config.clock import utc_now
from storage.conversations import Conversation
from storage.messages import Author
from storage.shops import Shop

_AT_ONCE = 500


class Snoozes:
    """Run by every worker: the log decides, so a conversation wakes once however many look."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def wake_due(self) -> int:
        """Wake what is due; how many that were."""
        woken = 0
        for shop in await self._hub.store.shops.list():
            for one in await self._hub.store.conversations.list_due(shop.slug, utc_now(), _AT_ONCE):
                woken += await self._wake(shop, one)
        return woken

    async def _wake(self, shop: Shop, conversation: Conversation) -> bool:
        head = await self._hub.writer.refresh(conversation)
        if head.status != "snoozed" or (head.state.until is not None and head.state.until > utc_now()):
            return False  # somebody woke it, or gave it a new time
        try:
            await self._hub.act(head, Event.SNOOZE_ENDS, Author(kind="system", name=shop.name))
        except NotAllowed:
            return False  # in this very moment
        return True
