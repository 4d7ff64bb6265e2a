"""Conversations: who talks, who answers, and where the log stands.

The document is a projection of the log (`storage/messages.py`): `applied` is the one rule by which an entry changes
it, so it can be brought up to date at any time from the entries after `last_seq`. Only its key (whose conversation it
is), the read marks and the counter of changes are its own.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from pymongo import IndexModel, UpdateOne
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import Document, encode, from_document, to_document
from storage.episode import Episode, folded
from storage.ids import record_id
from storage.messages import AuthorKind, ChannelName, Entry, Rating, State, Status
from storage.mongo import Database

_LAST_TEXT_LENGTH = 140
_BREATH_SECONDS = 0.01
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # the embedded engine reads a range that has one end as a whole
# Where the keys of a shop are parted to be read: ids are hexadecimal, all but evenly spread.
_DIGITS = [f"{first:x}{second}" for first in range(16) for second in "048c"]
_PARTS = ["", *(f"{kind}:{digits}" for kind in ("client", "phone", "visitor") for digits in _DIGITS), "\U0010ffff"]
LEFT_CONTACT = "left_contact"  # the act by which a visitor says where to reach them


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation. `key` says whose: `client:<id>`, `visitor:<hash>` or `phone:<E.164>`."""

    id: str
    shop: str
    key: str
    title: str  # what staff see: the client's name, the number, or "Visitor"
    client_id: str | None = None
    phone: str | None = None  # the number that wrote last, where texts go
    visitor: str | None = None
    channel: ChannelName = "web"  # by which the client wrote last
    state: State = State()
    last_seq: int = 0
    client_last_seq: int = 0  # the last entry a client may see
    person_seq: int = 0  # the last entry by staff, or act
    last_text: str = ""
    last_author: AuthorKind | None = None
    last_at: datetime | None = None
    waiting_since: datetime | None = None  # while it waits for a person: from when on
    unread: int = 0  # messages of the client that no member of staff has read
    client_read_seq: int = 0
    staff_read_seq: int = 0
    rev: int = 0
    tracker: dict[str, Any] = field(default_factory=dict)
    owed: tuple[str, ...] = ()  # the client's messages that the bot has yet to answer, in the log's order
    urgent: bool = False
    gist: str = ""
    rating: Rating | None = None  # of the last episode
    contact: str | None = None  # where a visitor asked to be told of answers: E.164 or an e-mail address
    episode: Episode | None = None  # the last one, as reports count it
    people: tuple[str, ...] = ()  # staff ids: who ever wrote in it
    continued_in: str | None = None  # the conversation where the chat went on
    created_at: datetime = field(default_factory=utc_now)

    @property
    def status(self) -> Status:
        """Who answers."""
        return self.state.status


# What the log does not say: never written by the projection.
_OWN = frozenset(
    {
        "id",
        "shop",
        "key",
        "client_id",
        "visitor",
        "client_read_seq",
        "staff_read_seq",
        "rev",
        "continued_in",
        "created_at",
        "title",
    }
)
_PROJECTED = tuple(f.name for f in fields(Conversation) if f.name not in _OWN)

INDEXES = [
    IndexModel([("shop", 1), ("key", 1)], unique=True, name="conversation_key"),
    IndexModel([("shop", 1), ("state.status", 1), ("last_at", -1)], name="conversation_status"),
    IndexModel([("shop", 1), ("state.until", 1)], name="conversation_until"),
]


def new_conversation(
    shop: str,
    key: str,
    *,
    title: str,
    client_id: str | None = None,
    phone: str | None = None,
    visitor: str | None = None,
) -> Conversation:
    """A conversation with nothing in it. Its id follows from its first key, so that making it twice makes it once."""
    return Conversation(
        id=record_id(shop, "conversation", key),
        shop=shop,
        key=key,
        title=title,
        client_id=client_id,
        phone=phone,
        visitor=visitor,
    )


