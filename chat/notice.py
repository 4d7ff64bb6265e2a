"""The one text or mail that tells a client who left that an answer waits: to whom it may go, its words, its link.

To a client on file a text goes only with their consent to service messages, and to no number that said STOP; else a
mail. A visitor is told where they asked for it, and nowhere else. Nothing that was said is in it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from chat.channels.sms_text import render
from chat.events import Json
from config.clock import utc_now
from storage.clients import Client
from storage.conversations import Conversation
from storage.messages import Entry
from storage.outbox import OutboxRow
from storage.phones import format_phone
from storage.proof import LinkScope
from storage.shops import Shop
from storage.store import Storage
from storage.ways import may_text, number_of

_BEST_BEFORE = timedelta(hours=24)
_TEXTS = {
    "en": "{shop}: {who} answered you in the chat:",
    "es": "{shop}: {who} le contestó en el chat:",
}
_CALL = {
    "en": "{shop}: {who} answered you in the chat. Call us: {phone}",
    "es": "{shop}: {who} le contestó en el chat. Llámenos: {phone}",
}
_WE = {"en": "we", "es": "el taller"}  # where no one person wrote
_SUBJECT = {"en": "{shop} answered you", "es": "{shop} le contestó"}
_FOOT = {
    "en": "You get this mail because you left the chat before the answer came. The link is yours alone, for 3 days.",
    "es": "Recibe este correo porque salió del chat antes de la respuesta. El enlace es solo suyo, por tres días.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is to go out, but for its link. `client` is None for a visitor."""

    shop: Shop
    conversation: Conversation
    kind: Literal["sms", "email"]
    to: str
    language: str
    who: str
    client: Client | None = None


class Notices:
    """Makes and sends notices, with links under the deployment's public address."""

    def __init__(self, store: Storage, public_url: str) -> None:
        self._store = store
        self._public_url = public_url.rstrip("/")

    async def make(self, shop: Shop, conversation: Conversation, answer: Entry) -> Notice | None:
        """Who is to be told of this answer, and how; None where they may not or cannot be."""
        client_id = conversation.client_id
        client = await self._store.clients.find(shop.slug, client_id) if client_id else None
        to = await self._contact_of(shop, conversation, client)
        if to is None:
            return None
        return Notice(
            shop=shop,
            conversation=conversation,
            kind="email" if "@" in to else "sms",
            to=to,
            language=language_of(shop, conversation, client),
            who=answer.author.name if answer.author.kind == "staff" else shop.name,
            client=client,
        )

    async def reach_of(self, conversation: Conversation) -> Json | None:
        """Where this client would be told, as they may see it: `by`, `to` (of what is on file a part only), `own`
        (they said so themselves); None where they cannot be.
        """
        shop = await self._store.shops.find(conversation.shop)
        client_id = conversation.client_id
        client = await self._store.clients.find(conversation.shop, client_id) if client_id else None
        to = await self._contact_of(shop, conversation, client) if shop is not None else None
        if to is None:
            return None
        return {
            "by": "email" if "@" in to else "sms",
            "to": to if client is None else hidden(to),
            "own": client is None,
        }

    async def send(self, notice: Notice, act: Entry) -> None:
        """Put it into the outbox; the same act again sends nothing again. Its delivery is told on the act."""
        shop, sms = notice.shop, notice.kind == "sms"
        text = await self._text(notice)
        await self._store.outbox.add(
            OutboxRow(
                shop=shop.slug,
                kind=notice.kind,
                to=notice.to,
                text=render(text) if sms else f"{text}\n\n{_FOOT[notice.language]}",
                subject=None if sms else _SUBJECT[notice.language].format(shop=shop.name),
                purpose="answer_waits",
                dedupe_key=act.id,
                conversation=notice.conversation.id,
                message_id=act.id,
                best_before=utc_now() + _BEST_BEFORE,
            )
        )

    async def _text(self, notice: Notice) -> str:
        shop = notice.shop
        link = await self._link(notice)
        words = {"shop": shop.name, "who": notice.who if notice.who != shop.name else _WE[notice.language]}
        if link is None:
            phone = format_phone(shop.phone, shop.address.country)
            return _CALL[notice.language].format(phone=phone, **words)
        return f"{_TEXTS[notice.language].format(**words)} {link}"

    async def _link(self, notice: Notice) -> str | None:
        """Back to this chat: a client signs in for it, a visitor stays the visitor they are."""
        slug, client = notice.shop.slug, notice.client
        if client is not None:
            if not client.portal.enabled:
                return None
            token = await self._store.links.mint(slug, client.id, LinkScope(page="chat"), "answer_waits")
            return f"{self._public_url}/s/{slug}/k/{token}"
        kind, _, host = notice.conversation.key.partition(":")
        if kind != "visitor":
            return None
        return f"{self._public_url}/widget/{slug}#v={await self._store.visitors.invite(slug, host)}"

    async def _contact_of(self, shop: Shop, conversation: Conversation, client: Client | None) -> str | None:
        if client is None:
            contact = conversation.contact
            ok = contact is None or "@" in contact or await may_text(self._store, shop, contact)
            return contact if ok else None
        if await self._store.consents.allows(shop.slug, client, "service"):
            number = await number_of(self._store, shop, client, conversation)
            if number is not None:
                return number
        return client.email


def hidden(contact: str) -> str:
    """A number or an address on file, as it is shown to who may not be the only one to look."""
    name, at, domain = contact.partition("@")
    return f"{name[:2]}•••@{domain}" if at else f"•••{contact[-4:]}"


def language_of(shop: Shop, conversation: Conversation, client: Client | None) -> Literal["en", "es"]:
    """The language to write to them in: their own, else the one they wrote in, else the shop's."""
    own = client.language if client is not None else None
    spoken = own or conversation.tracker.get("slots", {}).get("language") or shop.language
    return "es" if spoken == "es" else "en"
