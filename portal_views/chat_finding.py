"""The chats that a page or an export is about, found by search where words are asked for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from portal_views.chat_query import Asked
from portal_views.staff_access import StaffRequest
from storage.chats import ChatPage
from storage.conversations import Conversation

_FOUND_AT_MOST = 100  # conversations that a search gives; each is looked up by itself


@dataclass(frozen=True, slots=True)
class FoundChats:
    """A page of chats; where in them what was said matched (by id), and whether the search may have had more."""

    page: ChatPage
    snippets: dict[str, tuple[int, str]] = field(default_factory=dict)  # number of the entry, words around
    cut: bool = False


async def find_chats(asked: StaffRequest, wanted: Asked, limit: int, cursor: str | None) -> FoundChats:
    """At most `limit` chats. What a search finds comes on one page; where it finds nothing, names, numbers and last
    lines are looked through.
    """
    chats, shop = asked.context.store.chats, asked.shop.slug
    if not wanted.words:
        return FoundChats(await chats.list(shop, wanted.query, limit, wanted.order, cursor))
    found = await asked.context.store.search.find(shop, wanted.words, _FOUND_AT_MOST)
    if not found:
        query = replace(wanted.query, q=wanted.words)
        return FoundChats(await chats.list(shop, query, limit, wanted.order, cursor))
    kept = [one for one in found if chats.fits(one.conversation, wanted.query)]
    kept.sort(key=lambda one: one.conversation.last_at or one.conversation.created_at, reverse=wanted.order == "newest")
    snippets = {one.conversation.id: (one.seq, one.text) for one in kept if one.seq is not None}
    page = ChatPage(tuple(one.conversation for one in kept), None)
    return FoundChats(page, snippets, len(found) == _FOUND_AT_MOST)


async def each_chat(asked: StaffRequest, wanted: Asked) -> AsyncIterator[Conversation]:
    """All chats that are asked for, one after the other."""
    if wanted.words:
        found = await find_chats(asked, wanted, _FOUND_AT_MOST, None)
        for conversation in found.page.conversations:
            yield conversation
        if found.page.cursor is None:
            return
        rest = replace(wanted.query, q=wanted.words)
        chats = asked.context.store.chats.all_of(asked.shop.slug, rest, wanted.order, found.page.cursor)
    else:
        chats = asked.context.store.chats.all_of(asked.shop.slug, wanted.query, wanted.order)
    async for conversation in chats:
        yield conversation
