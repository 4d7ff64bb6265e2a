"""What each member of staff wants to be told of, and when not."""

from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from storage.codec import from_document, to_document
from storage.mongo import Database
from storage.staff import Role

_AT_THE_DESK: frozenset[Role] = frozenset({"owner", "advisor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSettings:
    """One person's; `id` is their staff id. What is None follows from the role: yes for owners and advisors."""

    id: str
    shop: str
    unassigned: bool | None = None  # messages in conversations that nobody has
    papers: bool | None = None  # change requests, and decisions on estimates
    muted: bool = False  # for good
    muted_until: datetime | None = None
    quiet_when_closed: bool = False

    def hears_unassigned(self, role: Role) -> bool:
        """Whether they are told of messages in conversations that nobody has."""
        return role in _AT_THE_DESK if self.unassigned is None else self.unassigned

    def hears_papers(self, role: Role) -> bool:
        """Whether they are told of change requests and decisions on estimates."""
        return role in _AT_THE_DESK if self.papers is None else self.papers

    def is_muted(self, now: datetime) -> bool:
        """Whether their devices stay silent at this moment of the system clock."""
        return self.muted or (self.muted_until is not None and now < self.muted_until)


INDEXES = [IndexModel([("shop", ASCENDING)], name="notification_settings_shop")]


class NotificationSettingsBook:
    """The settings of all shops' staff."""

    name = "notification_settings"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def get(self, shop: str, staff_id: str) -> NotificationSettings:
        """A person's settings; those of nobody who has set any are the defaults."""
        found = await self._collection.find_one({"_id": staff_id, "shop": shop})
        return (
            NotificationSettings(id=staff_id, shop=shop)
            if found is None
            else from_document(NotificationSettings, found)
        )

    async def list(self, shop: str) -> dict[str, NotificationSettings]:
        """All that were set in the shop, by staff id."""
        cursor = self._collection.find({"shop": shop})
        found = [from_document(NotificationSettings, document) async for document in cursor]
        return {one.id: one for one in found}

    async def put(self, settings: NotificationSettings) -> None:
        """Store a person's settings in place of those there were."""
        await self._collection.replace_one(
            {"_id": settings.id, "shop": settings.shop}, to_document(settings), upsert=True
        )
