"""The acts of `/staff`: who has a conversation, until when it sleeps, how it is sorted, what becomes of a wish."""

import contextlib
from datetime import timedelta

from chat.cards import Cards
from chat.changes import decide_change
from chat.encoding import moment
from chat.events import Assign, ChangeLabels, DecideChange, InConversation, Json, ProtocolError, Snooze
from chat.handoff import Event, NotAllowed
from chat.staff_peers import StaffPeers
from config.clock import utc_now
from storage.messages import Author

_LONGEST_SNOOZE = timedelta(days=366)


class InboxActs(StaffPeers):
    """Every act is an entry of the log; the status table of `chat/handoff.py` says what is allowed."""

    async def on_take(self, sid: str, asked: InConversation) -> Json:
        """It is mine now; the bot falls silent."""
        return await self._act(sid, asked, Event.TAKE)

    async def on_assign(self, sid: str, asked: Assign) -> Json:
        """It is somebody's, or nobody's."""
        peer = self._peer(sid)
        if asked.staff is None:
            return await self._act(sid, asked, Event.UNASSIGN)
        assignee = await self.hub.store.staff.find(peer.shop.slug, asked.staff)
        if assignee is None:
            raise ProtocolError("not_found", "staff: nobody here has this id")
        return await self._act(sid, asked, Event.ASSIGN, named=assignee.id, text=assignee.name)

    async def give_back_all(self, shop: str, staff_id: str) -> None:
        """Somebody works here no more: whoever waits for them waits for anybody."""
        hub = self.hub
        rows = [row for row in await hub.inbox.rows(shop) if row.assignee == staff_id]
        name = (await hub.store.shops.get(shop)).name
        for row in rows:
            if row.status in ("open", "snoozed"):
                conversation = await hub.directory.get(shop, row.id)
                with contextlib.suppress(NotAllowed):  # somebody was faster
                    await hub.act(conversation, Event.UNASSIGN, Author(kind="system", name=name))

    async def rename_label(self, shop: str, old: str, new: str) -> None:
        """A label is called `new` from now on: so it is on every conversation that has it."""
        hub = self.hub
        by = Author(kind="system", name=(await hub.store.shops.get(shop)).name)
        for row in await hub.inbox.rows(shop):
            removed = tuple(name for name in row.labels if name.casefold() == old.casefold() and name != new)
            if removed:
                conversation = await hub.directory.get(shop, row.id)
                with contextlib.suppress(NotAllowed):
                    await hub.act(conversation, Event.LABEL, by, added=(new,), removed=removed, text=f"+{new}, -{old}")

    async def on_return_to_bot(self, sid: str, asked: InConversation) -> Json:
        """The bot answers again."""
        return await self._act(sid, asked, Event.RETURN_TO_BOT)

    async def on_resolve(self, sid: str, asked: InConversation) -> Json:
        """It is done."""
        return await self._act(sid, asked, Event.RESOLVE)

    async def on_reopen(self, sid: str, asked: InConversation) -> Json:
        """It is not done after all."""
        return await self._act(sid, asked, Event.REOPEN)

    async def on_snooze(self, sid: str, asked: Snooze) -> Json:
        """Out of sight for a time; the client's next message brings it back before."""
        if not utc_now() < asked.until < utc_now() + _LONGEST_SNOOZE:
            raise ProtocolError("bad_request", "until: must be in the future, a year away at most")
        return await self._act(sid, asked, Event.SNOOZE, until=asked.until, text=moment(asked.until))

    async def on_label(self, sid: str, asked: ChangeLabels) -> Json:
        """Sort it. A label that is put on is one of the shop's list; one that is taken off may have left it."""
        peer, conversation = await self._find(sid, asked)
        known = {label.name.casefold(): label.name for label in await self.hub.store.labels.list(peer.shop.slug)}
        unknown = [name for name in asked.add if name.casefold() not in known]
        if unknown:
            raise ProtocolError("not_found", f"add: this shop has no label {unknown[0]!r}")
        now = conversation.state.labels
        added = tuple(sorted({known[name.casefold()] for name in asked.add} - set(now)))
        gone = {name.casefold() for name in asked.remove}
        removed = tuple(name for name in now if name.casefold() in gone)
        text = ", ".join([*(f"+{name}" for name in added), *(f"-{name}" for name in removed)])
        return await self._act(sid, asked, Event.LABEL, added=added, removed=removed, text=text)

    async def on_decide_change(self, sid: str, decided: DecideChange) -> Json:
        """A client's change request is accepted, or declined; the ack has what the card shows then."""
        peer = self._peer(sid)
        request = await decide_change(self.hub, peer.shop, peer.staff, decided.id, accept=decided.accept)
        card = await Cards(self.hub.store, self._clock).of_client(peer.shop, request.client_id)
        return {"id": request.id, "client": card}
