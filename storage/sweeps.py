"""How far those have come who go through the log: up to when whoever was owed an answer has one, and so on."""

from datetime import UTC, datetime, timedelta

from storage.mongo import Database

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCKS_DIFFER_BY = timedelta(seconds=30)


def look_from(mark: datetime | None) -> datetime:
    """From when on to read the log: a little before the mark, since clocks differ; without one from its beginning."""
    return mark - _CLOCKS_DIFFER_BY if mark else _BEGINNING


class Sweeps:
    """Marks of the deployment, each with a name: "answers" is the sweep's."""

    name = "sweeps"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def find_mark(self, name: str = "answers") -> datetime | None:
        """The moment before which nothing is left to do; None before the first time."""
        document = await self._collection.find_one({"_id": name})
        return document["until"] if document else None

    async def move_mark(self, until: datetime, name: str = "answers") -> None:
        """Nothing before `until` is left to do."""
        await self._collection.update_one({"_id": name}, {"$max": {"until": until}}, upsert=True)
