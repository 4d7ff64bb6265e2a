"""How far the sweep has come: up to when every message that was owed an answer has one."""

from datetime import datetime

from storage.mongo import Database


class Sweeps:
    """One mark for the deployment."""

    name = "sweeps"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def find_mark(self) -> datetime | None:
        """The moment before which nothing is owed any more; None before the first sweep."""
        document = await self._collection.find_one({"_id": "answers"})
        return document["until"] if document else None

    async def move_mark(self, until: datetime) -> None:
        """Nothing before `until` is owed any more."""
        await self._collection.update_one({"_id": "answers"}, {"$max": {"until": until}}, upsert=True)