def applied(conversation: Conversation, entry: Entry) -> Conversation:
    """The conversation after an entry."""
    changes: dict[str, Any] = {
        "last_seq": entry.seq,
        "state": entry.state,
        "episode": folded(conversation.episode, entry),
    }
    changes |= _of_the_clients_side(conversation, entry)
    if entry.kind == "message":
        text = entry.text or _names_of(entry)
        changes |= {
            "client_last_seq": entry.seq,
            "last_text": text[:_LAST_TEXT_LENGTH],
            "last_author": entry.author.kind,
            "last_at": entry.at,
        }
    if entry.author.kind == "client" and entry.kind == "message":
        changes |= {"unread": conversation.unread + 1, "channel": entry.channel}
        if entry.identity is not None and entry.identity.phone:
            changes["phone"] = entry.identity.phone
    if entry.author.kind == "staff":
        changes |= {"unread": 0, "staff_read_seq": entry.seq}
    if entry.author.kind == "staff" and entry.kind != "note":
        changes["person_seq"] = entry.seq
        if entry.kind == "message" and entry.author.id is not None and entry.author.id not in conversation.people:
            changes["people"] = (*conversation.people, entry.author.id)
    if entry.tracker is not None:
        changes["tracker"] = entry.tracker
    changes["owed"] = _owed_after(conversation, entry)
    if entry.gist is not None:
        changes |= {"gist": entry.gist, "urgent": conversation.urgent or entry.urgent}
    elif entry.state.status in ("bot", "resolved"):
        changes |= {"gist": "", "urgent": False}
    return replace(conversation, **changes)


def _names_of(entry: Entry) -> str:
    """What the list shows of a message that is files only: the first one's name, and how many more there are."""
    if not entry.attachments:
        return ""
    first, *more = entry.attachments
    return f"📎 {first.name}" + (f" +{len(more)}" if more else "")


def _of_the_clients_side(conversation: Conversation, entry: Entry) -> dict[str, Any]:
    """Since when they wait, where they want to be told of an answer, and how they say it was."""
    changes: dict[str, Any] = {}
    if entry.state.status != conversation.state.status:
        changes["waiting_since"] = entry.at if entry.state.status == "waiting" else None
    if entry.act == LEFT_CONTACT:
        changes["contact"] = entry.text
    if entry.rating is not None or entry.state.episode != conversation.state.episode:
        changes["rating"] = entry.rating
    return changes


def _owed_after(conversation: Conversation, entry: Entry) -> tuple[str, ...]:
    if entry.state.status not in ("bot", "waiting") or (entry.author.kind == "staff" and entry.kind != "note"):
        return ()  # a person has it now
    if entry.in_reply_to is not None:
        return tuple(one for one in conversation.owed if one != entry.in_reply_to)
    return (*conversation.owed, entry.id) if entry.owed else conversation.owed


