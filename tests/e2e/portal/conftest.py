"""The portal over a fresh store, and people who visit it by browser."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from storage.store import Storage
from tests.portal_cast import Live, fill, portal_app

Browser: TypeAlias = TestClient[web.Request, web.Application]


@pytest.fixture
def live() -> Live:
    return Live()


@pytest.fixture
async def visitor(store: Storage, live: Live, aiohttp_client) -> Browser:
    """A browser that is nobody yet."""
    await fill(store)
    browser: Browser = await aiohttp_client(portal_app(store, live))
    return browser


@pytest.fixture
def sign_in(store: Storage, visitor: Browser) -> Callable[[str], Awaitable[Browser]]:
    """Signs the browser in as this client of Garland, by login key."""

    async def enter(client_id: str) -> Browser:
        key = await store.keys.issue("garland", client_id)
        response = await visitor.post("/s/garland/login", data={"key": key}, allow_redirects=False)
        assert response.status == 303
        return visitor

    return enter
