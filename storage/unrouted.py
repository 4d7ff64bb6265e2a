"""Texts to a number that is no shop's: kept for the operator, who may have set the number up wrongly.

They belong to no shop, so this is the one place that is not scoped by one; no page and no bot reads it.
"""

from dataclasses import dataclass
from datetime import datetime

from pymongo import DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import from_document, to_document
from storage.mongo import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class UnroutedText:
    """One text. `id` is the carrier's own id of it."""

    id: str
    to: str
    sender: str
    text: str
    at: datetime


INDEXES = [IndexModel([("at", DESCENDING)], name="unrouted_at")]


class UnroutedTexts:
    """What nobody could be given."""

    name = "unrouted_texts"

    def __init__(self, database: Database) -> None:
        self._texts = database[self.name]

    async def add(self, text: UnroutedText) -> bool:
        """Keep a text. False: it is there already."""
        try:
            await self._texts.insert_one(to_document(text))
        except DuplicateKeyError:
            return False
        return True

    async def list(self, limit: int = 100) -> "list[UnroutedText]":
        """The latest texts, newest first."""
        found = await self._texts.find({}).sort("at", -1).limit(limit).to_list(None)
        return [from_document(UnroutedText, document) for document in found]
