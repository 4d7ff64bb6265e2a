"""A fake push service: a real HTTP server on loopback that checks what it gets as a real one does, and answers so."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field
from typing import Any

import http_ece
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """A browser with a subscription: it alone can read what is pushed to it."""

    name: str
    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen letters."

    @property
    def subscription(self) -> dict[str, Any]:
        """As `PushSubscription.toJSON()` gives it."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": encode(point), "auth": encode(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def read(self, body: bytes) -> dict[str, Any]:
        content = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        shown: dict[str, Any] = json.loads(content)
        return shown


@dataclass(frozen=True)
class Pushed:
    """What a device got: what it shows, and the headers that came with it."""

    device: str
    shown: dict[str, Any]
    size: int
    headers: dict[str, str]


@dataclass
class FakePush:
    """`pushed` is what it took. `trouble` is worked off one a POST: a status, `slow`, or `redirect`; `longest` is how
    many bytes it takes. `wait` is the `Retry-After` of its refusals.
    """

    public_key: str = ""  # that devices subscribed with: another's signature is refused
    pushed: list[Pushed] = field(default_factory=list)
    trouble: list[int | str] = field(default_factory=list)
    tries: list[tuple[str, int]] = field(default_factory=list)
    longest: int = 4096
    wait: str = ""
    devices: dict[str, Device] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    origin: str = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.post("/send/{device}", self._take), web.post("/elsewhere", self._elsewhere)])
        return app

    async def start(self) -> TestServer:
        server = TestServer(self.app())
        await server.start_server()
        self.origin = str(server.make_url("/")).rstrip("/")
        return server

    def device(self, name: str) -> Device:
        """A new subscription."""
        return self.devices.setdefault(name, Device(name, f"{self.origin}/send/{name}"))

    async def wait_for(self, count: int) -> list[Pushed]:
        """The pushes, once there are so many."""
        async with asyncio.timeout(15), self.news:
            await self.news.wait_for(lambda: len(self.pushed) >= count)
        return self.pushed

    async def wait_for_tries(self, count: int) -> list[tuple[str, int]]:
        """What was tried, once it was so often: device and answer."""
        async with asyncio.timeout(15), self.news:
            await self.news.wait_for(lambda: len(self.tries) >= count)
        return self.tries

    async def _take(self, request: web.Request) -> web.Response:
        name, body = request.match_info["device"], await request.read()
        trouble = self.trouble.pop(0) if self.trouble else None
        status = self._check(request, body)
        if trouble == "slow":
            await self.release.wait()
            status = 503
        elif trouble == "redirect":
            status = 307
        elif isinstance(trouble, int):
            status = trouble
        async with self.news:
            self.tries.append((name, status))
            if status == 201:
                self.pushed.append(Pushed(name, self.devices[name].read(body), len(body), dict(request.headers)))
            self.news.notify_all()
        headers = {"Location": f"{self.origin}/elsewhere"} if status in (201, 307) else {}
        if self.wait and status in (429, 503):
            headers["Retry-After"] = self.wait
        return web.Response(status=status, headers=headers)

    async def _elsewhere(self, request: web.Request) -> web.Response:
        self.tries.append(("elsewhere", 201))
        return web.Response(status=201)

    def _check(self, request: web.Request, body: bytes) -> int:
        """The answer of a push service that finds nothing else wrong."""
        headers = request.headers
        if not headers.get("TTL", "").isdigit() or headers.get("Content-Encoding") != "aes128gcm":
            return 400
        if headers.get("Urgency") not in ("very-low", "low", "normal", "high"):
            return 400
        topic = headers.get("Topic", "")
        if len(topic) > 32 or not all(letter.isalnum() or letter in "-_" for letter in topic):
            return 400
        if len(body) > self.longest:
            return 413
        if request.match_info["device"] not in self.devices:
            return 404
        return 201 if self._signed(headers.get("Authorization", "")) else 403

    def _signed(self, authorization: str) -> bool:
        """RFC 8292: `vapid t=<JWT>,k=<public key>`, for us, not for longer than a day, and with a contact."""
        scheme, _, rest = authorization.partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(","))
        head, claims, signature = given["t"].split(".")
        said = json.loads(decode(claims))
        point = decode(given["k"])
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        raw = decode(signature)
        numbers = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        try:
            key.verify(numbers, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return (
            scheme == "vapid"
            and json.loads(decode(head)) == {"typ": "JWT", "alg": "ES256"}
            and said["aud"] == self.origin
            and time.time() < said["exp"] <= time.time() + 24 * 3600
            and said["sub"].startswith(("mailto:", "https:"))
            and encode(point) == self.public_key
        )
