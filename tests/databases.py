"""Prepared databases that serve one test after another: making fifty collections' indexes costs more than most tests.

What a test wrote is noted as its commands go out, and taken out again right before the database serves once more. There
are a few of them, each in its turn, so that what a test left running has ended long before. A database whose
collections or indexes were changed, or that is not empty afterwards, is dropped, and a new one takes its place.
"""

import uuid
from collections import deque
from typing import Any

from pymongo import monitoring

from storage.mongo import Database, connect
from storage.store import Storage

_WRITES = frozenset({"insert", "update", "findAndModify", "findandmodify"})
_CHANGES = frozenset({"create", "createIndexes", "collMod", "drop", "dropIndexes", "dropDatabase", "renameCollection"})
_IN_TURN = 3


class Touched(monitoring.CommandListener):
    """Which collections of which database were written to, and which databases are no more what they were."""

    def __init__(self) -> None:
        self.written: dict[str, set[str]] = {}
        self.changed: set[str] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """A command goes out."""
        if event.command_name in _WRITES:
            collection: Any = event.command[event.command_name]
            self.written.setdefault(event.database_name, set()).add(collection)
        elif event.command_name in _CHANGES or (event.command_name == "aggregate" and _stores(event.command)):
            self.changed.add(event.database_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """It was noted when it went out."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """It may have written before it failed."""


def _stores(command: Any) -> bool:
    return any(stage.keys() & {"$out", "$merge"} for stage in command.get("pipeline", ()))


class Databases:
    """The prepared databases of one test process, on one server, each with a connection that stays."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._waiting: deque[Database] = deque()
        self._touched = Touched()
        monitoring.register(self._touched)  # for every client made from now on: a test's own, a service's

    async def take(self) -> Database:
        """An empty database with every index."""
        while len(self._waiting) >= _IN_TURN:
            database = self._waiting.popleft()
            if await self._emptied(database):
                return database
            await _drop(database)
        database = connect(self._uri, f"test_{uuid.uuid4().hex}")
        await Storage(database).prepare()
        self._forget(database.name)
        return database

    def give_back(self, database: Database) -> None:
        """The test is over."""
        self._waiting.append(database)

    async def drop(self) -> None:
        """No test comes any more."""
        for database in self._waiting:
            await _drop(database)

    async def _emptied(self, database: Database) -> bool:
        if database.name in self._touched.changed:
            return False
        for collection in self._touched.written.get(database.name, ()):
            await database[collection].delete_many({})
        self._forget(database.name)
        stored: int = (await database.command({"dbStats": 1}))["objects"]
        return stored == 0

    def _forget(self, name: str) -> None:
        self._touched.written.pop(name, None)
        self._touched.changed.discard(name)


async def _drop(database: Database) -> None:
    await database.drop()
    database.close()
