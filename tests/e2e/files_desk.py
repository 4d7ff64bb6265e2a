"""How the tests upload and read files: as staff, as a signed-in client, as a visitor of a foreign frame."""

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from server import Running
from storage.sessions import STAFF_COOKIE, client_cookie
from tests.cast import SHOP


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any = None


@dataclass
class Browser:
    """A browser with its cookies. `shop` is named by a client's page, not by the inbox."""

    running: Running
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    shop: str | None = None

    async def upload(
        self, content: bytes | aiohttp.FormData, name: str = "IMG_1.jpg", ref: str | None = None, **headers: str
    ) -> Answer:
        """Send a file as the page does; a form is sent as one."""
        given = self.headers | {"X-Upload-Name": quote(name), "X-Upload-Ref": ref or str(uuid.uuid4())} | headers
        query = {"shop": self.shop} if self.shop else {}
        data = io.BytesIO(content) if isinstance(content, bytes) and content else content
        async with (
            aiohttp.ClientSession(cookies=self.cookies) as http,
            http.post(self.url("/uploads"), data=data, params=query, headers=given) as response,
        ):
            told = await response.json() if response.content_type == "application/json" else None
            return Answer(response.status, response.headers, await response.read(), told)

    async def upload_id(self, content: bytes, name: str = "IMG_1.jpg") -> str:
        """Send a file that is taken; its id."""
        answer = await self.upload(content, name)
        assert answer.status == 201, answer.json
        return str(answer.json["id"])

    async def get(self, path: str) -> Answer:
        """Read an address of ours."""
        async with (
            aiohttp.ClientSession(cookies=self.cookies) as http,
            http.get(self.url(path), headers=self.headers | {"Accept": "text/html"}) as response,
        ):
            return Answer(response.status, response.headers, await response.read())

    def url(self, path: str) -> str:
        return self.running.settings.public_url + path


def anybody(running: Running) -> Browser:
    """Nobody: no cookie, no token."""
    return Browser(running)


def visitor(running: Running, token: str, shop: str = SHOP.slug) -> Browser:
    """The frame on a foreign site: no cookie, a token."""
    return Browser(running, headers={"X-Pitline-Visitor": token}, shop=shop)


async def client(running: Running, client_id: str, shop: str = SHOP.slug) -> Browser:
    """A client who is signed in to the portal."""
    token = await running.store.sessions.open(shop, client_id=client_id)
    return Browser(running, {client_cookie(shop): token}, shop=shop)


def program(running: Running, token: str, **cookies: str) -> Browser:
    """A program with an API token; the cookies are those of a browser that it runs in."""
    return Browser(running, cookies, headers={"Authorization": f"Bearer {token}"})


async def staff(running: Running, staff_id: str, shop: str = SHOP.slug) -> Browser:
    """The inbox."""
    token = await running.store.sessions.open(shop, staff_id=staff_id)
    return Browser(running, {STAFF_COOKIE: token})
