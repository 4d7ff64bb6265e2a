"""What a shop sets in Pitline and its own software knows nothing of: the widget's look, what sign-in asks for.

Hours are of the shop's record (`storage/shops.py`); what staff changed there is named in `Shop.set_by_staff`, and holds
against imports.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from config.colors import TEXT, WHITE, contrast
from storage.codec import from_document, to_document
from storage.mongo import Database
from storage.notifications import NotificationKind
from storage.shops import Span

COLOR: Final = re.compile(r"#[0-9a-f]{6}")
LONGEST_GREETING = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class WidgetSettings:
    """How the chat looks on the shop's site. Without a greeting or colour it is as it comes."""

    greeting: Mapping[str, str] = field(default_factory=dict)  # by language
    accent: str | None = None  # "#0e5f66"; white stands on it
    side: Literal["left", "right"] = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingSettings:
    """What clients are told unasked. `off` are kinds that they are not told of; `hours` are by the shop's clock, and
    hold for texts and mails.
    """

    off: tuple[NotificationKind, ...] = ()
    hours: Span = ("08:00", "20:00")
    visit_days: int = 1  # how many days before a visit
    service_days: int = 7
    invoice_days: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSettings:
    """One shop's settings."""

    shop: str
    widget: WidgetSettings = WidgetSettings()
    second_factor_required: bool = False
    telling: TellingSettings = TellingSettings()


class ShopSettingsStore:
    """The settings of all shops."""

    name = "shop_settings"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def get(self, shop: str) -> ShopSettings:
        """The shop's settings: as they come where none were made."""
        found = await self._collection.find_one({"_id": shop})
        return ShopSettings(shop=shop) if found is None else from_document(ShopSettings, found)

    async def put(self, settings: ShopSettings) -> None:
        """Store them."""
        document = to_document(settings) | {"_id": settings.shop}
        await self._collection.replace_one({"_id": settings.shop}, document, upsert=True)


def is_readable(color: str) -> bool:
    """Whether white can be read on this colour."""
    return contrast(color, WHITE) >= TEXT
