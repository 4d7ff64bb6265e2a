"""A fake Rasa: a real HTTP server on loopback that answers `POST /model/parse` as Rasa 3.6 does, or fails as told."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class FakeRasa:
    """`intent`: what it takes every message for. `trouble`: `slow`, `nonsense`, `no_json`, `redirect`, or a status."""

    intent: str = "opening_hours"
    trouble: int | str | None = None
    token: str | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    server: TestServer | None = None

    async def start(self) -> str:
        """Serve; the address."""
        app = web.Application()
        app.add_routes([web.post("/model/parse", self._parse)])
        self.server = TestServer(app, host="127.0.0.1")
        await self.server.start_server(access_log=None)  # ours must not hide in its lines
        return f"http://127.0.0.1:{self.server.port}"

    async def stop(self) -> None:
        """Be gone."""
        self.release.set()
        if self.server is not None:
            await self.server.close()

    async def _parse(self, request: web.Request) -> web.Response:
        if self.token is not None and request.query.get("token") != self.token:
            reason = {"status": "failure", "reason": "NotAuthenticated", "code": 401}
            return web.json_response(reason, status=401)
        message = await request.json()
        self.asked.append(message)
        if self.trouble == "slow":
            await self.release.wait()
        if self.trouble == "no_json":
            return web.Response(text="<html>Hello from Rasa: 3.6.21</html>", content_type="text/html")
        if self.trouble == "redirect":
            return web.Response(status=307, headers={"Location": f"{request.path}?again"})
        if isinstance(self.trouble, int):
            failed = {"status": "failure", "reason": "ParsingError", "message": "no model", "code": self.trouble}
            return web.json_response(failed, status=self.trouble)
        name = "order_pizza" if self.trouble == "nonsense" else self.intent
        others = [other for other in ("greet", "thanks") if other != name]
        ranking = [{"name": name, "confidence": 0.97}, *({"name": other, "confidence": 0.015} for other in others)]
        answer = {
            "text": message["text"],
            "intent": ranking[0],
            "entities": [],
            "text_tokens": [[0, len(message["text"])]],
            "intent_ranking": ranking,
        }
        return web.json_response(answer)
