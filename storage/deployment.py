"""What the whole deployment has one of: made by whichever process needs it first, the same for all ever after."""

from pymongo.errors import DuplicateKeyError

from storage.mongo import Database


class Deployment:
    """Values by name. Some are secret: they are read by who needs them, and never logged."""

    name = "deployment"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]

    async def agree(self, name: str, proposed: str) -> str:
        """The value of this name; `proposed` becomes it where there is none yet. Two that propose at once agree."""
        try:
            await self._collection.insert_one({"_id": name, "value": proposed})
        except DuplicateKeyError:
            found = await self._collection.find_one({"_id": name})
            if found is None:
                raise
            return str(found["value"])
        return proposed

    async def find(self, name: str) -> str | None:
        """The value of this name, or None."""
        found = await self._collection.find_one({"_id": name})
        return None if found is None else str(found["value"])
