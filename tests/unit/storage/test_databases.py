"""The databases that tests take in turn: none is handed on that somebody still writes to."""

import asyncio
import itertools

from storage.mongo import connect
from tests.databases import Databases


async def test_a_database_that_an_earlier_test_still_writes_to_is_not_handed_on(mongodb_uri: str) -> None:
    databases = Databases(lambda: mongodb_uri)
    taken = [await databases.take() for _ in range(3)]
    for database in taken:
        await database["visits"].insert_one({"shop": "garage"})
        databases.give_back(database)
    late = connect(mongodb_uri, taken[0].name)
    began = asyncio.Event()

    async def write() -> None:
        for number in itertools.count():
            await late[f"late_{number}"].insert_one({"shop": "garage"})
            began.set()

    writing = asyncio.create_task(write())
    await began.wait()
    handed = await databases.take()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert handed.name != taken[0].name
    late.close()
    databases.give_back(handed)
    await databases.drop()
