"""The views of `/staff`: the conversations of a view, page by page, and how many each view has."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast, get_args

from chat.encoding import moment
from chat.events import Inbox, Json, ProtocolError
from chat.staff_peers import StaffPeer, StaffPeers
from storage.conversations import Conversation
from storage.messages import Status

_STATUSES: tuple[Status, ...] = get_args(Status)
_READ_AT_ONCE = 200
_READ_AT_MOST = 1000  # a narrow filter answers with what it has found by then, and a cursor


@dataclass(frozen=True, slots=True)
class Place:
    """How far a view has been read: the moment, and which of those last written in at that very moment were seen."""

    at: datetime
    seen: frozenset[str]

    def as_cursor(self) -> str:
        """For the peer to bring back."""
        return json.dumps([moment(self.at), *sorted(self.seen)])


def parse_cursor(cursor: str | None) -> Place | None:
    """The place that a cursor names. Raises `ProtocolError`."""
    if cursor is None:
        return None
    try:
        at, *seen = json.loads(cursor)
        return Place(datetime.fromisoformat(at), frozenset(map(str, seen)))
    except (TypeError, ValueError) as error:
        raise ProtocolError("bad_request", "cursor: must be one from an earlier answer") from error


class InboxViews(StaffPeers):
    """Lists are read from the conversation documents, which are brought up to date first."""

    async def on_inbox(self, sid: str, asked: Inbox) -> Json:
        """One view of the inbox, and how many conversations each has."""
        peer = self._peer(sid)
        shop, me = peer.shop.slug, peer.staff.id
        place = parse_cursor(asked.cursor)
        await self.hub.projector.drain()
        hits: Json = {}
        if (asked.q or "").strip():
            (found, hits), place = await self._search(peer, asked), None
        else:
            found, place = await self._page(shop, me, asked, place)
        return {
            "conversations": [await self.summary(one) for one in found],
            "hits": hits,
            "counts": await self._counts(shop, me),
            "cursor": place.as_cursor() if place else None,
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
            "shop": {"slug": shop.slug, "name": shop.name, "timezone": shop.timezone, "language": shop.language},
            "people": [{"id": one.id, "name": one.name, "role": one.role} for one in people],
            "labels": [{"name": one.name, "color": one.color} for one in labels],
            "canned_replies": [
                {"id": one.id, "shortcut": one.shortcut, "title": one.title, "text": one.text_in(shop.language)}
                for one in replies
            ],
            "presence": presence,
            "push": None,
        }

    async def _page(
        self, shop: str, me: str, asked: Inbox, place: Place | None
    ) -> tuple[list[Conversation], Place | None]:
        """Up to `limit` conversations of the view after `place`, and the place after them; None at the end."""
        kept: list[Conversation] = []
        read = 0
        fits = _fits(asked, me)
        while True:
            page, more = await self._read(shop, me, asked, place)
            for one in page:
                place = _moved(place, one)
                if fits(one):
                    kept.append(one)
                    if len(kept) == asked.limit:
                        return kept, place
            read += len(page)
            if not more or read >= _READ_AT_MOST:
                return kept, place if more else None

    async def _read(self, shop: str, me: str, asked: Inbox, place: Place | None) -> tuple[list[Conversation], bool]:
        """What comes after `place` in the view, the one last written in first, and whether there may be more."""
        skipped = len(place.seen) if place else 0
        limit = (_READ_AT_ONCE if asked.label else asked.limit) + skipped + 1
        conversations = self.hub.store.conversations
        assignee = me if asked.view == "mine" else None
        statuses = _STATUSES if asked.view == "all" else (_status_of(asked),)
        until = place.at if place else None
        pages = await asyncio.gather(
            *(conversations.list_by_status(shop, status, limit, until, assignee) for status in statuses)
        )
        found = sorted((one for page in pages for one in page), key=_last_at, reverse=True)
        fresh = [one for one in found if place is None or one.id not in place.seen]
        more = any(len(page) == limit for page in pages) or len(fresh) > limit
        # Only as far as every status was read: what lies beyond comes with the next page, in its order.
        ends = [_last_at(page[-1]) for page in pages if len(page) == limit]
        whole = [one for one in fresh if not ends or _last_at(one) >= max(ends)]
        return whole, more

    async def _search(self, peer: StaffPeer, asked: Inbox) -> tuple[list[Conversation], Json]:
        """What the search finds in the view, and where: what was said in this minute by looking at the list itself."""
        shop, me = peer.shop.slug, peer.staff.id
        found = await self.hub.store.search.find(shop, asked.q or "", asked.limit)
        fits = _fits(asked, me)
        kept = {one.conversation.id: one.conversation for one in found if fits(one.conversation)}
        hits = {
            one.conversation.id: {"seq": one.seq, "text": one.text}
            for one in found
            if one.seq is not None and one.conversation.id in kept
        }
        newest, _ = await self._page(shop, me, asked.model_copy(update={"limit": _READ_AT_ONCE}), None)
        words = (asked.q or "").casefold().split()
        fresh = [one for one in newest if one.id not in kept and _shows(one, words)]
        return [*kept.values(), *fresh][: asked.limit], hits

    async def _counts(self, shop: str, me: str) -> dict[str, int]:
        conversations = self.hub.store.conversations
        *numbers, mine = await asyncio.gather(
            *(conversations.count_by_status(shop, status) for status in _STATUSES),
            conversations.count_by_status(shop, "open", me),
        )
        return {**dict(zip(_STATUSES, numbers, strict=True)), "mine": mine, "all": sum(numbers)}


def _status_of(asked: Inbox) -> Status:
    return "open" if asked.view == "mine" else cast(Status, asked.view)


def _fits(asked: Inbox, me: str) -> Callable[[Conversation], bool]:
    """Whether a conversation is in the view, and has the label that is asked for."""
    label = asked.label.casefold() if asked.label else None

    def fits(one: Conversation) -> bool:
        if asked.view != "all" and one.status != _status_of(asked):
            return False
        if asked.view == "mine" and one.state.assignee != me:
            return False
        return label is None or label in (name.casefold() for name in one.state.labels)

    return fits


def _shows(one: Conversation, words: Sequence[str]) -> bool:
    """Whether all words stand in what the list shows of it."""
    text = f"{one.title} {one.phone or ''} {one.last_text}".casefold()
    return all(word in text for word in words)


def _last_at(conversation: Conversation) -> datetime:
    return conversation.last_at or conversation.created_at


def _moved(place: Place | None, one: Conversation) -> Place:
    at = _last_at(one)
    seen = place.seen if place is not None and place.at == at else frozenset[str]()
    return Place(at, seen | {one.id})
