"""Socket.io, fenced: guarded namespaces, in which every event is acked and every error coded, and the pushes.

The library's own namespace drops an unknown event without a word and sends no ack when a handler raises
(python-socketio 5.18); here both are answers.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

from aiohttp import web

from chat.directory import UnknownConversation
from chat.events import Json, Payload, ProtocolError, parse
from chat.handoff import NotAllowed
from chat.socket_edge import EdgeServer, LocalPushes, socketio
from chat.socket_redis import RedisPushes
from config.addresses import peer_address
from config.settings import Settings
from storage.mongo import DatabaseError, DatabaseUnavailable

_log = logging.getLogger(__name__)

SocketServer = EdgeServer
Handler = Callable[[str, Any], Awaitable[Json]]
_RETRY_SECONDS = 2.0


def make_server(settings: Settings) -> EdgeServer:
    """The socket.io server: our own origin only; Redis between processes where there is one."""
    redis_url = settings.redis_url
    own = {settings.public_url}
    if not settings.production:
        own |= {f"http://localhost:{settings.port}", f"http://127.0.0.1:{settings.port}"}

    return EdgeServer(
        lambda request: request_address(request, settings.trusted_proxies),
        client_manager=RedisPushes(redis_url.get_secret_value()) if redis_url else LocalPushes(),
        cors_allowed_origins=sorted(own),
    )


@dataclass(slots=True)
class Allowance:
    """How much a peer may send: `burst` at once, then `per_second`."""

    burst: int
    per_second: float
    left: float = 0.0
    at: float = 0.0

    def take(self) -> None:
        """Raises `ProtocolError` `rate_limited` with the time to wait."""
        now = time.monotonic()
        self.left = self.burst if not self.at else min(self.burst, self.left + (now - self.at) * self.per_second)
        self.at = now
        if self.left < 1:
            wait = round((1 - self.left) / self.per_second, 1)
            raise ProtocolError("rate_limited", "too many messages at once; wait a moment", max(wait, 0.1))
        self.left -= 1


class GuardedNamespace(socketio.AsyncNamespace):
    """A namespace whose events are parsed, handled, and always acked. Handlers are methods `on_<event>(sid,
    payload)`.
    """

    def __init__(self, name: str, events: Mapping[str, type[Payload]]) -> None:
        super().__init__(name)
        self._events = {event: (model, self._handler(event)) for event, model in events.items()}

    def _handler(self, event: str) -> Handler:
        handler: Handler = getattr(self, f"on_{event}")
        return handler

    async def accept(self, sid: str, environ: dict[str, Any], auth: Any) -> None:
        """A peer connects. Raises `ProtocolError` to refuse it, with the reason."""
        raise NotImplementedError

    async def leave(self, sid: str) -> None:
        """A peer is gone."""
        raise NotImplementedError

    async def trigger_event(self, event: str, *args: Any) -> Any:
        """What the library calls for each packet."""
        sid, *arguments = args
        if event == "connect":
            return await self._connect(sid, *arguments)
        if event == "disconnect":
            return await self.leave(sid)
        try:
            return {"ok": True} | await self._handle(event, sid, arguments)
        except ProtocolError as error:
            return error.as_ack()

    async def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> None:
        try:
            await self.accept(sid, environ, auth)
        except ProtocolError as error:
            told = {name: value for name, value in error.as_ack()["error"].items() if name != "message"}
            raise socketio.exceptions.ConnectionRefusedError(error.message, told) from error
        except (DatabaseError, DatabaseUnavailable) as error:
            raise socketio.exceptions.ConnectionRefusedError("try again", {"code": "unavailable"}) from error
        except Exception as error:
            _log.exception("a peer could not be let in")
            raise socketio.exceptions.ConnectionRefusedError("try again", {"code": "unavailable"}) from error

    async def _handle(self, event: str, sid: str, arguments: list[Any]) -> Json:
        known = self._events.get(event)
        if known is None:
            raise ProtocolError("bad_request", f"there is no event {event!r}"[:200])
        model, handler = known
        payload = parse(model, arguments)
        try:
            return await handler(sid, payload)
        except ProtocolError:
            raise
        except NotAllowed as error:
            raise ProtocolError("conflict", str(error)) from error
        except UnknownConversation as error:
            raise ProtocolError("not_found", "there is no such conversation") from error
        except (DatabaseError, DatabaseUnavailable) as error:
            _log.warning("%s failed: %s", event, error)
            raise ProtocolError("unavailable", "not stored; send it again", _RETRY_SECONDS) from error
        except Exception as error:
            _log.exception("%s failed", event)
            raise ProtocolError("unavailable", "something went wrong here; send it again", _RETRY_SECONDS) from error

    async def enter_room(self, sid: str, room: str, namespace: str | None = None) -> None:
        """Hear what is pushed to this room. Raises `ProtocolError`: the peer has left while it was answered."""
        try:
            await super().enter_room(sid, room, namespace)
        except (KeyError, ValueError) as error:
            raise ProtocolError("unauthorized", "connect again") from error

    def has_listeners(self, room: str, skip: str | None = None) -> bool:
        """Whether a push would reach anybody; what nobody hears need not be put into words."""
        heard: bool = self.server.manager.has_listeners(self.namespace, room, skip)
        return heard

    async def push(self, event: str, data: Json, *, room: str, skip: str | None = None, here: bool = False) -> None:
        """Send to everyone in a room; with `here`, to the peers of this process only."""
        await self.emit(event, data, room=room, skip_sid=skip, ignore_queue=here)


def cookies_of(environ: Mapping[str, Any]) -> dict[str, str]:
    """The cookies of the request that opened the connection."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(environ.get("HTTP_COOKIE", "")).items()}
    except CookieError:
        return {}


def address_of(environ: Mapping[str, Any], trusted_proxies: int) -> str:
    """The network address that the connection came from, as the outermost trusted proxy saw it."""
    request = environ.get("aiohttp.request")
    return request_address(request, trusted_proxies) if isinstance(request, web.BaseRequest) else ""


def request_address(request: web.BaseRequest, trusted_proxies: int) -> str:
    """The network address of a request, as the outermost trusted proxy saw it."""
    return peer_address(request.headers.getall("X-Forwarded-For", []), request.remote, trusted_proxies)


async def every(seconds: float, act: Callable[[], Awaitable[object]], *, at_once: bool = False) -> None:
    """Do something again and again, for as long as the task lives; a failure is logged and does not end it."""
    if not at_once:
        await asyncio.sleep(seconds)
    while True:
        try:
            await act()
        except Exception:  # noqa: BLE001  # the next time may go well
            _log.exception("a periodic task failed; it goes on")
        await asyncio.sleep(seconds)
