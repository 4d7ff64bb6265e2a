"""Every conversation there ever was, for looking back: by who, what, when and words, a page at a time. Reads only; the
conversations themselves are in `storage/conversations.py`.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, get_args

from config.clock import utc_now
from storage.codec import Document, from_document, to_document
from storage.conversations import Conversation, Conversations, applied
from storage.episode import Episode
from storage.messages import ChannelName, Messages, Status
from storage.mongo import Database
from storage.stretches import BEGINNING, parse_place, place, read_stretches

ChatOrder: TypeAlias = Literal["newest", "oldest"]

_STATUSES: tuple[Status, ...] = get_args(Status)
_RUNNING: tuple[Status, ...] = ("bot", "waiting", "open", "snoozed")
_SOON = timedelta(days=1)  # clocks differ: nothing is later
_TAIL = 500  # entries
# What lists and exports say of a conversation: reading less is a third quicker.
_SHOWN: Mapping[str, int] = dict.fromkeys(
    (
        "shop",
        "key",
        "title",
        "client_id",
        "phone",
        "channel",
        "state",
        "last_seq",
        "last_text",
        "last_author",
        "last_at",
        "rating",
        "people",
        "continued_in",
        "created_at",
    ),
    1,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatQuery:
    """Which conversations: all that is given must hold."""

    status: Status | None = None
    channel: ChannelName | None = None  # by which the client wrote last
    person: str | None = None  # staff id: who has it, or ever wrote in it
    label: str | None = None
    score: int | None = None  # of its last episode
    earliest: datetime = BEGINNING  # when somebody last wrote in it
    latest: datetime | None = None  # not this moment itself
    q: str = ""  # words of name, number and last line


@dataclass(frozen=True, slots=True)
class ChatPage:
    """Conversations in order, and the `cursor` that goes on after them; None at the end."""

    conversations: tuple[Conversation, ...]
    cursor: str | None


class Chats:
    """The conversations of every shop, as they stand in their documents: a few seconds behind."""

    def __init__(self, database: Database) -> None:
        self._conversations = database[Conversations.name]
        self._messages = Messages(database)

    async def all_of(
        self, shop: str, query: ChatQuery | None = None, order: ChatOrder = "newest", cursor: str | None = None
    ) -> AsyncIterator[Conversation]:
        """The conversations that fit, one after the other; what is shown of them."""
        query = query or ChatQuery()
        after = parse_place(cursor) if cursor else None
        words = query.q.casefold().split()
        latest = query.latest or utc_now() + _SOON
        earliest = query.earliest
        if after is not None and order == "newest":
            latest = min(latest, after[0] + timedelta(milliseconds=1))
        elif after is not None:
            earliest = max(earliest, after[0])
        statuses = _STATUSES if query.status is None else (query.status,)
        async for documents in read_stretches(
            self._conversations,
            [{"shop": shop, "state.status": status} for status in statuses],
            "last_at",
            earliest,
            latest,
            newest_first=order == "newest",
            projection=_SHOWN,
        ):
            for document in documents:
                if _fits(document, query, words) and _follows(document, after, order):
                    yield from_document(Conversation, document)

    async def list(
        self, shop: str, query: ChatQuery, limit: int, order: ChatOrder = "newest", cursor: str | None = None
    ) -> ChatPage:
        """At most `limit` conversations that fit, from where `cursor` of the page before stopped."""
        found: list[Conversation] = []
        async for conversation in self.all_of(shop, query, order, cursor):
            if len(found) == limit:
                last = found[-1]
                return ChatPage(tuple(found), place(last.last_at or last.created_at, last.id))
            found.append(conversation)
        return ChatPage(tuple(found), None)

    async def caught_up(self, conversation: Conversation) -> Conversation:
        """The conversation with what was written since its document was."""
        while tail := await self._messages.after(conversation.shop, conversation.id, conversation.last_seq, _TAIL):
            for entry in tail:
                conversation = applied(conversation, entry)
        return conversation

    @staticmethod
    def fits(conversation: Conversation, query: ChatQuery) -> bool:
        """Whether a conversation that was found otherwise is one of those asked for."""
        at = conversation.last_at
        if query.status is not None and conversation.status != query.status:
            return False
        if at is None or at < query.earliest or (query.latest is not None and at >= query.latest):
            return False
        return _fits(to_document(conversation), query, query.q.casefold().split())

    async def running_episodes(self, shop: str, since: datetime) -> "Sequence[Episode]":
        """The episodes that have not ended and in which something was said since."""
        found: list[Episode] = []
        async for documents in read_stretches(
            self._conversations,
            [{"shop": shop, "state.status": status} for status in _RUNNING],
            "last_at",
            since,
            utc_now() + _SOON,
            projection={"episode": 1, "last_at": 1},
        ):
            found += [from_document(Episode, document["episode"]) for document in documents if "episode" in document]
        return found


def _fits(document: Document, query: ChatQuery, words: Sequence[str]) -> bool:
    state = document["state"]
    if query.channel is not None and document["channel"] != query.channel:
        return False
    if query.person is not None and query.person not in (state.get("assignee"), *document.get("people", ())):
        return False
    if query.label is not None and query.label not in state.get("labels", ()):
        return False
    if query.score is not None and document.get("rating", {}).get("score") != query.score:
        return False
    text = f"{document['title']} {document.get('phone', '')} {document['last_text']}".casefold() if words else ""
    return all(word in text for word in words)


def _follows(document: Document, after: tuple[datetime, str] | None, order: ChatOrder) -> bool:
    if after is None:
        return True
    here = (document["last_at"], document["_id"])
    return here < after if order == "newest" else here > after
