"""Long work on the loop, in turns: so that whoever else is served meanwhile does not wait for the end of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")

_SPAN = 0.005  # seconds of work between two turns of the others


async def in_turns(items: Iterable[T]) -> AsyncIterator[T]:
    """The items one by one. Whenever a few milliseconds went into them, everybody else has a turn."""
    began = time.perf_counter()
    for item in items:
        yield item
        if time.perf_counter() - began > _SPAN:
            await asyncio.sleep(0)
            began = time.perf_counter()
