"""Files over HTTP: `POST /uploads` takes one, `GET /files/{id}` shows it to who may see it.

An upload is bound to its shop and its sender, and nobody reads it before a message has claimed it. It is read by an
expiring signature, or by the session of somebody in that conversation; what belongs to a note by staff alone. A program
comes with its API token (`Authorization: Bearer`) where staff come with a session. What is sent is read in pieces and
never more of it than may be kept; what it is, its content says.
"""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote

from aiohttp import BodyPartReader, hdrs, web

from chat.attaching import client_uploaders, staff_uploader
from chat.bearers import find_bearer
from chat.identifying import identify
from chat.sockets import request_address
from config.bearer import BEARER, bearer_token
from config.settings import Settings
from storage.attempts import TooManyAttempts
from storage.file_headers import file_headers
from storage.files import MOST_BYTES, StoredFile
from storage.mongo import DatabaseError, DatabaseUnavailable
from storage.pictures import MOST_PIXELS, NotTaken, check_file
from storage.sessions import STAFF_COOKIE, client_cookie
from storage.shops import Shop
from storage.store import Storage

VISITOR_HEADER = "X-Pitline-Visitor"
REF_HEADER = "X-Upload-Ref"
NAME_HEADER = "X-Upload-Name"  # of a raw body, percent-encoded

