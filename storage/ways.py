"""By which way a client is reached unasked: a text where their number takes one, else a mail; never both."""

from dataclasses import dataclass
from typing import Literal

from storage.clients import Client
from storage.consents import Purpose
from storage.conversations import Conversation
from storage.shops import Shop
from storage.store import Storage


@dataclass(frozen=True, slots=True)
class Way:
    """How, and to which number or address."""

    kind: Literal["sms", "email"]
    to: str


async def find_way(
    store: Storage, shop: Shop, client: Client, conversation: Conversation | None, purpose: Purpose
) -> Way | None:
    """The one way to tell them something unasked; None where they did not agree to it, or cannot be reached.

    `conversation` is theirs, where they have one.
    """
    if not await store.consents.allows(shop.slug, client, purpose):
        return None
    number = await number_of(store, shop, client, conversation)
    if number is not None:
        return Way("sms", number)
    return Way("email", client.email) if client.email else None


async def number_of(store: Storage, shop: Shop, client: Client, conversation: Conversation | None) -> str | None:
    """The number on file to text them at: the one they wrote from, else the first; None where none may be texted."""
    wrote_from = conversation.phone if conversation is not None else None
    own = next((phone for phone in client.phones if phone == wrote_from), next(iter(client.phones), None))
    return own if own is not None and await may_text(store, shop, own) else None


async def may_text(store: Storage, shop: Shop, phone: str) -> bool:
    """Whether the shop can text at all, and the number did not say STOP."""
    return shop.sms_number is not None and not await store.consents.is_stopped(shop.slug, phone)
