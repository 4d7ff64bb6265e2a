"""Canned replies: what a shop's staff say again and again, called by a shortcut, with placeholders to fill in.

Which placeholders there are, and what fills them, is `chat/canned.py`'s to say.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from storage.codec import from_document, to_document
from storage.ids import new_id
from storage.mongo import Database

SHORTCUT: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,29}")
LONGEST_TEXT = 2000

# What may stand in braces in a text; `chat/canned.py` fills it in.
PLACEHOLDERS: Final = (
    "client.first_name",
    "client.name",
    "vehicle",
    "visit",
    "invoice.number",
    "invoice.balance",
    "shop.name",
    "shop.phone",
    "shop.hours",
    "portal.link",
    "staff.name",
)


class ShortcutTaken(Exception):
    """Another canned reply of the shop has this shortcut."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedReply:
    """One. `text` by language ("en", "es"): at least one of them."""

    id: str = field(default_factory=new_id)
    shop: str
    shortcut: str  # as typed after "/": see SHORTCUT
    title: str
    text: Mapping[str, str]

    def text_in(self, language: str) -> str:
        """The text in this language, else in one that it has."""
        return self.text.get(language) or next(iter(self.text.values()), "")


INDEXES = [IndexModel([("shop", ASCENDING), ("shortcut", ASCENDING)], name="canned_shortcut", unique=True)]


class CannedReplies:
    """The canned replies of all shops."""

    name = "canned_replies"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def list(self, shop: str) -> "list[CannedReply]":
        """The shop's, by shortcut."""
        found = self._collection.find({"shop": shop}).sort("shortcut", 1)
        return [from_document(CannedReply, document) async for document in found]

    async def find(self, shop: str, reply_id: str) -> CannedReply | None:
        """The one with this id, or None."""
        found = await self._collection.find_one({"_id": reply_id, "shop": shop})
        return None if found is None else from_document(CannedReply, found)

    async def put(self, reply: CannedReply) -> None:
        """Store it in place of the one with its id. Raises `ShortcutTaken`."""
        try:
            await self._collection.replace_one({"_id": reply.id, "shop": reply.shop}, to_document(reply), upsert=True)
        except DuplicateKeyError as error:
            raise ShortcutTaken(reply.shortcut) from error

    async def remove(self, shop: str, reply_id: str) -> bool:
        """Forget it. False: there is none."""
        return (await self._collection.delete_one({"_id": reply_id, "shop": shop})).deleted_count == 1
