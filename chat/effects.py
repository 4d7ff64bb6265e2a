"""What pages make happen in the chat at once: a message by a form, an end of access, what open inboxes show."""

import asyncio

from chat.endings import Endings
from chat.hub import Hub, Inbound
from chat.inbox import StaffNamespace
from chat.widget import ClientNamespace
from storage.proof import Identity
from storage.shops import Language, Shop


class Effects:
    """What a page makes happen in the chat at once."""

    def __init__(
        self, hub: Hub, bell: asyncio.Event, news_bell: asyncio.Event, clients: ClientNamespace, staff: StaffNamespace
    ) -> None:
        self._hub = hub
        self._bell = bell
        self._news_bell = news_bell
        self._staff = staff
        self._endings = Endings(clients, staff)
        hub.neighbours.on_ended = self._endings.heard

    def outbox_filled(self) -> None:
        """Something waits to be delivered."""
        self._bell.set()

    def news_added(self) -> None:
        """Something stands in the news: staff are to hear of it."""
        self._news_bell.set()

    async def client_wrote(self, shop: Shop, identity: Identity, ref: str, text: str, language: Language) -> None:
        """A client's message by a form comes in by the door that all messages do."""
        conversation = await self._hub.conversation_for(shop, identity)
        spoken = language if language != shop.language else None
        await self._hub.receive(
            Inbound(
                shop=shop,
                conversation=conversation,
                identity=identity,
                channel="web",
                ref=ref,
                text=text,
                language=spoken,
            )
        )

    async def session_ended(self, shop: str, session_id: str) -> None:
        """Somebody signed out: their sockets go too."""
        await self._endings.session(shop, session_id)

    async def token_ended(self, shop: str, token_id: str) -> None:
        """An API token was revoked: its sockets go too."""
        await self._endings.token(shop, token_id)

    async def access_ended(self, shop: str, client_id: str) -> None:
        """A client may come in no more: whatever they had open goes."""
        await self._endings.client(shop, client_id)

    async def person_left(self, shop: str, staff_id: str) -> None:
        """What somebody had is anybody's again."""
        await self._staff.give_back_all(shop, staff_id)

    async def label_renamed(self, shop: str, old: str, new: str) -> None:
        """Conversations that have the label have its new name."""
        await self._staff.rename_label(shop, old, new)

    async def shop_changed(self, shop: str) -> None:
        """Open inboxes ask anew for labels, canned replies and people."""
        await self._staff.tell_changed(shop)
