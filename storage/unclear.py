"""Unclear messages: what the bot did not understand, or only after a question, for staff to say what was meant.

One row for the same words of a shop, however often they come. No row tells whose number, address or code it was: digits
that may be one are noughts (to the classifier every digit is the same), e-mail addresses are struck out.

    waiting -> learned (an example of this shop's own) -> waiting (forgotten again)        waiting -> dismissed
"""

import asyncio
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import from_document, to_document
from storage.ids import record_id
from storage.mongo import Database
from storage.shops import Language

UnclearState = Literal["waiting", "learned", "dismissed"]

MOST_WAITING = 500  # of a shop; beyond, the oldest go
MOST_LEARNED = 2000  # of a shop; what is beyond is not trained on
_LONGEST = 300

_EMAIL = re.compile(r"[^\s@<>(),;:]+@[^\s@<>(),;:]+\.[^\s@<>(),;:]+")
# six digits or more in a row, spaced or punctuated as people write phone numbers, cards and codes
_NUMBER = re.compile(r"(?<!\d)\+?(?:\d[ ().\-/]{0,2}){5,}\d(?!\d)")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearGuess:
    """An intent that the bot took it for; `confidence` is 0..1."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearMessage:
    """The words, what the bot made of them, and what staff say they mean. `text` is masked."""

    id: str = ""  # of its masked words: `add` makes it
    shop: str
    text: str
    language: Language
    guesses: tuple[UnclearGuess, ...] = ()  # best first
    picked: str | None = None  # the intent that the client picked when asked which; `out_of_scope`: none of them
    conversation: str
    message_id: str  # the latest message with these words
    at: datetime  # when that came
    count: int = 1  # messages with these words
    state: UnclearState = "waiting"
    meant: str | None = None  # the intent, once learned
    decided_by: str | None = None  # staff id
    decided_at: datetime | None = None
    used_at: datetime | None = None  # when a model that was trained with it was first in use


@dataclass(frozen=True, slots=True)
class LearnedMark:
    """Changes whenever what a shop's staff taught does."""

    count: int
    latest: datetime | None


INDEXES = [
    IndexModel([("shop", 1), ("state", 1), ("at", 1)], name="unclear_state"),
    IndexModel([("shop", 1), ("state", 1), ("decided_at", 1)], name="unclear_decided"),
]


def mask(text: str) -> str:
    """One line of at most 300 characters in which nothing is somebody's number, address or code."""
    line = _EMAIL.sub("[e-mail]", " ".join(text[: 2 * _LONGEST].split()))
    return _NUMBER.sub(lambda match: _DIGIT.sub("0", match[0]), line)[:_LONGEST].strip()


def unclear_id(shop: str, text: str) -> str:
    """The id of the row of these words: case, accents and punctuation make no other."""
    lowered = unicodedata.normalize("NFD", text.casefold())
    plain = "".join(character for character in lowered if not unicodedata.combining(character))
    return record_id(shop, "unclear", " ".join(_WORD.findall(plain)) or plain)


class UnclearMessages:
    """The unclear messages of all shops."""

    name = "unclear_messages"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def add(self, message: UnclearMessage) -> None:
        """Keep a message under the id of its masked words, or count it with those of the same words.

        Doing it twice for one message counts once. What staff have decided stays decided.
        """
        text = mask(message.text)
        row = replace(message, id=unclear_id(message.shop, text), text=text)
        try:
            await self._collection.insert_one(to_document(row))
        except DuplicateKeyError:
            latest = {"message_id": row.message_id, "conversation": row.conversation, "at": row.at}
            if row.picked is not None:
                latest["picked"] = row.picked
            await self._collection.update_one(
                {"_id": row.id, "shop": row.shop, "message_id": {"$ne": row.message_id}},
                {"$set": latest, "$inc": {"count": 1}},
            )
        else:
            await self._drop_oldest(row.shop)

    async def find(self, shop: str, row_id: str) -> UnclearMessage | None:
        """The row, or None."""
        found = await self._collection.find_one({"_id": row_id, "shop": shop})
        return None if found is None else from_document(UnclearMessage, found)

    async def count(self, shop: str, state: UnclearState) -> int:
        """How many rows of the shop are in this state."""
        return int(await self._collection.count_documents({"shop": shop, "state": state}))

    async def list_waiting(self, shop: str, limit: int) -> list[UnclearMessage]:
        """What waits to be decided, the latest message first."""
        found = self._collection.find({"shop": shop, "state": "waiting"}).sort("at", -1).limit(limit)
        return [from_document(UnclearMessage, document) for document in await found.to_list(None)]

    async def list_learned(self, shop: str, limit: int = MOST_LEARNED) -> list[UnclearMessage]:
        """What staff have taught, latest first."""
        found = self._collection.find({"shop": shop, "state": "learned"}).sort("decided_at", -1).limit(limit)
        return [from_document(UnclearMessage, document) for document in await found.to_list(None)]

    async def learned_mark(self, shop: str) -> LearnedMark:
        """What to compare to see whether anything was taught or taken back."""
        count, latest = await asyncio.gather(self.count(shop, "learned"), self.list_learned(shop, 1))
        return LearnedMark(count, latest[0].decided_at if latest else None)

    async def learn(self, shop: str, row_id: str, meant: str, by: str, at: datetime) -> bool:
        """Staff say what was meant. False: there is no such row."""
        change = {"state": "learned", "meant": meant, "decided_by": by, "decided_at": at}
        return await self._change(shop, row_id, {"$set": change, "$unset": {"used_at": ""}})

    async def forget(self, shop: str, row_id: str, by: str, at: datetime) -> bool:
        """It is an example no more, and waits to be decided again. False: there is no such row."""
        change = {"state": "waiting", "decided_by": by, "decided_at": at}
        return await self._change(shop, row_id, {"$set": change, "$unset": {"meant": "", "used_at": ""}})

    async def dismiss(self, shop: str, row_id: str, by: str, at: datetime) -> bool:
        """There is nothing to learn from it, now or when it comes again. False: there is no such row."""
        change = {"state": "dismissed", "decided_by": by, "decided_at": at}
        return await self._change(shop, row_id, {"$set": change, "$unset": {"meant": "", "used_at": ""}})

    async def mark_used(self, shop: str, row: UnclearMessage, at: datetime) -> None:
        """A model that was trained with this example, as it was read, is in use."""
        query = {"_id": row.id, "shop": shop, "state": "learned", "meant": row.meant, "decided_at": row.decided_at}
        await self._collection.update_one(query, {"$set": {"used_at": at}})

    async def _change(self, shop: str, row_id: str, update: dict[str, dict[str, object]]) -> bool:
        result = await self._collection.update_one({"_id": row_id, "shop": shop}, update)
        return int(result.matched_count) == 1

    async def _drop_oldest(self, shop: str) -> None:
        extra = await self.count(shop, "waiting") - MOST_WAITING
        if extra <= 0:
            return
        oldest = self._collection.find({"shop": shop, "state": "waiting"}, {"_id": 1}).sort("at", 1).limit(extra)
        for document in await oldest.to_list(None):
            await self._collection.delete_one({"_id": document["_id"], "shop": shop, "state": "waiting"})
