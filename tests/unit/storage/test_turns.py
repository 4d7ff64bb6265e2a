"""Long work in turns."""

import asyncio
import time

from storage.turns import in_turns


async def test_whoever_else_waits_has_turns_while_the_work_goes_on() -> None:
    turns = 0

    async def another() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    waiting = asyncio.create_task(another())
    done = []
    async for item in in_turns(range(30)):
        began = time.perf_counter()
        while time.perf_counter() - began < 0.002:
            done.append(item)
    waiting.cancel()
    assert list(dict.fromkeys(done)) == list(range(30))
    assert turns >= 5  # sixty milliseconds of work, and a turn after each few


async def test_little_work_is_done_in_one_go() -> None:
    assert [item async for item in in_turns("abc")] == ["a", "b", "c"]
    assert [item async for item in in_turns("")] == []
