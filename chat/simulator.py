"""The phone simulator: text a shop as any of its clients, and see the replies arrive. For development only.

What is typed here goes through the signed webhook, like a real text; the page shows what a phone would show.
"""

import dataclasses
import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chat.channels.sms import find_identity
from chat.channels.sms_text import segments
from chat.hub import Hub
from chat.texting import LINES_PATH, REPLIES_PATH, SIMULATE_PATH, CannotText, compose_text, line_of, post_text
from config.clock import utc_now
from config.settings import Settings
from storage.clients import Client
from storage.messages import Entry
from storage.outbox import OutboxRow
from storage.phones import NotAPhone, format_phone, parse_phone
from storage.shops import Shop
from storage.store import Storage

_FOLDER = Path(__file__).parent
_TEMPLATES = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_LISTED = 60  # people on the page
_SHOWN = 100  # entries of the conversation
_LOOK_BACK = timedelta(days=30)
_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorContext:
    """What the simulator needs. `http` is a client session of the server's own."""

    settings: Settings
    store: Storage
    hub: Hub
    http: aiohttp.ClientSession


def simulator_routes(context: SimulatorContext) -> list[web.AbstractRouteDef]:
    """The simulator's addresses; none in production."""
    if context.settings.production:
        return []
    simulator = _Simulator(context)
    return [
        web.get("/simulator", simulator.show),
        web.get("/simulator/thread", simulator.on_thread),
        web.get(LINES_PATH, simulator.on_lines),
        web.get(REPLIES_PATH, simulator.on_replies),
        web.post(SIMULATE_PATH, simulator.on_text),
    ]


class _Simulator:
    def __init__(self, context: SimulatorContext) -> None:
        self._settings = context.settings
        self._store = context.store
        self._hub = context.hub
        self._http = context.http

    async def show(self, request: web.Request) -> web.Response:
        """The page: who texts, and their phone."""
        self._check_local(request)
        shops = [shop for shop in await self._store.shops.list() if shop.sms_number]
        shop = next((shop for shop in shops if shop.slug == request.query.get("shop")), shops[0] if shops else None)
        people = await self._people(shop) if shop is not None else []
        wanted = request.query.get("number", "").strip()
        number = _as_phone(shop, wanted) if shop is not None and wanted else (people[0]["number"] if people else "")
        text = _TEMPLATES.get_template("simulator.html").render(
            shops=shops,
            shop=shop,
            shop_phone=format_phone(shop.sms_number or "", shop.address.country) if shop is not None else "",
            people=people,
            number=number or "",
            person=next((person for person in people if person["number"] == number), None),
            refused=wanted if number is None else "",
            live=self._settings.twilio.configured,
            static=_static,
        )
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})

    async def on_text(self, request: web.Request) -> web.Response:
        """`from`, `text` and perhaps `shop`, as a form or as JSON: texted by the webhook, answered with the replies."""
        self._check_local(request)
        given = await _fields(request)
        try:
            shop = await self._shop(given.get("shop"), given.get("from", ""))
            text = compose_text(line_of(shop), given.get("from", ""), given.get("text", ""))
            await post_text(self._settings, self._http, _own_origin(request), text)
        except CannotText as error:
            return _answer(request, {"error": {"code": "bad_request", "message": str(error)}}, [str(error)], status=400)
        answer = await self._replies(shop, text.sender, text.sid)
        return _answer(request, answer, [*answer["replies"], *(f"({note})" for note in answer["notes"])])

    async def on_lines(self, request: web.Request) -> web.Response:
        """The shops that can be texted, and which of them know `number`."""
        self._check_local(request)
        written = request.query.get("number", "")
        lines = []
        for shop in await self._store.shops.list():
            if shop.sms_number is not None:
                number = _as_phone(shop, written)
                known = await self._store.clients.find_by_phone(shop.slug, number) if number else []
                lines.append(dataclasses.asdict(line_of(shop, knows=bool(known))))
        return web.json_response(lines)

    async def on_replies(self, request: web.Request) -> web.Response:
        """What was texted back to `number` after the text `sid`, once its turn is over."""
        self._check_local(request)
        query = request.query
        shop = await self._store.shops.find(query.get("shop", ""))
        if shop is None:
            raise web.HTTPNotFound
        return web.json_response(await self._replies(shop, query.get("number", ""), query.get("sid", "")))

    async def on_thread(self, request: web.Request) -> web.Response:
        """What the phone with this `number` shows, oldest first."""
        self._check_local(request)
        shop = await self._store.shops.find(request.query.get("shop", ""))
        number = request.query.get("number", "")
        if shop is None:
            raise web.HTTPNotFound
        texts = [_text_in(entry) for entry in await self._texts_from(shop, number)]
        rows = await self._store.outbox.list_to(shop.slug, number, utc_now() - _LOOK_BACK)
        texts += [_text_out(row) for row in rows if row.kind == "sms" and row.state != "failed"]
        stopped = await self._store.consents.is_stopped(shop.slug, number)
        shown = {"texts": sorted(texts, key=lambda text: str(text["at"]))[-_SHOWN:], "stopped": stopped}
        return web.json_response(shown, headers={"Cache-Control": "no-store"})

    async def _replies(self, shop: Shop, number: str, sid: str) -> dict[str, Any]:
        identity = await find_identity(self._store, shop, number)
        conversation = await self._hub.conversation_for(shop, identity)
        await self._hub.settled(conversation.id)
        said = await self._store.messages.find_by_ref(shop.slug, conversation.id, sid)
        if said is None:
            return {"replies": [], "notes": ["the text is not in the log"]}
        rows = await self._store.outbox.list_to(shop.slug, number, said.at)
        replies = [row.text for row in rows if row.kind == "sms" and row.state != "failed"]
        later = await self._store.messages.after(shop.slug, conversation.id, said.seq, _SHOWN)
        return {"replies": replies, "notes": await self._notes(shop, number, said, later, replies)}

    async def _notes(
        self, shop: Shop, number: str, said: Entry, later: Sequence[Entry], replies: Sequence[str]
    ) -> list[str]:
        """What a phone does not show, and who texts from a terminal wants to know."""
        failed = [entry for entry in later if entry.delivery is not None and entry.delivery.state == "failed"]
        notes = [f"not sent, {entry.delivery.error}: {entry.text}" for entry in failed if entry.delivery is not None]
        if await self._store.consents.is_stopped(shop.slug, number):
            notes.append("this number has opted out: nothing is texted to it until it texts START")
        elif not replies and not failed:
            with_person = said.state.status in ("open", "snoozed")
            notes.append("a person has this conversation: the bot is silent" if with_person else "no reply")
        return notes

    async def _texts_from(self, shop: Shop, number: str) -> list[Entry]:
        conversation = await self._hub.conversation_for(shop, await find_identity(self._store, shop, number))
        entries = await self._store.messages.before(shop.slug, conversation.id, conversation.last_seq + 1, _SHOWN)
        return [entry for entry in entries if entry.identity is not None and entry.identity.phone == number]

    async def _people(self, shop: Shop) -> list[dict[str, str]]:
        clients: list[Client] = await self._store.clients.list(shop.slug)
        country = shop.address.country
        named = sorted((client.name, phone) for client in clients for phone in client.phones[:1])
        return [
            {"name": name, "number": phone, "shown": format_phone(phone, country)} for name, phone in named[:_LISTED]
        ]

    async def _shop(self, slug: str | None, number: str) -> Shop:
        """The shop that is named; else one that has the number on file, else the first."""
        shops = [shop for shop in await self._store.shops.list() if shop.sms_number]
        if slug:
            shops = [shop for shop in shops if shop.slug == slug]
        if not shops:
            raise CannotText(f"there is no shop {slug!r} to text" if slug else "no shop has an sms_number")
        for shop in shops if len(shops) > 1 else ():
            phone = _as_phone(shop, number)
            if phone is not None and await self._store.clients.find_by_phone(shop.slug, phone):
                return shop
        return shops[0]

    def _check_local(self, request: web.Request) -> None:
        """Anyone may be impersonated here, so it answers this machine only, under its own names only. Raises 403."""
        name = urlsplit(f"//{request.host}").hostname or ""
        names = _LOCAL_NAMES | {urlsplit(self._settings.public_url).hostname}
        if name not in names or not _is_loopback(request.remote or ""):
            raise web.HTTPForbidden(text="The simulator answers on this machine only: open it at http://localhost\n")


