"""Who of the staff is online, and who looks at which conversation: kept for all processes, told to the shop's staff."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from chat.events import Json
from config.clock import utc_now
from storage.presence import LEASE, Presence, Presences
from storage.staff import Staff

RENEW_SECONDS = LEASE.total_seconds() / 3

Tell = Callable[[str, list[Json]], Awaitable[None]]  # the shop, its people


class PresenceBoard:
    """The connections of this process; `tell` pushes who is there to a shop's staff whenever that changed."""

    def __init__(self, presences: Presences, tell: Tell) -> None:
        self._presences = presences
        self._tell = tell
        self._here: dict[str, Presence] = {}
        self._unseen: set[str] = set()

    async def arrive(self, sid: str, staff: Staff, *, seen: bool = True) -> None:
        """A connection of a member of staff. One that is not `seen` is a program's: nobody is there to answer."""
        if not seen:
            self._unseen.add(sid)
        await self._put(Presence(id=sid, shop=staff.shop, staff_id=staff.id, name=staff.name, expires_at=utc_now()))

    async def look(self, sid: str, conversation: str | None) -> None:
        """It looks at this conversation now, or at none."""
        here = self._here.get(sid)
        if here is not None and here.conversation != conversation:
            await self._put(replace(here, conversation=conversation))

    async def leave(self, sid: str) -> None:
        """The connection is gone."""
        here = self._here.pop(sid, None)
        if sid in self._unseen:
            self._unseen.discard(sid)
        elif here is not None:
            await self._presences.remove(sid)
            await self._tell(here.shop, await self.people(here.shop))

    async def renew(self) -> None:
        """Say that these connections are still there; those of processes that died are no longer shown then."""
        shown = {sid: here for sid, here in self._here.items() if sid not in self._unseen}
        for sid in shown:
            await self._presences.renew(sid)
        for shop in {here.shop for here in shown.values()}:
            await self._tell(shop, await self.people(shop))

    def looking(self) -> dict[tuple[str, str], list[str]]:
        """What the connections of this process look at: (shop, conversation) to their sids."""
        found: dict[tuple[str, str], list[str]] = {}
        for sid, here in self._here.items():
            if here.conversation is not None:
                found.setdefault((here.shop, here.conversation), []).append(sid)
        return found

    async def close(self) -> None:
        """All connections of this process end."""
        await asyncio.gather(*(self._presences.remove(sid) for sid in self._here), return_exceptions=True)
        self._here.clear()
        self._unseen.clear()

    async def people(self, shop: str) -> list[Json]:
        """Who is there: `staff`, `name`, and the `conversations` that their connections look at."""
        people: dict[str, Json] = {}
        for one in await self._presences.list(shop):
            person = people.setdefault(one.staff_id, {"staff": one.staff_id, "name": one.name, "conversations": []})
            if one.conversation is not None and one.conversation not in person["conversations"]:
                person["conversations"].append(one.conversation)
        return list(people.values())

    async def _put(self, presence: Presence) -> None:
        presence = replace(presence, expires_at=utc_now() + LEASE)
        self._here[presence.id] = presence
        if presence.id in self._unseen:
            return
        await self._presences.put(presence)
        await self._tell(presence.shop, await self.people(presence.shop))
