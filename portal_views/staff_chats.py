"""*Client chats*: every conversation there ever was, found, read and taken along. For owners and advisors."""

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Literal, TypeAlias

from aiohttp import web

from config.clock import utc_now
from portal_views.chat_export import ChatExport
from portal_views.chat_finding import each_chat, find_chats
from portal_views.chat_lines import chat_name, lines, without_keys
from portal_views.chat_query import CHANNELS, ORDERS, STATUSES, parse_chats
from portal_views.downloads import file_name, send_file
from portal_views.formats import formats_for
from portal_views.staff_access import StaffRequest
from portal_views.texts import texts_for
from storage.conversations import Conversation
from storage.report import SCORES

Form: TypeAlias = Literal["json", "html"]

_SHOWN = 50
_ENTRIES = 300  # of a chat, on one page
_DIGITS = 6
_TYPES: dict[str, str] = {"json": "application/json", "html": "text/html"}


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: the chats that are asked for, a page at a time."""
    wanted = parse_chats(asked.request.query, asked.shop.zone)
    slug, store = asked.shop.slug, asked.context.store
    found, names, labels = await asyncio.gather(
        find_chats(asked, wanted, _SHOWN, asked.request.query.get("after")), names_of(asked), store.labels.list(slug)
    )
    t = texts_for(asked.language)
    f = formats_for(asked.shop, t)
    return asked.page(
        "staff_chats.html",
        after=asked.request.query.get("after", ""),
        channel_options=[(one, t(f"reports.channel.{one}")) for one in CHANNELS],
        chats=found.page.conversations,
        colors={one.name: one.color for one in labels},
        cursor=found.page.cursor,
        cut=found.cut,
        call=lambda chat: chat_name(chat, f),
        label_options=[(one.name, one.name) for one in labels],
        names=names,
        order_options=[(one, t(f"chats.order.{one}")) for one in ORDERS],
        score_options=[(str(one), t.count("reports.ratings.stars", one)) for one in reversed(SCORES)],
        plain=without_keys,
        snippets=found.snippets,
        status_options=[(one, t(f"chats.status.{one}")) for one in STATUSES],
        wanted=wanted,
    )


async def show_one(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: one chat with notes and acts, the end of a long one first; `page` counts from its beginning, `at` is an
    entry to be on the page.
    """
    chat, names, labels = await asyncio.gather(
        _get(asked), names_of(asked), asked.context.store.labels.list(asked.shop.slug)
    )
    pages = max(1, math.ceil(chat.last_seq / _ENTRIES))
    page = _page(asked, pages)
    messages = asked.context.store.messages
    entries = await messages.after(chat.shop, chat.id, (page - 1) * _ENTRIES, _ENTRIES)
    f = formats_for(asked.shop, texts_for(asked.language))
    client = await asked.context.store.clients.find(chat.shop, chat.client_id) if chat.client_id else None
    return asked.page(
        "staff_chat.html",
        about=client,
        chat=chat,
        colors={one.name: one.color for one in labels},
        name=chat_name(chat, f),
        day_tag="h2",
        lines=lines(entries, f, names),
        names=names,
        page=page,
        pages=pages,
    )


async def download(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: the chats that are asked for, as a file."""
    wanted = parse_chats(asked.request.query, asked.shop.zone)
    given = {name: value for name, value in wanted.given.items() if value}
    return await _send(asked, each_chat(asked, wanted), None, given)


async def download_one(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: one chat as a file."""
    chat = await _get(asked)

    async def only() -> AsyncIterator[Conversation]:
        yield chat

    name = chat_name(chat, formats_for(asked.shop, texts_for(asked.language)))
    return await _send(asked, only(), name, {"conversation": chat.id})


async def names_of(asked: StaffRequest) -> dict[str, str]:
    """What the staff of the shop are called, by id."""
    return {one.id: one.name for one in await asked.context.store.staff.list(asked.shop.slug)}


async def _send(
    asked: StaffRequest, chats: AsyncIterator[Conversation], title: str | None, details: dict[str, str]
) -> web.StreamResponse:
    """Send the chats, `title` being the name of the only one, and note who took what."""
    form = asked.request.match_info["form"]
    now = utc_now()
    t = texts_for(asked.language)
    export = ChatExport(
        store=asked.context.store,
        shop=asked.shop,
        f=formats_for(asked.shop, t),
        language=asked.language,
        names=await names_of(asked),
        origin=asked.context.settings.public_url,
        now=now,
    )
    await asked.note("export.chat" if title else "export.chats", title, {**details, "format": form})
    pieces = export.as_json(chats) if form == "json" else export.as_page(chats, title or t("chats.title"))
    name = file_name(asked.shop.slug, title or "chats", f"{now.astimezone(asked.shop.zone):%Y-%m-%d}") + f".{form}"
    return await send_file(asked, name, _TYPES[form], pieces)


async def _get(asked: StaffRequest) -> Conversation:
    """The conversation, with what was written in it in the last seconds. Raises 404."""
    store, chat_id = asked.context.store, asked.request.match_info["id"]
    chat = await store.conversations.find(asked.shop.slug, chat_id)
    if chat is None:
        raise web.HTTPNotFound
    return await store.chats.caught_up(chat)


def _page(asked: StaffRequest, pages: int) -> int:
    at, page = asked.request.query.get("at", ""), asked.request.query.get("page", "")
    if at.isdecimal() and len(at) <= _DIGITS:
        return min(max(1, math.ceil(int(at) / _ENTRIES)), pages)
    return min(max(1, int(page)), pages) if page.isdecimal() and len(page) <= _DIGITS else pages