async def _fields(request: web.Request) -> dict[str, str]:
    try:
        given: Any = await request.json() if request.content_type == "application/json" else await request.post()
    except ValueError as error:
        raise web.HTTPBadRequest(text="The body is neither a form nor JSON\n") from error
    if not hasattr(given, "items"):
        raise web.HTTPBadRequest(text="Send from=, text= and perhaps shop=\n")
    return {str(name): value for name, value in given.items() if isinstance(value, str)}


def _answer(request: web.Request, whole: dict[str, Any], lines: list[str], status: int = 200) -> web.Response:
    if "application/json" in request.headers.get("Accept", ""):
        return web.json_response(whole, status=status)
    return web.Response(text="\n\n".join(lines) + "\n", status=status)


def _text_in(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "mine": True,
        "text": entry.text,
        "at": entry.at.isoformat(timespec="milliseconds"),
        "state": "",
        "segments": 1,
    }


def _text_out(row: OutboxRow) -> dict[str, Any]:
    at = row.created_at.isoformat(timespec="milliseconds")
    return {"id": row.id, "mine": False, "text": row.text, "at": at, "state": row.state, "segments": segments(row.text)}


def _as_phone(shop: Shop, written: str) -> str | None:
    try:
        return parse_phone(written.strip(), shop.address.country or "US")
    except NotAPhone:
        return None


def _own_origin(request: web.Request) -> str:
    """The address at which this very server took the request."""
    assert request.transport is not None
    host, port = request.transport.get_extra_info("sockname")[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else None
    return (mapped or parsed).is_loopback


def _static(name: str) -> str:
    """The address of a file of ours, new when its content is."""
    mark = hashlib.sha256((_FOLDER / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/chat/{name}?v={mark}"
