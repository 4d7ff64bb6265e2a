"""The log: messages, notes and acts of a conversation, under one gapless sequence.

One insert decides: the unique index over (shop, conversation, seq) refuses who writes at a number that is taken, and
an entry's id, which follows from its `ref` or from what it answers, refuses what is there already. Every entry
carries the conversation's `state` after it, and the bot's entries the dialogue's `tracker`: the last entries say all,
the conversation document is a projection.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Literal, TypeAlias

from pymongo import IndexModel
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from storage.codec import Document, encode, from_document, to_document
from storage.ids import new_id, record_id
from storage.mongo import Database, DatabaseUnavailable, violated_index
from storage.proof import Identity
from storage.shops import Language

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
class Attachment:
    """A file that came with a message; the file itself is in `storage/files.py` under this `id`.

    Size is bytes, width and height are pixels. One that a carrier has for us is `fetching` until we have it.
    """

    id: str
    name: str
    type: str
    size: int = 0
    width: int | None = None
    height: int | None = None
    state: Literal["stored", "fetching", "failed"] = "stored"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Who answers in the conversation, after an entry."""

    status: Status = "bot"
    assignee: str | None = None  # staff id
    episode: int = 1
    until: datetime | None = None  # when a snooze ends
    labels: tuple[str, ...] = ()  # names, sorted

    def answers_like(self, other: "State") -> bool:
        """Whether the same one answers in both: all but the labels, which a client never learns of."""
        return replace(self, labels=()) == replace(other, labels=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How far a message that left by a carrier has come."""

    state: Literal["queued", "sent", "delivered", "read", "failed"]
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What a client thought of an episode: 1 (bad) to 5 (good), and in their words why."""

    score: int
    comment: str | None = None


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
    attachments: tuple[Attachment, ...] = ()
    delivery: Delivery | None = None
    act: str | None = None  # of an act: taken, assigned, labelled ...; its `text` says to whom, what, until when
    mentions: tuple[str, ...] = ()  # of a note: the staff ids that it calls
    identity: Identity | None = None  # of a client's message: as whom it was written, so that any process can answer it
    language: Language | None = None  # of the page that a client's message was written on, where it is not the shop's
    owed: bool = False  # a client's message that the bot is to answer
    tracker: dict[str, Any] | None = None  # of the bot's answer: the dialogue's state after it
    gist: str | None = None  # of a hand-off: what staff read first
    urgent: bool = False
    rating: Rating | None = None  # of the act `rated`; the last one of an episode counts

    @property
    def for_client(self) -> bool:
        """Whether the client may ever see it."""
        return self.kind == "message"


INDEXES = [
    IndexModel([("shop", 1), ("conversation", 1), ("seq", 1)], unique=True, name="log_order"),
    IndexModel([("at", 1)], name="log_at"),
]

RefusedBy: TypeAlias = Literal["order", "id"]  # the number is taken; it is there already


def entry_id(conversation: str, *, ref: str | None = None, in_reply_to: str | None = None) -> str:
    """The id of an entry: the same for the same `ref`, and for the bot's answer to the same message; else a new one."""
    if in_reply_to is not None:
        return record_id(conversation, "answer", in_reply_to)
    return record_id(conversation, "ref", ref) if ref is not None else new_id()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Entry `index` of a batch was refused by a unique index; those before it are stored, those after it are not."""

    index: int
    by: RefusedBy


_REFUSED_BY: Mapping[str, RefusedBy] = {"log_order": "order", "_id_": "id"}
_CHANGES_AT_ONCE = 500
_SHORTEST_STRETCH = timedelta(milliseconds=100)
_LONGEST_STRETCH = timedelta(seconds=2)
_LATELY = timedelta(minutes=5)  # what a sweep looks through; the years before the first one are mostly silence
_FEW = 30  # entries: 2 ms of the embedded engine
_BREATH_SECONDS = 0.02


class Messages:
    """The log of every conversation. Entries are only ever appended; what changes later is delivery."""

    name = "messages"

    def __init__(self, database: Database) -> None:
        self._entries = database[self.name]
        self._changes = database["message_changes"]

    async def append(self, entries: Sequence[Entry]) -> Refusal | None:
        """Store entries in this order, on disk when it returns; stops at the first that is refused.

        Raises `DatabaseUnavailable` when it is not known what was stored.
        """
        documents = [_lean(to_document(entry)) for entry in entries]
        try:
            if len(documents) == 1:
                await self._entries.insert_one(documents[0])
            else:
                await self._entries.insert_many(documents, ordered=True)
        except DuplicateKeyError as error:
            return Refusal(0, _refused_by(violated_index(error), error))
        except BulkWriteError as error:
            first: Mapping[str, Any] = error.details["writeErrors"][0] if error.details.get("writeErrors") else {}
            return Refusal(int(first.get("index", 0)), _refused_by(violated_index(first), error))
        except PyMongoError as error:
            raise DatabaseUnavailable(str(error)) from error
        return None

    async def find(self, shop: str, conversation: str, message_id: str) -> Entry | None:
        """The entry with this id, if it belongs to this conversation."""
        document = await self._entries.find_one({"_id": message_id, "shop": shop, "conversation": conversation})
        return from_document(Entry, document) if document else None

    async def find_by_ref(self, shop: str, conversation: str, ref: str) -> Entry | None:
        """The entry that was sent with this `ref`."""
        return await self.find(shop, conversation, entry_id(conversation, ref=ref))

    async def find_answer(self, shop: str, conversation: str, message_id: str) -> Entry | None:
        """The bot's answer to a message."""
        return await self.find(shop, conversation, entry_id(conversation, in_reply_to=message_id))

    async def after(self, shop: str, conversation: str, seq: int, limit: int) -> list[Entry]:
        """At most `limit` entries with numbers above `seq`, in order."""
        return await self._range(shop, conversation, {"$gt": seq, "$lte": seq + limit})

    async def before(self, shop: str, conversation: str, seq: int, limit: int) -> list[Entry]:
        """At most `limit` entries with numbers just below `seq`, in order."""
        return await self._range(shop, conversation, {"$gte": max(1, seq - limit), "$lt": seq})

    async def stored_between(self, earliest: datetime, latest: datetime) -> AsyncIterator[Entry]:
        """The entries of all shops that were stored in this time, in its order: what the sweep looks through.

        Read by short stretches of time, with a breath after each: while the embedded engine looks through a range it
        serves nobody else, whatever the limit, and a minute of a busy shop is ten thousand entries. A silence makes
        them longer, but of what was stored lately not so long that all that follows it comes at once.
        """
        stretch = _SHORTEST_STRETCH
        longest = _LONGEST_STRETCH if latest - earliest < _LATELY else latest - earliest
        while earliest < latest:
            until = min(earliest + stretch, latest)
            found = await self._entries.find({"at": {"$gte": earliest, "$lt": until}}).to_list(None)
            for document in sorted(found, key=itemgetter("at")):
                yield from_document(Entry, document)
            if len(found) < _FEW:
                stretch = min(stretch * 2, longest)
            elif len(found) > 2 * _FEW:
                stretch = max(stretch / 2, _SHORTEST_STRETCH)
            if found:
                await asyncio.sleep(_BREATH_SECONDS)
            earliest = until

    async def change_delivery(self, entry: Entry, delivery: Delivery) -> bool:
        """Record how far a message has come. False when it moved meanwhile: read it again."""
        before = {"delivery.state": entry.delivery.state} if entry.delivery else {"delivery": {"$exists": False}}
        result = await self._entries.update_one(
            {"_id": entry.id, "shop": entry.shop, **before}, {"$set": {"delivery": encode(delivery)}}
        )
        return bool(result.modified_count == 1)

    async def change_attachments(self, entry: Entry, attachments: tuple[Attachment, ...]) -> bool:
        """Record what became of files that were being fetched. False when it is so already."""
        before = {"_id": entry.id, "shop": entry.shop, "attachments": encode(entry.attachments)}
        result = await self._entries.update_one(before, {"$set": {"attachments": encode(attachments)}})
        return bool(result.modified_count == 1)

    async def number_change(self, entry: Entry, after: int) -> int:
        """Give a change of an older message the first free number above `after` in its conversation; that number."""
        rev = after + 1
        while True:
            change = {"_id": _change_id(entry.conversation, rev), "shop": entry.shop, "entry": entry.id}
            try:
                await self._changes.insert_one(change)
            except DuplicateKeyError:
                rev += 1
            else:
                return rev

    async def changed_between(self, shop: str, conversation: str, after: int, until: int) -> list[Entry]:
        """The messages of the changes numbered above `after` up to `until`, the newest 500 of them, in the log's
        order.
        """
        numbers = range(max(after, until - _CHANGES_AT_ONCE) + 1, until + 1)
        if not numbers:
            return []
        ids = [_change_id(conversation, rev) for rev in numbers]
        changes = await self._changes.find({"_id": {"$in": ids}, "shop": shop}).to_list(None)
        cursor = self._entries.find({"_id": {"$in": sorted({change["entry"] for change in changes})}, "shop": shop})
        return sorted([from_document(Entry, document) async for document in cursor], key=lambda entry: entry.seq)

    async def _range(self, shop: str, conversation: str, numbers: Document) -> list[Entry]:
        cursor = self._entries.find({"shop": shop, "conversation": conversation, "seq": numbers}).sort("seq", 1)
        return [from_document(Entry, document) async for document in cursor]


def _lean(document: Document) -> Document:
    """Without what an entry says by saying nothing: a third of its size."""
    return {name: content for name, content in document.items() if content is not False and content != []}


def _refused_by(index: str, error: PyMongoError) -> RefusedBy:
    if index not in _REFUSED_BY:
        raise DatabaseUnavailable(str(error)) from error
    return _REFUSED_BY[index]


def _change_id(conversation: str, rev: int) -> str:
    return f"{conversation}:{rev}"
