"""Consent: what a client agreed to hear about, and the STOP that holds against everything until their own START.

A STOP belongs to the number that sent it: it is kept by (shop, phone), whoever has the number on file. The history is
kept, one entry per word that was said. What the shop's software says of a client is `Client.consent`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from pymongo import ASCENDING, IndexModel

from storage.clients import Client
from storage.codec import Document, from_document, to_document
from storage.ids import record_id
from storage.mongo import Database

Purpose = Literal["service", "reminders", "marketing"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
Act = Literal["stop", "start", "withdraw", "grant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAct:
    """One thing that was said. `source`: `sms:SID`, `carrier`, `chat:MESSAGE`, `portal`, `staff`, `import`."""

    act: Act
    at: datetime
    source: str
    purpose: Purpose | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """What is known of one number (`phone`) or one client (`client_id`) of a shop; `history` is oldest first."""

    id: str
    shop: str
    phone: str | None = None
    client_id: str | None = None
    stopped: bool = False
    changed_at: datetime
    withdrawn: tuple[Purpose, ...] = ()
    granted: tuple[Purpose, ...] = ()  # by the client themselves: no word of the shop's software is needed
    history: tuple[ConsentAct, ...] = ()


_CHAT = "chat:"

INDEXES = [IndexModel([("shop", ASCENDING), ("phone", ASCENDING)], name="by_phone")]


class Consents:
    """What was said, by number and by client."""

    name = "consents"
    kind = "consent"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def find(self, shop: str, phone: str) -> ConsentRecord | None:
        """What is known of this number (E.164), or None."""
        document = await self._collection.find_one({"_id": _phone_id(shop, phone), "shop": shop})
        return None if document is None else from_document(ConsentRecord, document)

    async def find_for_client(self, shop: str, client_id: str) -> ConsentRecord | None:
        """What this client withdrew or gave here, or None."""
        document = await self._collection.find_one({"_id": _client_id(shop, client_id), "shop": shop})
        return None if document is None else from_document(ConsentRecord, document)

    async def is_stopped(self, shop: str, phone: str) -> bool:
        """Whether nothing may be texted to this number."""
        record = await self.find(shop, phone)
        return record is not None and record.stopped

    async def is_last_word(self, shop: str, phone: str, message_id: str | None = None) -> bool:
        """Whether the last that was said is a stop in words (of that message): one text may still confirm it.

        A carrier that was told STOP confirms it itself; of ours in words it knows nothing.
        """
        record = await self.find(shop, phone)
        last = record.history[-1] if record is not None and record.history else None
        wanted = _CHAT if message_id is None else said_in_chat(message_id)
        return last is not None and last.act == "stop" and last.source.startswith(wanted)

    async def stop(self, shop: str, phone: str, at: datetime, source: str) -> None:
        """The number said STOP. Nothing but its own START undoes it."""
        await self._say(shop, phone, ConsentAct(act="stop", at=at, source=source), stopped=True)

    async def start(self, shop: str, phone: str, at: datetime, source: str) -> None:
        """The number said START."""
        await self._say(shop, phone, ConsentAct(act="start", at=at, source=source), stopped=False)

    async def withdraw(self, shop: str, client_id: str, purpose: Purpose, at: datetime, source: str) -> None:
        """The client no longer wants this: it holds against every import."""
        act = ConsentAct(act="withdraw", at=at, source=source, purpose=purpose)
        change: Document = {"$addToSet": {"withdrawn": purpose}, "$pull": {"granted": purpose}}
        await self._of_client(shop, client_id, act, change)

    async def grant(self, shop: str, client_id: str, purpose: Purpose, at: datetime, source: str) -> None:
        """The client wants this (again): it holds against every import, as a withdrawal does."""
        act = ConsentAct(act="grant", at=at, source=source, purpose=purpose)
        change: Document = {"$addToSet": {"granted": purpose}, "$pull": {"withdrawn": purpose}}
        await self._of_client(shop, client_id, act, change)

    async def allows(self, shop: str, client: Client, purpose: Purpose) -> bool:
        """Whether a notice for this purpose may go to this client, by whatever channel. Without a word on file: no."""
        return purpose in await self.allowed(shop, client)

    async def allowed(self, shop: str, client: Client) -> frozenset[Purpose]:
        """All purposes for which a notice may go to this client: what they said here, else what is on file."""
        record = await self.find_for_client(shop, client.id)
        withdrawn, granted = (record.withdrawn, record.granted) if record is not None else ((), ())
        return frozenset(
            purpose
            for purpose in PURPOSES
            if purpose in granted
            or (purpose not in withdrawn and client.consent is not None and getattr(client.consent, purpose))
        )

    async def _say(self, shop: str, phone: str, act: ConsentAct, *, stopped: bool) -> None:
        await self._collection.update_one(
            {"_id": _phone_id(shop, phone), "shop": shop},
            {
                "$set": {"phone": phone, "stopped": stopped, "changed_at": act.at},
                "$push": {"history": to_document(act)},
            },
            upsert=True,
        )

    async def _of_client(self, shop: str, client_id: str, act: ConsentAct, change: Document) -> None:
        await self._collection.update_one(
            {"_id": _client_id(shop, client_id), "shop": shop},
            {
                "$set": {"client_id": client_id, "changed_at": act.at},
                "$push": {"history": to_document(act)},
                **change,
            },
            upsert=True,
        )


def said_in_chat(message_id: str) -> str:
    """The source of what a message said in words, rather than by a carrier's keyword."""
    return f"{_CHAT}{message_id}"


def _phone_id(shop: str, phone: str) -> str:
    return record_id(shop, "consent-phone", phone)


def _client_id(shop: str, client_id: str) -> str:
    return record_id(shop, "consent-client", client_id)
