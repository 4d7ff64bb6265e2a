"""The portal over a fresh store, and people who visit it by browser."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestClient

from storage.store import Storage
from tests.portal_cast import Live, fill, portal_app


@pytest.fixture
def live() -> Live:
    return Live()


@pytest.fixture
async def visitor(store: Storage, live: Live, aiohttp_client) -> TestClient:
    """A browser that is nobody yet."""
    await fill(store)
    return await aiohttp_client(portal_app(store, live))


@pytest.fixture
def sign_in(store: Storage, visitor: TestClient) -> Callable[[str], Awaitable[TestClient]]:
    """Signs the browser in as this client of Garland, by login key."""

    async def enter(client_id: str) -> TestClient:
        key = await store.keys.issue("garland", client_id)
        response = await visitor.post("/s/garland/login", data={"key": key}, allow_redirects=False)
        assert response.status == 303
        return visitor

    return enter