class Conversations:
    """The conversations of every shop."""

    name = "conversations"

    def __init__(self, database: Database) -> None:
        self._conversations = database[self.name]

    async def find(self, shop: str, conversation_id: str) -> Conversation | None:
        """The conversation with this id, of this shop, as last projected."""
        return self._read(await self._conversations.find_one({"_id": conversation_id, "shop": shop}))

    async def find_by_key(self, shop: str, key: str) -> Conversation | None:
        """The conversation of this client, visitor or number."""
        return self._read(await self._conversations.find_one({"shop": shop, "key": key}))

    async def find_many(self, shop: str, ids: list[str]) -> list[Conversation]:
        """Those of these conversations that belong to the shop."""
        cursor = self._conversations.find({"_id": {"$in": ids}, "shop": shop})
        return [from_document(Conversation, document) async for document in cursor]

    async def all_of(self, shop: str) -> AsyncIterator[Conversation]:
        """Every conversation of the shop, read in parts of the keys, with a breath after each: the embedded engine
        serves nobody else while it looks through a range.
        """
        for begin, end in pairwise(_PARTS):
            found = await self._conversations.find({"shop": shop, "key": {"$gte": begin, "$lt": end}}).to_list(None)
            for document in found:
                yield from_document(Conversation, document)
            if found:
                await asyncio.sleep(_BREATH_SECONDS)

    async def positions(self, shop: str, ids: list[str]) -> list[tuple[str, int, int]]:
        """Of those of these conversations that are stored: id, the last number that a client may see, changes."""
        fields = {"client_last_seq": 1, "rev": 1}
        cursor = self._conversations.find({"_id": {"$in": ids}, "shop": shop}, fields)
        return [(one["_id"], one.get("client_last_seq", 0), one.get("rev", 0)) async for one in cursor]

    async def add(self, conversation: Conversation) -> None:
        """Store a conversation with nothing in it yet; one that is there already stays as it is."""
        try:
            await self._conversations.insert_one(to_document(conversation))
        except DuplicateKeyError:
            return

    async def project_many(self, conversations: Sequence[Conversation]) -> None:
        """Bring documents up to date; one that is ahead already stays as it is."""
        updates = [
            UpdateOne(
                {"_id": one.id, "shop": one.shop, "last_seq": {"$lte": one.last_seq}},
                _set({name: encode(getattr(one, name)) for name in _PROJECTED})
                | {"$max": {"staff_read_seq": one.staff_read_seq}},
            )
            for one in conversations
        ]
        if updates:
            await self._conversations.bulk_write(updates, ordered=False)

    async def mark_read(
        self, conversation: Conversation, *, client: int | None = None, staff: int | None = None
    ) -> None:
        """Move the read marks forward; `staff` at the end of the log leaves nothing unread."""
        highest = {
            name: seq for name, seq in (("client_read_seq", client), ("staff_read_seq", staff)) if seq is not None
        }
        changes: Document = {"$max": highest}
        if staff is not None and staff >= conversation.client_last_seq:
            changes["$set"] = {"unread": 0}
        await self._conversations.update_one({"_id": conversation.id, "shop": conversation.shop}, changes)

    async def record_rev(self, shop: str, conversation_id: str, rev: int) -> None:
        """Change number `rev` of an older message has been made."""
        await self._conversations.update_one({"_id": conversation_id, "shop": shop}, {"$max": {"rev": rev}})

    async def give_to_client(self, conversation: Conversation, client_id: str, title: str) -> bool:
        """A visitor's conversation becomes the client's. False when the client has one already."""
        changes = {"key": f"client:{client_id}", "client_id": client_id, "title": title}
        try:
            await self._conversations.update_one(
                {"_id": conversation.id, "shop": conversation.shop, "key": conversation.key}, {"$set": changes}
            )
        except DuplicateKeyError:
            return False
        return True

    async def mark_continued(self, conversation: Conversation, into: str) -> None:
        """The chat went on in the conversation `into`."""
        await self._conversations.update_one(
            {"_id": conversation.id, "shop": conversation.shop}, {"$set": {"continued_in": into}}
        )

    async def list_by_status(
        self, shop: str, status: Status, limit: int, until: datetime | None = None, assignee: str | None = None
    ) -> list[Conversation]:
        """Conversations in this status (and of this assignee), the one last written in first; with `until`, those last
        written in at that moment or before it.
        """
        where: Document = {"shop": shop, "state.status": status, "last_seq": {"$gt": 0}}
        if assignee is not None:
            where["state.assignee"] = assignee
        if until is not None:
            where["last_at"] = {"$lte": until}
        cursor = self._conversations.find(where).sort("last_at", -1).limit(limit)
        return [from_document(Conversation, document) async for document in cursor]

    async def list_waiting(self, shop: str, limit: int) -> dict[str, datetime]:
        """Which conversations wait for a person, and since when."""
        where = {"shop": shop, "state.status": "waiting"}  # not a word more: the embedded engine would read every one
        shown = {"waiting_since": 1, "last_at": 1, "created_at": 1, "last_seq": 1}
        found = await self._conversations.find(where, shown).limit(limit).to_list(limit)
        began = [one for one in found if one.get("last_seq", 0) > 0]
        return {one["_id"]: one.get("waiting_since") or one.get("last_at") or one["created_at"] for one in began}

    async def list_due(self, shop: str, now: datetime, limit: int) -> list[Conversation]:
        """Snoozed conversations of the shop whose time is over, the longest over first."""
        where = {"shop": shop, "state.until": {"$gt": _BEGINNING, "$lte": now}}
        cursor = self._conversations.find(where).sort("state.until", 1).limit(limit)
        return [from_document(Conversation, document) async for document in cursor]

    async def list_idle(self, shop: str, status: Status, since: datetime, limit: int) -> list[Conversation]:
        """Conversations of the shop in this status in which nothing was said since."""
        where = {"shop": shop, "state.status": status, "last_at": {"$lt": since}}
        cursor = self._conversations.find(where).limit(limit)
        return [from_document(Conversation, document) async for document in cursor]

    def _read(self, document: Mapping[str, Any] | None) -> Conversation | None:
        return from_document(Conversation, document) if document else None


def _set(changes: Mapping[str, Any]) -> Document:
    unset = {name: "" for name, value in changes.items() if value is None}
    update: Document = {"$set": {name: value for name, value in changes.items() if value is not None}}
    return update | {"$unset": unset} if unset else update
