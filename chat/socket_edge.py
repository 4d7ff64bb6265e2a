"""The edge of socket.io: what python-socketio 5.18 and python-engineio 4.15 lose or leave open, cured here.

Each cure is small, says what it is for, and has its test in `tests/e2e/test_socket_edge.py`. Nothing else in Pitline
knows of them.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from config.imports import imported_without

with imported_without("redis", "requests"):  # of its other managers and its clients
    import socketio
    from engineio import packet as engine_packet
    from engineio.async_drivers.aiohttp import WebSocket, translate_request
    from engineio.exceptions import EngineIOError
    from engineio.payload import Payload

__all__ = ["EdgeServer", "LocalPushes", "socketio"]

_log = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024  # bytes: of one POST of a polling peer, and of one frame of a websocket
MOST_PACKETS = 10_000  # in one POST; more than fit into the largest body as anything but noise
LOOK_SECONDS = 5.0

Environ = dict[str, Any]


class _PlainWebSocket(WebSocket):
    """Without permessage-deflate, which costs 100 kB a connection for texts of a few hundred bytes; and without the two
    tasks and two timers that the library makes for every frame.
    """

    async def __call__(self, environ: Environ) -> web.WebSocketResponse:
        self._sock = web.WebSocketResponse(max_msg_size=LARGEST_BODY, compress=False)
        await self._sock.prepare(environ["aiohttp.request"])
        self.environ = environ
        peer = self.handler.__self__
        if peer.connected:  # by polling so far: the library knows how to change over
            await self.handler(self)
        else:
            await self._serve(peer)
        return self._sock

    async def _serve(self, peer: Any) -> None:
        """Until one side ends it. Who no longer answers pings is closed by the library's own watch over all peers."""
        peer.connected = peer.upgraded = True
        writing = asyncio.create_task(self._write(peer))
        try:
            async for frame in self._sock:
                await peer.receive(engine_packet.Packet(encoded_packet=frame.data))
        except (EngineIOError, ValueError, OSError) as error:
            _log.info("a connection ends: %r", error)
        finally:
            peer.queue.put_nowait(None)
            await writing
            await peer.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    async def _write(self, peer: Any) -> None:
        queue = peer.queue
        with contextlib.suppress(OSError):  # it is gone: what is left reaches nobody
            while (packet := await queue.get()) is not None:
                queue.task_done()
                await self._sock.send_str(packet.encode())
                if packet.packet_type == engine_packet.CLOSE:
                    break
        await self._sock.close()


class _Body:
    """A request's body, read whole."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def read(self, length: int) -> bytes:
        return self._body[:length]


def environ_of(address_of: Callable[[web.Request], str]) -> Callable[[web.Request], Awaitable[Environ]]:
    """How a request becomes the library's environment.

    The library reads a POST once and takes what has arrived by then for all there is: over about 100 kB the rest was
    lost. And everybody came from 127.0.0.1.
    """

    async def translate(request: web.Request) -> Environ:
        environ: Environ = translate_request(request)
        environ["REMOTE_ADDR"] = address_of(request)
        if request.method == "POST":
            body = bytearray()
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > LARGEST_BODY:  # the library would wait for ever for a session to end that nobody polls
                    raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, len(body))
            environ["wsgi.input"] = _Body(bytes(body))
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    return translate


class LocalPushes(socketio.AsyncManager):
    """Pushes to the peers of this process. The library makes a task of each; putting into a queue needs none."""

    async def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: str | None = None,
        skip_sid: Any = None,
        **more: Any,
    ) -> None:
        """Send to everyone in a room, in the order of the calls."""
        if more.get("callback") is not None or isinstance(data, tuple):
            await super().emit(event, data, namespace, room=room, skip_sid=skip_sid, **more)
            return
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        peers = [eio for sid, eio in self.get_participants(namespace, more.get("to") or room) if sid not in skipped]
        if not peers:
            return
        arguments = [event] if data is None else [event, data]
        encoded = self.server.packet_class(socketio.packet.EVENT, namespace=namespace, data=arguments).encode()
        for part in encoded if isinstance(encoded, list) else [encoded]:
            packet = engine_packet.Packet(engine_packet.MESSAGE, part)
            for eio in peers:
                await self.push(eio, packet)

    def has_listeners(self, namespace: str, room: str, skip: str | None) -> bool:
        """Whether a push to this room would reach anybody but `skip`."""
        return any(sid != skip for sid, _ in self.get_participants(namespace, room))

    async def push(self, eio: str, packet: Any) -> None:
        """One packet to one peer; that it is gone must not keep it from the others."""
        try:
            await self.server.eio.send_packet(eio, packet)
        except Exception as error:  # noqa: BLE001  # whatever became of this one's connection
            _log.debug("a push found nobody: %r", error)


class EdgeServer(socketio.AsyncServer):
    """The library's server, whose peers have to say what they want."""

    def __init__(self, address_of: Callable[[web.Request], str], **options: Any) -> None:
        super().__init__(async_mode="aiohttp", max_http_buffer_size=LARGEST_BODY, http_compression=False, **options)
        Payload.max_decode_packets = MOST_PACKETS  # 16 is its own: a burst in one POST was dropped whole
        own = {"websocket": _PlainWebSocket, "translate_request": environ_of(address_of)}
        self.eio._async = {**self.eio._async, **own}  # noqa: SLF001  # it offers no setting
        self._strangers: set[str] = set()

    async def look_after_strangers(self) -> None:
        """Close the connections that have been in no namespace since the last look: who never sends CONNECT would
        otherwise stay for as long as it answers pings.
        """
        spaces = list(self.manager.get_namespaces())
        strangers = {
            eio for eio in self.environ if not any(self.manager.sid_from_eio_sid(eio, space) for space in spaces)
        }
        for eio in strangers & self._strangers:
            await self._send_away(eio)
        self._strangers = strangers - self._strangers

    async def _send_away(self, eio: str) -> None:
        """End a connection; the library would wait until the peer has taken its leave."""
        peer = self.eio.sockets.get(eio)
        if peer is not None:
            await peer.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
            peer.queue.put_nowait(None)  # after this a websocket is closed

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        peer = self.eio.sockets.get(eio_sid)
        if peer is not None and reason in (self.reason.CLIENT_DISCONNECT, self.reason.PING_TIMEOUT):
            # An open poll is answered, and a websocket closed: the library lets both wait out 45 s.
            peer.queue.put_nowait(None if peer.upgraded else engine_packet.Packet(engine_packet.NOOP))
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        if (namespace or "/") not in self.namespace_handlers:  # the library's own words reach no browser
            reason = {"message": "there is no such namespace", "data": {"code": "not_found"}}
            kind = socketio.packet.CONNECT_ERROR
            await self._send_packet(eio_sid, self.packet_class(kind, data=reason, namespace=namespace or "/"))
            return
        await super()._handle_connect(eio_sid, namespace, data)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        try:
            await super()._handle_eio_message(eio_sid, data)
        except Exception as error:  # noqa: BLE001  # it is no packet: whoever sends that is no client of ours
            _log.info("a peer that does not keep to the protocol is sent away: %r", error)
            await self._send_away(eio_sid)