_REF = re.compile(r"[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}")
_LONGEST_UPLOAD = 300.0  # seconds: 10 MB at 300 kbit/s
_IN_MEMORY = 256 * 1024  # bytes; the rest of an upload waits on disk
_AROUND = 64 * 1024  # bytes that a form may have around its file
_TOO_LARGE = f"a file has at most {MOST_BYTES // 1024 // 1024} MB"
_NOT_TAKEN = {
    "unsupported": (415, "unsupported_type", "send a JPEG, PNG, GIF or WebP picture, or a PDF"),
    "damaged": (415, "unsupported_type", "the file is damaged: send a JPEG, PNG, GIF or WebP picture, or a PDF"),
    "too_many_pixels": (413, "too_long", f"a picture has at most {MOST_PIXELS // 1_000_000} million pixels"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesContext:
    """What the two addresses need."""

    settings: Settings
    store: Storage


def file_routes(context: FilesContext) -> list[web.AbstractRouteDef]:
    """Taking files in and showing them."""
    files = _Files(context)
    return [
        web.post("/uploads", files.on_upload),
        web.get("/files/{id}", files.on_file, allow_head=False),
        web.get("/files/{id}/thumbnail", files.on_thumbnail, allow_head=False),
    ]


class _Refused(Exception):
    """An upload that is not taken, and what is said of it."""

    def __init__(self, status: int, code: str, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after

    def answer(self) -> web.Response:
        error: dict[str, object] = {"code": self.code, "message": self.message}
        headers = {hdrs.WWW_AUTHENTICATE: BEARER} if self.status == 401 else {}
        if self.retry_after is not None:
            error["retry_after"] = self.retry_after
            headers[hdrs.RETRY_AFTER] = str(self.retry_after)
        return web.json_response({"error": error}, status=self.status, headers=headers)


@dataclass(frozen=True, slots=True)
class _Sender:
    shop: str
    uploader: str


class _Files:
    def __init__(self, context: FilesContext) -> None:
        self._settings = context.settings
        self._store = context.store
        self._one_at_a_time = asyncio.Semaphore(1)  # a large picture takes 200 MB while it is looked at

    async def on_upload(self, request: web.Request) -> web.Response:
        """Take one file: a form with a file in it, or the file as it is."""
        try:
            file = await self._take(request)
        except _Refused as refused:
            return refused.answer()
        except TimeoutError:
            return _Refused(408, "unavailable", "that took too long: send it again").answer()
        except (DatabaseError, DatabaseUnavailable):
            return _Refused(503, "unavailable", "not stored; send it again", 2).answer()
        told = {"id": file.id, "name": file.name, "type": file.type, "size": file.size}
        size = {"width": file.width, "height": file.height} if file.width else {}
        return web.json_response(told | size, status=201)

    async def on_file(self, request: web.Request) -> web.StreamResponse:
        """The file."""
        return await self._show(request, thumbnail=False)

    async def on_thumbnail(self, request: web.Request) -> web.StreamResponse:
        """The small picture of it."""
        return await self._show(request, thumbnail=True)

    async def _show(self, request: web.Request, *, thumbnail: bool) -> web.StreamResponse:
        try:
            file = await self._get_readable(request)
        except _Refused as refused:
            return refused.answer()
        if thumbnail and not file.has_thumbnail:
            raise web.HTTPNotFound
        return await self._send(request, file, thumbnail=thumbnail)

    async def _take(self, request: web.Request) -> StoredFile:
        sender = await self._get_sender(request)
        await self._claim_try(request, sender)
        ref = request.headers.get(REF_HEADER)
        if ref is not None and _REF.fullmatch(ref) is None:
            raise _Refused(400, "bad_request", f"{REF_HEADER}: must be a UUID")
        if (request.content_length or 0) > MOST_BYTES + _AROUND:
            raise _Refused(413, "too_long", _TOO_LARGE)
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            async with asyncio.timeout(_LONGEST_UPLOAD):
                name = await _receive(request, spool)
            async with self._one_at_a_time:
                spool.seek(0)
                content = spool.read()
                try:
                    checked = await asyncio.to_thread(check_file, content)
                except NotTaken as error:
                    raise _Refused(*_NOT_TAKEN[error.code]) from error
        return await self._store.files.add(sender.shop, sender.uploader, ref, name, checked)

    async def _get_sender(self, request: web.Request) -> _Sender:
        """A program with a token, a client or visitor of the shop that is named, else staff. Raises `_Refused`.

        Where there is a token, no cookie counts: the check that the request comes from a page of ours was left out.
        """
        store = self._store
        token = bearer_token(request.headers)
        if token is not None:
            return await self._get_bearer(request, token)
        slug = request.query.get("shop")
        if slug is None:
            session = await store.sessions.find(request.cookies.get(STAFF_COOKIE, ""))
            if session is None or session.staff_id is None:
                raise _Refused(401, "unauthorized", "sign in first, or name the shop")
            return _Sender(session.shop, staff_uploader(session.staff_id))
        shop = await store.shops.find(slug)
        if shop is None:
            raise _Refused(404, "not_found", "shop: there is no such shop")
        token = request.headers.get(VISITOR_HEADER, "")
        visitor = token if store.visitors.is_token(token) else None
        identity = await identify(store, shop, request.cookies.get(client_cookie(slug)), visitor)
        known = client_uploaders(identity.client_id, store.visitors.hash_of(slug, visitor) if visitor else None)
        if not known:
            raise _Refused(401, "unauthorized", f"sign in first, or say who you are with {VISITOR_HEADER}")
        return _Sender(slug, known[0])

    async def _get_bearer(self, request: web.Request, token: str) -> _Sender:
        """The member of staff as whom a program acts. Raises `_Refused`."""
        try:
            bearer = await find_bearer(self._store, token, self._address(request))
        except TooManyAttempts as error:
            raise _Refused(429, "rate_limited", "too many wrong tokens: wait a while", error.retry_after) from error
        if bearer is None:
            raise _Refused(401, "unauthorized", "Authorization: not a token that counts")
        return _Sender(bearer.staff.shop, staff_uploader(bearer.staff.id))

    def _address(self, request: web.Request) -> str:
        return request_address(request, self._settings.trusted_proxies)

    async def _claim_try(self, request: web.Request, sender: _Sender) -> None:
        try:
            await self._store.attempts.claim(sender.shop, "upload", sender.uploader, self._address(request))
        except TooManyAttempts as error:
            raise _Refused(429, "rate_limited", "too many files at once: wait a while", error.retry_after) from error

    async def _get_readable(self, request: web.Request) -> StoredFile:
        """The file, if this request may read it. Raises 404, 410 where the address was good once, and `_Refused` for a
        token that does not count.
        """
        file = await self._store.files.find(request.match_info["id"])
        if file is None or file.state != "claimed":
            raise web.HTTPNotFound
        until, signature = request.query.get("e", ""), request.query.get("s", "")
        word = "false" if file.private else self._store.file_links.check(file.shop, file.id, until, signature)
        if word == "good" or await self._is_staff(request, file):
            return file
        if not file.private and await self._is_their_client(request, file):
            return file
        raise web.HTTPGone if word == "over" else web.HTTPNotFound

    async def _is_staff(self, request: web.Request, file: StoredFile) -> bool:
        """Whether somebody of its shop asks, or a program in their name."""
        token = bearer_token(request.headers)
        if token is not None:
            return (await self._get_bearer(request, token)).shop == file.shop
        session = await self._store.sessions.find(request.cookies.get(STAFF_COOKIE, ""), shop=file.shop)
        return session is not None and session.staff_id is not None

    async def _is_their_client(self, request: web.Request, file: StoredFile) -> bool:
        """Whether a client is signed in whose conversation it is in."""
        shop: Shop | None = await self._store.shops.find(file.shop)
        if shop is None or file.conversation is None:
            return False
        identity = await identify(self._store, shop, request.cookies.get(client_cookie(shop.slug)), None)
        if identity.client_id is None:
            return False
        conversation = await self._store.conversations.find(file.shop, file.conversation)
        return conversation is not None and conversation.client_id == identity.client_id

    async def _send(self, request: web.Request, file: StoredFile, *, thumbnail: bool) -> web.StreamResponse:
        response = web.StreamResponse(headers=file_headers(file, thumbnail=thumbnail))
        if not thumbnail:
            response.content_length = file.size
        pieces = self._store.files.read(file, thumbnail=thumbnail)
        await response.prepare(request)
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof()
        return response


async def _receive(request: web.Request, spool: IO[bytes]) -> str:
    """Write the file of the request into `spool`; its name. Raises `_Refused` as soon as it is too large."""
    if not request.content_type.startswith("multipart/"):
        await _copy(request.content.iter_any(), spool)
        return unquote(request.headers.get(NAME_HEADER, ""), errors="replace")
    try:
        parts = await request.multipart()
        while (part := await parts.next()) is not None:
            if isinstance(part, BodyPartReader) and part.filename is not None:
                await _copy(part, spool)
                return part.filename
    except (ValueError, RuntimeError, AssertionError) as error:  # what the parser says of a broken form
        raise _Refused(400, "bad_request", "the form cannot be read") from error
    raise _Refused(400, "bad_request", "there is no file in the form")


async def _copy(pieces: AsyncIterable[bytes], spool: IO[bytes]) -> None:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > MOST_BYTES:
            raise _Refused(413, "too_long", _TOO_LARGE)
        spool.write(piece)
    if size == 0:
        raise _Refused(400, "bad_request", "the file is empty")
