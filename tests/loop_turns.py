"""Whether something lets others have their turn: what it does at once happens in one and the same turn of theirs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def turns_of_others() -> AsyncIterator[Callable[[], int]]:
    """Somebody else who takes a turn of the loop whenever there is one; what is yielded tells how many they had."""
    had = 0

    async def others() -> None:
        nonlocal had
        while True:
            had += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    try:
        yield lambda: had
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
