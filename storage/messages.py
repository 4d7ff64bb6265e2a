"""The log: messages, notes and acts of a conversation, under one gapless sequence.

One insert decides: the unique index over (shop, conversation, seq) refuses who writes at a number that is taken, the
ones over `ref` and `in_reply_to` refuse what is there already. Every entry carries the conversation's `state` after it,
and the bot's entries the dialogue's `tracker`: the last entries say all, the conversation document is a projection.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, cast

from pymongo import IndexModel
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from storage.codec import Document, encode, from_document, to_document
from storage.mongo import Database, DatabaseUnavailable, violated_index
from storage.proof import Identity

EntryKind: TypeAlias = Literal["message", "note", "act"]
AuthorKind: TypeAlias = Literal["client", "bot", "staff", "system"]
ChannelName: TypeAlias = Literal["web", "sms", "email"]
Status: TypeAlias = Literal["bot", "waiting", "open", "snoozed", "resolved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who said it. `id` is a client's or staff id and never leaves the staff side."""

    kind: AuthorKind
    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply: what it says, and what is sent back as `payload`."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class Link:
    """A page to open; `url` is absolute."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Who answers in the conversation, after an entry."""

    status: Status = "bot"
    assignee: str | None = None  # staff id
    episode: int = 1
    until: datetime | None = None  # when a snooze ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a message that left by a carrier has come."""

    state: Literal["queued", "sent", "delivered", "read", "failed"]
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of the log. `seq` counts from 1; `client_prev` is the number of the one before it a client may see."""

    id: str
    shop: str
    conversation: str
    seq: int
    client_prev: int
    kind: EntryKind
    author: Author
    at: datetime
    state: State
    channel: ChannelName = "web"
    text: str = ""
    payload: str | None = None
    ref: str | None = None
    in_reply_to: str | None = None
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[dict[str, Any], ...] = ()
    delivery: Delivery | None = None
    act: str | None = None  # of an act: taken, assigned, returned_to_bot, resolved, reopened, continued ...
    identity: Identity | None = None  # of a client's message: as whom it was written, so that any process can answer it
    owed: bool = False  # a client's message that the bot is to answer
    tracker: dict[str, Any] | None = None  # of the bot's answer: the dialogue's state after it
    gist: str | None = None  # of a hand-off: what staff read first
    urgent: bool = False
    rev: int | None = None  # set when it changed after it was stored

    @property
    def for_client(self) -> bool:
        """Whether the client may ever see it."""
        return self.kind == "message"


INDEXES = [
    IndexModel([("shop", 1), ("conversation", 1), ("seq", 1)], unique=True, name="log_order"),
    IndexModel(
        [("shop", 1), ("conversation", 1), ("ref", 1)],
        unique=True,
        partialFilterExpression={"ref": {"$exists": True}},
        name="log_ref",
    ),
    IndexModel(
        [("shop", 1), ("conversation", 1), ("in_reply_to", 1)],
        unique=True,
        partialFilterExpression={"in_reply_to": {"$exists": True}},
        name="log_answer",
    ),
    IndexModel(
        [("shop", 1), ("conversation", 1), ("rev", 1)],
        unique=True,
        partialFilterExpression={"rev": {"$exists": True}},
        name="log_rev",
    ),
    IndexModel([("at", 1)], name="log_at"),
]

RefusedBy: TypeAlias = Literal["log_order", "log_ref", "log_answer"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Entry `index` of a batch was refused by a unique index; those before it are stored, those after it are not."""

    index: int
    by: RefusedBy


class Messages:
    """The log of every conversation. Entries are only ever appended; what changes later is delivery."""

    name = "messages"

    def __init__(self, database: Database) -> None:
        self._entries = database[self.name]

    async def append(self, entries: Sequence[Entry]) -> Refusal | None:
        """Store entries in this order, on disk when it returns; stops at the first that is refused.

        Raises `DatabaseUnavailable` when it is not known what was stored.
        """
        try:
            await self._entries.insert_many([to_document(entry) for entry in entries], ordered=True)
        except BulkWriteError as error:
            first: Mapping[str, Any] = error.details["writeErrors"][0] if error.details.get("writeErrors") else {}
            by = violated_index(first)
            if by not in ("log_order", "log_ref", "log_answer"):
                raise DatabaseUnavailable(str(first.get("errmsg", error))) from error
            return Refusal(int(first["index"]), cast(RefusedBy, by))
        except PyMongoError as error:
            raise DatabaseUnavailable(str(error)) from error
        return None

    async def find(self, shop: str, conversation: str, entry_id: str) -> Entry | None:
        """The entry with this id, if it belongs to this conversation."""
        return await self._find_one({"_id": entry_id, "shop": shop, "conversation": conversation})

    async def find_by_ref(self, shop: str, conversation: str, ref: str) -> Entry | None:
        """The entry that was sent with this `ref`."""
        return await self._find_one({"shop": shop, "conversation": conversation, "ref": ref})

    async def find_answer(self, shop: str, conversation: str, message_id: str) -> Entry | None:
        """The bot's answer to a message."""
        return await self._find_one({"shop": shop, "conversation": conversation, "in_reply_to": message_id})

    async def after(self, shop: str, conversation: str, seq: int, limit: int) -> list[Entry]:
        """At most `limit` entries with numbers above `seq`, in order."""
        return await self._range(shop, conversation, {"$gt": seq, "$lte": seq + limit})

    async def before(self, shop: str, conversation: str, seq: int, limit: int) -> list[Entry]:
        """At most `limit` entries with numbers just below `seq`, in order."""
        return await self._range(shop, conversation, {"$gte": max(1, seq - limit), "$lt": seq})

    async def changed_since(self, shop: str, conversation: str, rev: int, limit: int = 200) -> list[Entry]:
        """Entries that changed after they were stored, since the client saw `rev`, oldest change first."""
        where = {"shop": shop, "conversation": conversation, "rev": {"$gt": rev}}
        cursor = self._entries.find(where).sort("rev", 1).limit(limit)
        return [from_document(Entry, document) async for document in cursor]

    async def stored_between(self, earliest: datetime, latest: datetime) -> AsyncIterator[Entry]:
        """The entries of all shops that were stored in this time: what the sweep looks through."""
        async for document in self._entries.find({"at": {"$gte": earliest, "$lt": latest}}):
            yield from_document(Entry, document)

    async def change_delivery(self, entry: Entry, delivery: Delivery, rev: int) -> bool:
        """Record how far a message has come, as change number `rev` of its conversation.

        False when `rev` is taken or the message changed meanwhile: read again, and try again.
        """
        before = {"rev": entry.rev} if entry.rev is not None else {"rev": {"$exists": False}}
        try:
            result = await self._entries.update_one(
                {"_id": entry.id, "shop": entry.shop, **before}, {"$set": {"delivery": encode(delivery), "rev": rev}}
            )
        except DuplicateKeyError:
            return False
        return bool(result.modified_count == 1)

    async def _find_one(self, where: Document) -> Entry | None:
        document = await self._entries.find_one(where)
        return from_document(Entry, document) if document else None

    async def _range(self, shop: str, conversation: str, numbers: Document) -> list[Entry]:
        cursor = self._entries.find({"shop": shop, "conversation": conversation, "seq": numbers}).sort("seq", 1)
        return [from_document(Entry, document) async for document in cursor]
