"""Shops' logos: written anew as small pictures, kept in the database, for any process must serve them."""

import hashlib
from dataclasses import dataclass

from storage.codec import from_document, to_document
from storage.mongo import Database
from storage.pictures import check_logo
from storage.shops import Logo

MOST_BYTES = 512 * 1024  # of what is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopLogo:
    """One shop's logo. `mark` changes with the content; width and height are pixels."""

    id: str  # the shop's slug
    mark: str
    width: int
    height: int
    content: bytes
    type: str = "image/webp"

    @property
    def said(self) -> Logo:
        """What the shop's record says of it."""
        return Logo(mark=self.mark, width=self.width, height=self.height)


class ShopLogos:
    """The logos of all shops."""

    name = "shop_logos"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def find(self, shop: str) -> ShopLogo | None:
        """The shop's logo, or None."""
        found = await self._collection.find_one({"_id": shop})
        return None if found is None else from_document(ShopLogo, found)

    async def put(self, logo: ShopLogo) -> None:
        """Store it in place of the one before."""
        await self._collection.replace_one({"_id": logo.id}, to_document(logo), upsert=True)

    async def remove(self, shop: str) -> None:
        """The shop has none any more."""
        await self._collection.delete_one({"_id": shop})


def logo_of(shop: str, sent: bytes) -> ShopLogo:
    """The logo made of a PNG, JPEG or WebP. Raises `NotTaken`. Takes the processor: call it in a thread."""
    checked = check_logo(sent)
    mark = hashlib.sha256(checked.content).hexdigest()[:12]
    width, height = checked.width or 1, checked.height or 1
    return ShopLogo(id=shop, mark=mark, width=width, height=height, content=checked.content)
