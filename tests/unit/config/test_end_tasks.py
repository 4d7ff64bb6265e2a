"""Tasks end when they are told to, even those that do not listen the first time."""

import asyncio

import pytest

from config import process


async def test_a_task_that_swallows_its_cancelling_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_AGAIN_SECONDS", 0.01)
    told = 0

    async def deaf() -> None:
        nonlocal told
        while told < 2:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told += 1
        raise ValueError("it ends at last")

    tasks = [asyncio.create_task(deaf()), asyncio.create_task(asyncio.Event().wait())]
    await asyncio.sleep(0)
    await asyncio.wait_for(process.end_tasks(tasks), 5)
    assert isinstance(tasks[0].exception(), ValueError)
    assert tasks[1].cancelled()
