"""Files that are made while they are sent: however long they are, only a piece of them is in memory."""

import logging
import re
from collections.abc import AsyncIterator

from aiohttp import hdrs, web

from portal_views.security import add_headers
from portal_views.staff_access import StaffRequest
from storage.mongo import DatabaseError

_PIECE = 64 * 1024  # characters that are sent at once
_log = logging.getLogger(__name__)


async def send_file(
    asked: StaffRequest, name: str, content_type: str, pieces: AsyncIterator[str]
) -> web.StreamResponse:
    """Send a file to keep. Where the database fails on the way the connection is cut: half a file is no file. Who goes
    away before the end is no fault.
    """
    response = web.StreamResponse()
    response.content_type = content_type
    response.charset = "utf-8"
    response.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{name}"'
    response.headers[hdrs.CACHE_CONTROL] = "no-store"
    add_headers(asked.request, response, asked.context.settings)
    await response.prepare(asked.request)
    try:
        await _write(response, pieces)
    except ConnectionError:
        return response
    except DatabaseError as error:
        _log.warning("a download was cut: %s", error)
        if asked.request.transport is not None:
            asked.request.transport.abort()
        return response
    await response.write_eof()
    return response


def file_name(*parts: str) -> str:
    """A name for a file, of letters that every system takes."""
    return "-".join(re.sub(r"[^A-Za-z0-9.]+", "-", part).strip("-") for part in parts if part)


async def _write(response: web.StreamResponse, pieces: AsyncIterator[str]) -> None:
    held: list[str] = []
    size = 0
    async for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _PIECE:
            await response.write("".join(held).encode())
            held, size = [], 0
    if held:
        await response.write("".join(held).encode())
