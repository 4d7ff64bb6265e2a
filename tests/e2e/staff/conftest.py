"""The pages for staff over a fresh store, and people of two shops at their desks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from storage.sessions import STAFF_COOKIE
from storage.staff import Staff
from storage.store import Storage
from tests.cast import RAY, RIVAL_RAY, move_in
from tests.portal_cast import portal_app

OWNER = Staff(id="olga", shop="garage", external_id="S9", email="olga@garage.example", name="Olga Novak", role="owner")
TECH = Staff(id="tess", shop="garage", external_id="S2", email="tess@garage.example", name="Tess", role="technician")


@dataclass
class Desk:
    """One browser."""

    client: TestClient[web.Request, web.Application]

    async def get(self, path: str, **more: Any) -> ClientResponse:
        """The answer, whatever it is; nothing is followed."""
        return await self.client.get(URL(path, encoded=True), allow_redirects=False, **more)

    async def status(self, path: str) -> int:
        """What it answers with."""
        return (await self.get(path)).status

    async def read(self, path: str) -> str:
        """The text of a page that is there."""
        response = await self.get(path)
        assert response.status == 200, path
        return await response.text()


@pytest.fixture
async def desks(store: Storage) -> AsyncIterator[dict[str, Desk]]:
    """Olga (owner), Ray (advisor), Tess (technician) of one shop, Rita (owner) of another, and nobody."""
    await move_in(store)
    for one in (OWNER, TECH):
        await store.staff.put(one)
    server = TestServer(portal_app(store))
    desks = {}
    for name, staff in {"olga": OWNER, "ray": RAY, "tess": TECH, "rita": RIVAL_RAY, "nobody": None}.items():
        client = TestClient(server)
        await client.start_server()
        if staff is not None:
            token = await store.sessions.open(staff.shop, staff_id=staff.id)
            client.session.cookie_jar.update_cookies({STAFF_COOKIE: token}, server.make_url("/"))
        desks[name] = Desk(client)
    yield desks
    for desk in desks.values():
        await desk.client.close()
