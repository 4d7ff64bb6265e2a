"""Where to reach people: a phone number or an e-mail address as somebody typed it, and the visitor who leaves one."""

import re
from typing import Literal

from chat.draft import Draft
from chat.events import ProtocolError
from chat.handoff import Event
from chat.hub import Hub
from storage.attempts import TooManyAttempts
from storage.conversations import LEFT_CONTACT, Conversation
from storage.messages import Author
from storage.phones import NotAPhone, parse_phone
from storage.shops import Shop

_EMAIL = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]+\.[^@\s<>,;\"]{2,}")


async def leave_contact(hub: Hub, shop: Shop, conversation: Conversation, *, typed: str, address: str) -> Conversation:
    """A visitor says where to tell them of an answer: kept in the log, for staff to see.

    `address` is of the network. Raises `ProtocolError`: it is neither a number nor an address; too often; or this is
    a client, who is told by what is on file.
    """
    contact = parse_contact(shop, typed)
    head = await hub.writer.refresh(conversation) if conversation.last_seq else conversation
    if head.client_id is not None or not head.last_seq:
        raise ProtocolError("conflict", "only a visitor who has written can leave a number or an address")
    if head.contact == contact:
        return head
    await claim(hub, shop, "reach", contact, address)
    author = Author(kind="client", name=head.title)
    draft = Draft(
        conversation=head, event=Event.SYSTEM_WRITES, kind="act", act=LEFT_CONTACT, author=author, text=contact
    )
    return (await hub.writer.append(draft)).conversation


def parse_contact(shop: Shop, typed: str) -> str:
    """The e-mail address in lower case, or the number as E.164. Raises `ProtocolError`."""
    typed = typed.strip()
    if "@" in typed:
        return parse_email(typed, "contact")
    try:
        return parse_phone(typed, shop.address.country or "US")
    except NotAPhone as error:
        raise ProtocolError("bad_request", "contact: is neither a phone number nor an e-mail address") from error


def parse_email(typed: str, field: str) -> str:
    """The address in lower case. Raises `ProtocolError` that names the field."""
    if _EMAIL.fullmatch(typed.strip()) is None:
        raise ProtocolError("bad_request", f"{field}: is not an e-mail address")
    return typed.strip().lower()


async def claim(hub: Hub, shop: Shop, kind: Literal["reach", "transcript"], contact: str, address: str) -> None:
    """Count one thing that goes to somebody's phone or mailbox. Raises `ProtocolError` when it was too many."""
    try:
        await hub.store.attempts.claim(shop.slug, kind, contact, address)
    except TooManyAttempts as error:
        raise ProtocolError("rate_limited", "too often; wait a while", float(error.retry_after)) from error
