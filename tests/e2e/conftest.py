"""A running service with the cast in it, and a door to come in by."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server import Running
from storage.store import Storage
from tests.cast import move_in
from tests.e2e.running import Door, serving
from tests.e2e.town import Town, living


@pytest.fixture
async def running(store: Storage, data_dir: Path) -> AsyncIterator[Running]:
    """The service."""
    await move_in(store)
    async with serving(store, data_dir) as service:
        yield service


@pytest.fixture
async def door(running: Running) -> AsyncIterator[Door]:
    """How people come in."""
    door = Door(running)
    try:
        yield door
    finally:
        await door.close()


@pytest.fixture
async def town(store: Storage, data_dir: Path) -> AsyncIterator[Town]:
    """The service with carriers."""
    async with living(store, data_dir) as town:
        yield town
