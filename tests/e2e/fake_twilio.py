"""A fake Twilio: a real HTTP server on loopback that answers as the real one does, and calls back, signed."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from config.clock import utc_now

ACCOUNT = "AC" + "0" * 32
TOKEN = "fake-auth-token"


@dataclass
class FakeTwilio:
    """`messages` is what it took. `trouble` is worked off one a POST: an error code, `slow`, `lost`, 429, 500."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    trouble: list[int | str] = field(default_factory=list)
    posts: int = 0
    lookups: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    before_answer: Callable[[dict[str, Any]], Awaitable[None]] | None = None

    def app(self) -> web.Application:
        app = web.Application()
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        app.add_routes([web.post(path, self._create), web.get(path, self._list)])
        return app

    async def _create(self, request: web.Request) -> web.Response:
        self.posts += 1
        if not _authorized(request):
            return _json(401, {"code": 20003, "message": "Authenticate", "status": 401})
        form = await request.post()
        trouble = self.trouble.pop(0) if self.trouble else None
        if trouble == 429:
            return _json(429, {"code": 20429, "message": "Too Many Requests", "status": 429})
        if trouble == 500:
            return web.Response(status=500, text="upstream")
        if trouble == "slow":  # not taken, and no answer either
            await self.release.wait()
            return web.Response(status=503)
        if isinstance(trouble, int):
            return _json(400, {"code": trouble, "message": "refused", "status": 400})
        message = self._take(form)
        if trouble == "lost":  # taken, but the answer never comes
            await self.release.wait()
        if self.before_answer is not None:
            await self.before_answer(message)
        return _json(201, message)

    def _take(self, form: Any) -> dict[str, Any]:
        message = {
            "sid": f"SM{len(self.messages):032x}",
            "status": "queued",
            "direction": "outbound-api",
            "to": form["To"],
            "from": form.get("From"),
            "body": form["Body"],
            "media": form.getall("MediaUrl", []),
            "num_media": str(len(form.getall("MediaUrl", []))),
            "status_callback": form["StatusCallback"],
            "date_created": format_datetime(utc_now()),
            "date_sent": None,
            "error_code": None,
        }
        self.messages.append(message)
        self.arrived.set()
        return message

    async def _list(self, request: web.Request) -> web.Response:
        self.lookups += 1
        to, sender = request.query.get("To"), request.query.get("From")
        found = [m for m in reversed(self.messages) if m["to"] == to and sender in (None, m["from"])]
        return _json(200, {"messages": found, "page": 0, "page_size": 50})

    @property
    def bodies(self) -> list[str]:
        return [message["body"] for message in self.messages]


async def call_back(
    message: dict[str, Any], status: str, url: str, *, error: int | None = None, path_url: str | None = None
) -> int:
    """Tell a status as Twilio does, signed for the URL it was given; sent to `url`, where the server listens."""
    form = {"MessageSid": message["sid"], "MessageStatus": status, "To": message["to"], "From": message["from"] or ""}
    if error is not None:
        form["ErrorCode"] = str(error)
    return await post_signed(url, form, signed_url=path_url or message["status_callback"])


async def post_signed(url: str, form: dict[str, Any], *, signed_url: str, token: str = TOKEN) -> int:
    signature = RequestValidator(token).compute_signature(signed_url, form)
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=form, headers={"X-Twilio-Signature": signature}) as response,
    ):
        return response.status


def _authorized(request: web.Request) -> bool:
    expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    return request.headers.get("Authorization") == f"Basic {expected}"


def _json(status: int, body: dict[str, Any]) -> web.Response:
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")


async def start(fake: FakeTwilio) -> TestServer:
    server = TestServer(fake.app())
    await server.start_server()
    return server
