"""Prepared databases that serve one test after another: making fifty collections' indexes costs more than most tests.

What a test wrote is noted as its commands go out, and taken out again right before the database serves once more. There
are a few of them, each in its turn, so that what a test left running has ended long before. A database whose
collections or indexes were changed, or that is not empty afterwards, is dropped, and a new one takes its place.

The embedded engine is started anew before it is a minute old. It looks for what has expired then, and keeps a snapshot
open from there on: what was deleted is still walked over, and soon everything takes five times as long.
"""

import subprocess
import time
import uuid
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pymongo import monitoring

from storage import engine
from storage.mongo import Database, connect
from storage.store import Storage

_WRITES = frozenset({"insert", "update", "findAndModify", "findandmodify"})
_CHANGES = frozenset({"create", "createIndexes", "collMod", "drop", "dropIndexes", "dropDatabase", "renameCollection"})
_IN_TURN = 3
_FRESH_SECONDS = 50.0


class Engine:
    """The embedded engine, in memory; a fresh one now and then."""

    def __init__(self, new_folder: Callable[[], Path]) -> None:
        self._new_folder = new_folder
        self._child: subprocess.Popen[bytes] | None = None
        self._begun = 0.0
        self._uri = ""
        self.before_end: Callable[[], None] = lambda: None  # a connection that is closed later looks for it 5 s long

    def uri(self) -> str:
        """Where it is now. What was in the one before is gone."""
        if self._child is None or time.monotonic() - self._begun > _FRESH_SECONDS:
            self.stop()
            folder, port = self._new_folder(), engine.free_port()
            self._child = engine.start(folder, port, storage=engine.MEMORY, durable=False)
            engine.wait_until_it_answers(self._child, port, folder / "db.log")
            self._begun, self._uri = time.monotonic(), f"mongodb://127.0.0.1:{port}/?directConnection=true"
        return self._uri

    def stop(self) -> None:
        """End it."""
        if self._child is not None:
            self.before_end()
            self._child.kill()  # it holds nothing that is worth a goodbye
            self._child.wait()


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
    """The prepared databases of one test process, each with a connection that stays. `uri` says where the server is."""

    def __init__(self, uri: Callable[[], str]) -> None:
        self.uri = uri
        self._used = ""
        self._waiting: deque[Database] = deque()
        self._touched = Touched()
        monitoring.register(self._touched)  # for every client made from now on: a test's own, a service's

    async def take(self) -> Database:
        """An empty database with every index."""
        self._forget_another_server()
        while len(self._waiting) >= _IN_TURN:
            database = self._waiting.popleft()
            if await self._emptied(database):
                return database
            await _drop(database)
        database = connect(self._used, f"test_{uuid.uuid4().hex}")
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

    def close(self) -> None:
        """Close the connections; what they led to goes with its server."""
        for database in self._waiting:
            database.close()
        self._waiting.clear()

    def _forget_another_server(self) -> None:
        uri = self.uri()
        if uri != self._used:
            self.close()
            self._used = uri

    async def _emptied(self, database: Database) -> bool:
        if database.name in self._touched.changed:
            return False
        written = set(self._touched.written.get(database.name, ()))
        for collection in written:
            await database[collection].delete_many({})
        if self._touched.written.get(database.name, set()) != written:
            return False  # something that an earlier test left under way still writes
        self._forget(database.name)
        stored: int = (await database.command({"dbStats": 1}))["objects"]
        return stored == 0

    def _forget(self, name: str) -> None:
        self._touched.written.pop(name, None)
        self._touched.changed.discard(name)


async def _drop(database: Database) -> None:
    await database.drop()
    database.close()
