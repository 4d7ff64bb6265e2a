"""One-time codes for the chat: sent to a phone or e-mail address only if it is on file, checked when they come back.

A code belongs to a contact. Where several clients share one, each gets a code of their own in the same message, so that
the code says who it is, and nobody who does not hold the phone learns whose it is.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.context import Context
from bot.turn import Turn
from config.clock import utc_now
from storage.attempts import TooManyAttempts
from storage.clients import Client
from storage.outbox import OutboxRow
from storage.shops import Shop
from storage.store import Storage

_LIFETIME = timedelta(minutes=10)


class CodeDesk:
    """Sends and checks codes."""

    def __init__(self, store: Storage) -> None:
        self._store = store

    async def send(self, turn: Turn, context: Context, contact: str) -> dict[str, Any]:
        """Make a code and send it if the contact is on file; what the tracker keeps. Raises `TooManyAttempts`."""
        shop, place = turn.shop, turn.conversation_id
        clients = await self._clients(shop, contact)
        lines = []
        code = await self._store.access.request_code(shop.slug, contact, place, asker=place)
        if len(clients) == 1:
            lines.append(context.say("code_text", shop=shop.name, code=code))
        elif clients:
            for client in clients:
                own = await self._store.codes.issue(shop.slug, _account(contact, client), place)
                lines.append(context.say("code_text_named", shop=shop.name, code=own, name=client.first_name))
        if lines:
            await self._store.outbox.add(_row(turn, context, contact, "\n".join(lines)))
        return {"contact": contact, "asked_in": place}

    async def check(self, shop: Shop, awaited: Mapping[str, Any], code: str) -> str | None:
        """The client whose code it is. Too many tries count as wrong."""
        contact, place = str(awaited["contact"]), str(awaited.get("asked_in", ""))
        clients = await self._clients(shop, contact)
        accounts = {contact: clients[0].id if clients else None}
        if len(clients) > 1:
            accounts = {_account(contact, client): client.id for client in clients}
        for account, client_id in accounts.items():
            if await self._is_right(shop, account, code, place):
                return client_id
        return None

    async def _is_right(self, shop: Shop, account: str, code: str, place: str) -> bool:
        try:
            return await self._store.access.check_code(shop.slug, account, code, place, asker=place)
        except TooManyAttempts:
            return False

    async def _clients(self, shop: Shop, contact: str) -> list[Client]:
        """Those with this contact on file who may come in."""
        clients = self._store.clients
        find = clients.find_by_email if "@" in contact else clients.find_by_phone
        return [client for client in await find(shop.slug, contact) if client.portal.enabled]


def _account(contact: str, client: Client) -> str:
    return f"{contact} {client.id}"


def _row(turn: Turn, context: Context, contact: str, text: str) -> OutboxRow:
    mail = "@" in contact
    return OutboxRow(
        shop=turn.shop.slug,
        kind="email" if mail else "sms",
        to=contact,
        text=text,
        subject=context.say("code_subject", shop=turn.shop.name) if mail else None,
        purpose="code",
        # A turn that is run again sends its new code too: the last one sent is the one that counts.
        dedupe_key=f"code:{turn.message_id}:{secrets.token_hex(4)}",
        best_before=utc_now() + _LIFETIME,
    )
