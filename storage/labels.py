"""Labels: the words by which a shop sorts its conversations, each with a colour of a fixed set."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from pymongo import ASCENDING, IndexModel

from storage.codec import from_document, to_document
from storage.ids import record_id
from storage.mongo import Database

LabelColor: TypeAlias = Literal["gray", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"]

LABEL_COLORS: tuple[LabelColor, ...] = get_args(LabelColor)
LONGEST_LABEL = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label. Its id follows from its name, whatever the case: no shop has "Parts" and "parts"."""

    id: str
    shop: str
    name: str
    color: LabelColor = "gray"


INDEXES = [IndexModel([("shop", ASCENDING), ("name", ASCENDING)], name="by_name")]


def new_label(shop: str, name: str, color: LabelColor = "gray") -> Label:
    """A label. Raises `ValueError` for a name that is empty or longer than `LONGEST_LABEL` characters."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_LABEL:
        raise ValueError(f"a label's name has 1 to {LONGEST_LABEL} characters")
    return Label(id=record_id(shop, "label", name.casefold()), shop=shop, name=name, color=color)


class Labels:
    """The labels of all shops."""

    name = "labels"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def list(self, shop: str) -> "list[Label]":
        """The shop's labels, by name."""
        found = [from_document(Label, document) async for document in self._collection.find({"shop": shop})]
        return sorted(found, key=lambda label: label.name.casefold())

    async def put(self, label: Label) -> None:
        """Store it; one of the same name (whatever the case) is replaced."""
        await self._collection.replace_one({"_id": label.id, "shop": label.shop}, to_document(label), upsert=True)

    async def remove(self, shop: str, label_id: str) -> bool:
        """Take it off the list; conversations keep the word. False: there is none."""
        return (await self._collection.delete_one({"_id": label_id, "shop": shop})).deleted_count == 1
