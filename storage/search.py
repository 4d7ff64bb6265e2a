"""Search in conversations: by the client's name, phone, plate and papers, and by what was said.

Two collections of our own, since not every engine has a text index. `search_words` is the vocabulary of a shop:
beginnings of words are a range of its index, and slips are looked for among the words that begin alike.
`search_postings` has one document per message or record with the words it is found by; it is asked for whole words
only, so a multikey index answers, newest first. A word that is everywhere is looked for in the last days before it is
looked for in all the past.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne
from rapidfuzz.distance import OSA

from config.clock import utc_now
from storage.codec import Document
from storage.mongo import Database, in_chunks, in_turns, insert_new
from storage.search_words import asked_words

RECORD_AT = datetime(2000, 1, 1, tzinfo=UTC)  # records have no moment in the log
_ADDED_AT_ONCE = 8  # messages: the embedded engine takes 3 ms for them, and chats wait meanwhile
_WORDS_KNOWN = 200_000
_LIKE = 12  # words that one asked word may stand for
_ENOUGH = 400  # postings of one word
_STRETCHES = (timedelta(days=1), timedelta(days=7), timedelta(days=60), timedelta(days=400))

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "search_words": [IndexModel([("shop", ASCENDING), ("word", ASCENDING)], name="word")],
    "search_postings": [
        IndexModel([("shop", ASCENDING), ("words", ASCENDING), ("at", DESCENDING)], name="posting"),
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """What a message or a record is found by. A message names its `conversation` and `seq`, a record its client."""

    id: str
    shop: str
    words: Sequence[str]
    at: datetime = RECORD_AT
    conversation: str | None = None
    seq: int | None = None
    client_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where one asked word was found: in a message (`conversation`, `seq`, `id`), or on a client's records."""

    id: str
    at: datetime
    conversation: str | None = None
    seq: int | None = None
    client_id: str | None = None


class SearchIndex:
    """What is found by which words, in all shops."""

    def __init__(self, database: Database) -> None:
        self._words = database["search_words"]
        self._postings = database["search_postings"]
        self._known: OrderedDict[str, None] = OrderedDict()  # words that are surely in the vocabulary

    async def add(self, postings: Iterable[Posting]) -> None:
        """Make messages findable. Adding one twice is adding it once."""
        async for chunk in in_turns((posting for posting in postings if posting.words), _ADDED_AT_ONCE):
            await self._add_words(chunk)
            await insert_new(self._postings, [_document(posting) for posting in chunk])

    async def replace(self, postings: Sequence[Posting]) -> None:
        """Make records findable by what they say now."""
        for chunk in in_chunks(postings):
            await self._add_words(chunk)
            documents = [_document(one) for one in chunk]
            known = [documents[place] for place in await insert_new(self._postings, documents)]
            writes = [ReplaceOne({"_id": document["_id"], "shop": document["shop"]}, document) for document in known]
            if writes:
                await self._postings.bulk_write(writes, ordered=False)

    async def remove(self, shop: str, posting_id: str) -> None:
        """It is not to be found any more."""
        await self._postings.delete_one({"_id": posting_id, "shop": shop})

    async def hits(self, shop: str, query: str) -> list[list[Hit]]:
        """For each asked word where it was found, the newest first; a word that was found nowhere has an empty list."""
        found = []
        for word in asked_words(query)[:6]:
            alike = await self._alike(shop, word)
            lists = await asyncio.gather(*(self._of_word(shop, one) for one in alike))
            found.append(sorted((hit for hits in lists for hit in hits), key=lambda hit: hit.at, reverse=True))
        return found

    async def _alike(self, shop: str, asked: str) -> list[str]:
        """The words of the shop that begin with this one; if none does, those that are a slip or two away."""
        begins = await self._range(shop, asked, _LIKE)
        if begins or len(asked) < 4 or asked.isdigit():
            return begins
        most = 1 if len(asked) < 8 else 2
        candidates = [
            word for first in dict.fromkeys(asked[:2]) for word in await self._range(shop, first, _WORDS_KNOWN)
        ]
        near = [(distance, word) for word in candidates if (distance := _slips(asked, word, most)) <= most]
        return [word for _, word in sorted(near)[:_LIKE]]

    async def _range(self, shop: str, beginning: str, limit: int) -> list[str]:
        where = {"shop": shop, "word": {"$gte": beginning, "$lt": beginning + "\U0010ffff"}}
        found = await self._words.find(where, {"word": 1}).sort("word", 1).limit(limit).to_list(None)
        return [document["word"] for document in found]

    async def _of_word(self, shop: str, word: str) -> list[Hit]:
        """The newest postings of a word: the last days first, further back only while there are not enough."""
        now = utc_now()
        records = await self._read({"shop": shop, "words": word, "at": RECORD_AT})
        hits: list[Hit] = []
        until: datetime | None = None
        for stretch in (*_STRETCHES, None):
            at: dict[str, Any] = {"$gt": now - stretch if stretch else RECORD_AT}
            if until is not None:
                at["$lte"] = until
            hits += await self._read({"shop": shop, "words": word, "at": at})
            if len(hits) >= _ENOUGH:
                break
            until = at["$gt"]
        return hits[:_ENOUGH] + records

    async def _read(self, where: Mapping[str, Any]) -> list[Hit]:
        found = await self._postings.find(where, {"words": 0}).sort("at", -1).limit(_ENOUGH).to_list(None)
        return [
            Hit(
                id=document["_id"],
                at=document["at"],
                conversation=document.get("conversation"),
                seq=document.get("seq"),
                client_id=document.get("client_id"),
            )
            for document in found
        ]

    async def _add_words(self, postings: Sequence[Posting]) -> None:
        new = {f"{posting.shop}:{word}": (posting.shop, word) for posting in postings for word in posting.words}
        documents = [
            {"_id": key, "shop": shop, "word": word} for key, (shop, word) in new.items() if key not in self._known
        ]
        await insert_new(self._words, documents)
        for document in documents:
            self._known[document["_id"]] = None
        while len(self._known) > _WORDS_KNOWN:
            self._known.popitem(last=False)


def _document(posting: Posting) -> Document:
    fields = {
        "conversation": posting.conversation,
        "seq": posting.seq,
        "client_id": posting.client_id,
    }
    known = {name: value for name, value in fields.items() if value is not None}
    return {"_id": posting.id, "shop": posting.shop, "words": list(posting.words), "at": posting.at, **known}


def _slips(asked: str, word: str, most: int) -> int:
    """How many slips lie between what was asked and a word, or its beginning where more of it was not typed yet."""
    whole = OSA.distance(asked, word, score_cutoff=most)
    begun = OSA.distance(asked, word[: len(asked)], score_cutoff=most) if len(word) > len(asked) + 1 else whole
    return min(whole, begun)
