"""The photos of a client's own inspection, small and whole: by their session, as long as they are on it."""

from collections.abc import AsyncIterator

from aiohttp import web

from portal_views.access import ShopRequest
from portal_views.client_records import own_record
from storage.file_headers import file_headers
from storage.files import StoredFile
from storage.inspections import photo_owner


async def show(asked: ShopRequest) -> web.StreamResponse:
    """The photo as it was taken."""
    file = await _get(asked)
    response = web.StreamResponse(headers=file_headers(file, thumbnail=False))
    response.content_length = file.size
    return await _send(asked, response, asked.context.store.files.read(file))


async def show_small(asked: ShopRequest) -> web.StreamResponse:
    """The small picture of it."""
    file = await _get(asked)
    if not file.has_thumbnail:
        raise web.HTTPNotFound
    response = web.StreamResponse(headers=file_headers(file, thumbnail=True))
    return await _send(asked, response, asked.context.store.files.read(file, thumbnail=True))


async def _get(asked: ShopRequest) -> StoredFile:
    """The file of a photo on one of the client's own inspections. Raises 404."""
    match, store = asked.request.match_info, asked.context.store
    inspection = await own_record(asked, store.inspections)
    if match["photo"] not in inspection.pictures:
        raise web.HTTPNotFound
    file = await store.files.find(match["photo"])
    owner = (asked.shop.slug, photo_owner(inspection.id), "claimed")
    if file is None or (file.shop, file.entry, file.state) != owner:
        raise web.HTTPNotFound
    return file


async def _send(asked: ShopRequest, response: web.StreamResponse, pieces: AsyncIterator[bytes]) -> web.StreamResponse:
    await response.prepare(asked.request)
    try:
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof()
    except ConnectionError:  # who goes away before the end is no fault
        return response
    return response
