"""The real service on a real port, and people who talk to it over real sockets."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import socketio
from aiohttp import web
from pydantic import SecretStr

from config.settings import Settings
from server import Running, open_service
from storage.sessions import STAFF_COOKIE, client_cookie
from storage.store import Storage
from tests.cast import NOW, SHOP
from tests.learned import Learned, the_catalog, the_understander

SHARED = Path(__file__).parents[2] / "var" / "tests"  # where all services of all runs keep what they learned
SECRET = "a secret key for the tests only, long enough"


def settings_for(data_dir: Path, port: int, **changes: Any) -> Settings:
    """Settings of a service under test."""
    given: dict[str, Any] = {"now": NOW, "secret_key": SecretStr(SECRET)} | changes
    return Settings(env="test", port=port, data_dir=data_dir, base_url=f"http://127.0.0.1:{port}", **given)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(
    store: Storage, data_dir: Path, *, work: bool = True, learned: Learned | None = None, **changes: Any
) -> AsyncIterator[Running]:
    """The service, as `server.py` composes it, listening. What it has `learned` can be given."""
    settings = settings_for(data_dir, free_port(), **changes)
    known = learned is not None or data_dir == SHARED
    learning = asyncio.create_task(_learned(settings, learned)) if known else None
    async with open_service(settings, store, work=work, learning=learning) as running:
        runner = web.AppRunner(running.app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", settings.port).start()
        try:
            yield running
        finally:
            await runner.cleanup()


async def _learned(settings: Settings, given: Learned | None) -> Learned:
    """What was given, or what every service that keeps its models in the shared folder knows."""
    return given or (the_catalog(), await asyncio.to_thread(the_understander, settings.data_dir / "models"))


class Refused(Exception):
    """The connection was refused, with this reason and the `data` that came with it."""

    def __init__(self, reason: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.data = data or {}


@dataclass
class Person:
    """One socket, everything that was pushed to it, and how to say things."""

    socket: socketio.AsyncClient
    namespace: str
    pushed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    gone: asyncio.Event = field(default_factory=asyncio.Event)  # the connection has ended

    async def ask(self, event: str, payload: Any = None) -> dict[str, Any]:
        """Emit and return the ack."""
        answer = await self.socket.call(event, {} if payload is None else payload, namespace=self.namespace, timeout=15)
        assert isinstance(answer, dict), answer
        return answer

    async def say(self, text: str, **more: Any) -> dict[str, Any]:
        """Send a message."""
        return await self.ask("message", {"ref": str(uuid.uuid4()), "text": text, **more})

    async def hear(self, event: str, wanted: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """The first push of this event that fits, whether it came already or comes yet."""
        async with asyncio.timeout(15), self.news:
            while True:
                for name, data in self.pushed:
                    if name == event and wanted(data):
                        return data
                await self.news.wait()

    async def answer_to(self, ack: dict[str, Any]) -> dict[str, Any]:
        """The bot's answer to what was acked so."""
        return await self.hear("message", lambda message: message.get("in_reply_to") == ack["id"])

    def heard(self, event: str) -> list[dict[str, Any]]:
        """All pushes of this event so far."""
        return [data for name, data in self.pushed if name == event]

    async def _listen(self, event: str, *data: Any) -> None:
        async with self.news:
            self.pushed.append((event, data[0] if data else {}))
            self.news.notify_all()


@dataclass
class Door:
    """Lets people in, and sees them out."""

    running: Running
    people: list[Person] = field(default_factory=list)
    sessions: list[aiohttp.ClientSession] = field(default_factory=list)

    async def client(self, shop: str = SHOP.slug, cookie: str | None = None, **known: str) -> Person:
        """A web visitor, `known` by a `visitor` token or a `link`; with a session cookie, that session's client."""
        auth = {"shop": shop, **known}
        return await self._connect("/client", auth, {client_cookie(shop): cookie} if cookie else {})

    async def signed_in(self, client_id: str, shop: str = SHOP.slug) -> Person:
        """A client in the portal."""
        cookie = await self.running.store.sessions.open(shop, client_id=client_id)
        return await self.client(shop, cookie=cookie)

    async def staff(self, staff_id: str, shop: str = SHOP.slug) -> Person:
        """A member of staff at the inbox."""
        cookie = await self.running.store.sessions.open(shop, staff_id=staff_id)
        return await self._connect("/staff", None, {STAFF_COOKIE: cookie})

    async def program(self, token: Any, **cookies: str) -> Person:
        """A program at the inbox, by this API token."""
        return await self._connect("/staff", {"token": token}, cookies)

    async def close(self) -> None:
        """Everybody leaves."""
        await asyncio.gather(*(person.socket.disconnect() for person in self.people))
        await asyncio.gather(*(session.close() for session in self.sessions))

    async def _connect(self, namespace: str, auth: dict[str, Any] | None, cookies: dict[str, str]) -> Person:
        self.sessions.append(aiohttp.ClientSession())  # our own: the library leaves its behind when it is refused
        connection = socketio.AsyncClient(reconnection=False, http_session=self.sessions[-1])
        person = Person(connection, namespace)
        connection.on("*", person._listen, namespace=namespace)
        connection.on("disconnect", lambda *_: person.gone.set(), namespace=namespace)
        reasons: list[Any] = []
        connection.on("connect_error", reasons.append, namespace=namespace)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
        try:
            await connection.connect(
                self.running.settings.public_url,
                headers=headers,
                auth=auth,
                namespaces=[namespace],
                transports=["websocket"],
                wait_timeout=10,
            )
        except socketio.exceptions.ConnectionError as error:
            told: dict[str, Any] = reasons[0] if reasons else {"message": str(error)}
            raise Refused(told["message"], told.get("data")) from error
        self.people.append(person)
        return person
