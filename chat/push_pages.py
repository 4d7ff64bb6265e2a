"""Over HTTP: the service worker, the manifest by which the inbox is put on a home screen, and a device's subscription.

Requests that change something come from our own pages: the server checks that for all of them.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from chat.channels.push_hosts import BadEndpoint, check_endpoint
from chat.statics import ChatStatics
from config.settings import Settings
from storage.push_subscriptions import PushSubscription, subscription_id
from storage.sessions import STAFF_COOKIE, Session
from storage.store import Storage

_WORKER = "staff-worker.js"
_SCOPE = "/staff/"
_P256DH_BYTES, _AUTH_BYTES = 65, 16
_LONGEST_BODY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PushPages:
    """What these addresses need."""

    settings: Settings
    store: Storage
    statics: ChatStatics


def push_routes(context: PushPages) -> list[web.AbstractRouteDef]:
    """Every address of this file."""
    pages = _Pages(context)
    return [
        web.get("/staff/sw.js", pages.show_worker),
        web.get("/staff/manifest.webmanifest", pages.show_manifest),
        web.post("/staff/push/subscriptions", pages.submit_subscription),
        web.delete("/staff/push/subscriptions/{id}", pages.remove_subscription),
    ]


def _of_bytes(length: int, first: bytes = b"") -> AfterValidator:
    def check(value: str) -> str:
        try:
            content = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
        except (binascii.Error, ValueError) as error:
            raise ValueError("is not base64url") from error
        if len(content) != length or not content.startswith(first):
            raise ValueError(f"must be {length} bytes")
        return value

    return AfterValidator(check)


class _Keys(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    p256dh: Annotated[str, Field(max_length=100), _of_bytes(_P256DH_BYTES, b"\x04")]
    auth: Annotated[str, Field(max_length=40), _of_bytes(_AUTH_BYTES)]


class _Subscription(BaseModel):
    """What `PushSubscription.toJSON()` gives; keys that are not known are left."""

    model_config = ConfigDict(strict=True, frozen=True)

    endpoint: str = Field(min_length=1, max_length=1000)
    keys: _Keys


class _Pages:
    def __init__(self, context: PushPages) -> None:
        self._settings = context.settings
        self._store = context.store
        self._statics = context.statics

    async def show_worker(self, request: web.Request) -> web.Response:
        """The service worker; it looks after the inbox's pages only."""
        response = self._statics.answer(request, _WORKER)
        response.headers["Service-Worker-Allowed"] = _SCOPE
        return response

    async def show_manifest(self, _request: web.Request) -> web.Response:
        """What a phone needs to put the inbox on its home screen."""
        icons = [
            {"src": f"{self._statics.base}/{name}", "sizes": size, "type": kind, "purpose": purpose}
            for name, size, kind, purpose in (
                ("icon-192.png", "192x192", "image/png", "any"),
                ("icon-512.png", "512x512", "image/png", "any"),
                ("icon-maskable-512.png", "512x512", "image/png", "maskable"),
                ("icon.svg", "any", "image/svg+xml", "any"),
            )
        ]
        manifest = {
            "id": _SCOPE,
            "name": "Pitline inbox",
            "short_name": "Inbox",
            "start_url": _SCOPE,
            "scope": _SCOPE,
            "display": "standalone",
            "background_color": "#f4f3ef",
            "theme_color": "#0e5f66",
            "icons": icons,
        }
        text = json.dumps(manifest)
        return web.Response(
            text=text, content_type="application/manifest+json", headers={"Cache-Control": "public, max-age=3600"}
        )

    async def submit_subscription(self, request: web.Request) -> web.Response:
        """This device is to show notifications of whoever is signed in. 201 with its id; the same one again is the
        same.
        """
        session, staff_id = await self._signed_in(request)
        if request.content_length is not None and request.content_length > _LONGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(max_size=_LONGEST_BODY, actual_size=request.content_length)
        try:
            given = _Subscription.model_validate(await request.json())
            check_endpoint(given.endpoint, self._settings.push.also_to)
        except (ValidationError, ValueError, BadEndpoint) as error:
            return web.json_response({"error": _reason(error)}, status=400)
        device = PushSubscription(
            id=subscription_id(given.endpoint),
            shop=session.shop,
            staff_id=staff_id,
            session_id=session.id,
            endpoint=given.endpoint,
            p256dh=given.keys.p256dh,
            auth=given.keys.auth,
            agent=request.headers.get("User-Agent", "")[:200],
            expires_at=session.ends_at,
        )
        await self._store.push_subscriptions.put(device)
        return web.json_response({"id": device.id}, status=201)

    async def remove_subscription(self, request: web.Request) -> web.Response:
        """One of the own devices shows nothing any more. 204, also where there is no such device."""
        session, staff_id = await self._signed_in(request)
        device = await self._store.push_subscriptions.find(session.shop, request.match_info["id"])
        if device is not None and device.staff_id == staff_id:
            await self._store.push_subscriptions.remove(session.shop, device.id)
        return web.Response(status=204)

    async def _signed_in(self, request: web.Request) -> tuple[Session, str]:
        session = await self._store.sessions.find(request.cookies.get(STAFF_COOKIE, ""))
        if session is None or session.staff_id is None:
            raise web.HTTPUnauthorized(text='{"error": "sign in first"}', content_type="application/json")
        return session, session.staff_id


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg'].removeprefix('Value error, ')}"
    return f"endpoint: {error}" if isinstance(error, BadEndpoint) else "must be a JSON object"
