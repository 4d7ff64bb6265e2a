"""The views of `/staff`: the conversations of a view, page by page, and how many each view has."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chat.events import Inbox, Json, ProtocolError
from chat.inbox_index import Row
from chat.staff_peers import StaffPeer, StaffPeers
from storage.conversations import Conversation

_SEARCHED = 200  # conversations whose place in the list is looked through, beside the search


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations of a view, and the cursor after them; None at the end."""

    conversations: list[Conversation]
    cursor: str | None


def parse_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    """The place in the list that a cursor names. Raises `ProtocolError`."""
    if cursor is None:
        return None
    at, _, conversation = cursor.partition("|")
    try:
        place = datetime.fromisoformat(at)
    except ValueError as error:
        raise ProtocolError("bad_request", "cursor: must be one from an earlier answer") from error
    if place.tzinfo is None or not conversation:
        raise ProtocolError("bad_request", "cursor: must be one from an earlier answer")
    return place, conversation


class InboxViews(StaffPeers):
    """Where conversations stand is in memory (`chat/inbox_index.py`); what a page shows of them is read by id."""

    async def on_inbox(self, sid: str, asked: Inbox) -> Json:
        """One view of the inbox, and how many conversations each has."""
        peer = self._peer(sid)
        shop, me = peer.shop.slug, peer.staff.id
        after = parse_cursor(asked.cursor)
        hits: Json = {}
        if (asked.q or "").strip():
            found, hits = await self._search(peer, asked)
            page = Page(found, None)
        else:
            page = await self._page(shop, me, asked, after, asked.limit)
        return {
            "conversations": [await self.summary(one) for one in page.conversations],
            "hits": hits,
            "counts": await self.hub.inbox.counts(shop, me),
            "cursor": page.cursor,
            "staff": {"id": me, "name": peer.staff.name, "role": peer.staff.role},
            "shop": {"slug": shop, "name": peer.shop.name, "timezone": peer.shop.timezone},
        }

    async def on_shop(self, sid: str, asked: object) -> Json:  # noqa: ARG002  # it says all by its name
        """What the inbox is set up with: the people, labels and canned replies, and who is there."""
        peer = self._peer(sid)
        shop, store = peer.shop, self.hub.store
        people, labels, replies, presence = await asyncio.gather(
            store.staff.list(shop.slug),
            store.labels.list(shop.slug),
            store.canned_replies.list(shop.slug),
            self.presence.people(shop.slug),
        )
        return {
            "staff": {"id": peer.staff.id, "name": peer.staff.name, "role": peer.staff.role},
            "shop": {
                "slug": shop.slug,
                "name": shop.name,
                "timezone": shop.timezone,
                "language": shop.language,
                "hours": {day: [list(span) for span in spans] for day, spans in shop.hours.items()},
            },
            "people": [{"id": one.id, "name": one.name, "role": one.role} for one in people],
            "labels": [{"name": one.name, "color": one.color} for one in labels],
            "canned_replies": [
                {"id": one.id, "shortcut": one.shortcut, "title": one.title, "text": one.text_in(shop.language)}
                for one in replies
            ],
            "presence": presence,
            "push": {"public_key": self.push_key} if self.push_key else None,
        }

    async def _page(self, shop: str, me: str, asked: Inbox, after: tuple[datetime, str] | None, limit: int) -> Page:
        rows = await self.hub.inbox.page(shop, _fits(asked, me), after, limit + 1)
        shown = rows[:limit]
        cursor = f"{shown[-1].at.isoformat()}|{shown[-1].id}" if len(rows) > limit else None
        return Page(await self._read(shop, [row.id for row in shown]), cursor)

    async def _read(self, shop: str, ids: Sequence[str]) -> list[Conversation]:
        """These conversations in this order: as this process knows them, else as their documents have them."""
        known = {one: self.hub.writer.known(one) for one in ids}
        missing = [one for one, conversation in known.items() if conversation is None]
        if missing:
            known |= {one.id: one for one in await self.hub.store.conversations.find_many(shop, missing)}
        return [conversation for one in ids if (conversation := known[one]) is not None]

    async def _search(self, peer: StaffPeer, asked: Inbox) -> tuple[list[Conversation], Json]:
        """What the search finds in the view, and where: what was said in this minute by looking at the list itself."""
        shop, me = peer.shop.slug, peer.staff.id
        found = await self.hub.store.search.find(shop, asked.q or "", asked.limit)
        fits = _fits(asked, me)
        rows = {row.id for row in await self.hub.inbox.rows(shop) if fits(row)}
        kept = {one.conversation.id: one.conversation for one in found if one.conversation.id in rows}
        hits = {
            one.conversation.id: {"seq": one.seq, "text": one.text}
            for one in found
            if one.seq is not None and one.conversation.id in kept
        }
        newest = await self._page(shop, me, asked, None, _SEARCHED)
        words = (asked.q or "").casefold().split()
        fresh = [one for one in newest.conversations if one.id not in kept and _shows(one, words)]
        return [*kept.values(), *fresh][: asked.limit], hits


def _fits(asked: Inbox, me: str) -> Callable[[Row], bool]:
    """Whether a conversation is in the view, and has the label that is asked for."""
    label = asked.label.casefold() if asked.label else None

    def fits(row: Row) -> bool:
        if asked.view == "mine":
            if row.status != "open" or row.assignee != me:
                return False
        elif asked.view not in ("all", row.status):
            return False
        return label is None or label in (name.casefold() for name in row.labels)

    return fits


def _shows(one: Conversation, words: Sequence[str]) -> bool:
    """Whether all words stand in what the list shows of it."""
    text = f"{one.title} {one.phone or ''} {one.last_text}".casefold()
    return all(word in text for word in words)
