"""Delivers what the outbox holds: SMS, e-mail and pushes, to whoever can send them, and says aloud what it gives up on.

Wakes at once when a row is added in this process, and looks every `poll_seconds` for rows that others added or that
fall due. Texts to one person leave one after the other, in the order in which they were added; people do not wait for
each other.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from chat.channels.channel import OPTED_OUT, OutcomeUnknown, Refused, Sender, Sent, TryLater
from config.clock import utc_now
from storage.messages import Delivery
from storage.outbox import OutboxKind, OutboxRow
from storage.store import Storage

_log = logging.getLogger(__name__)

MayLeave: TypeAlias = Callable[[OutboxRow], Awaitable[datetime | str | None]]
RecordDelivery: TypeAlias = Callable[[str, str, str, Delivery], Awaitable[None]]  # `Hub.record_delivery`

_AT_ONCE = 20  # rows under way
_LOOK_BACK = timedelta(days=1)  # how old a text may be and still hold back the next
_HOLD = timedelta(seconds=1)
_LONGEST_GOODBYE = 15.0  # seconds


async def _leaves(row: OutboxRow) -> datetime | str | None:  # noqa: ARG001  # it is others that look at it
    return None


class OutboxWorker:
    """One per process that delivers; several share the rows by claiming them. `bell` is set when a row was added;
    `may_leave` is asked of each row: None, or a moment before which it may not, or why it never may.
    """

    def __init__(
        self,
        store: Storage,
        senders: Mapping[OutboxKind, Sender],
        record_delivery: RecordDelivery,
        *,
        bell: asyncio.Event,
        mail_sender: str,
        poll_seconds: float = 1.0,
        clock: Callable[[], datetime] = utc_now,
        may_leave: MayLeave = _leaves,
    ) -> None:
        self._store = store
        self._senders = senders
        self._record_delivery = record_delivery
        self._bell = bell
        self._mail_sender = mail_sender
        self._poll_seconds = poll_seconds
        self._clock = clock
        self._may_leave = may_leave
        self._lines: dict[tuple[str, str], asyncio.Task[None]] = {}  # the last task of each person
        self._under_way: set[asyncio.Task[None]] = set()
        self._more = False  # there may be more rows due than there was room for
        self._closing = False
        self._look_for_late_at = clock()

    async def run(self) -> None:
        """Deliver until cancelled; what is under way then is finished first."""
        try:
            while True:
                self._bell.clear()
                try:
                    await self._start_due()
                except Exception:  # noqa: BLE001  # the worker outlives whatever it is
                    _log.exception("the outbox could not be read; it is tried again")
                await self._pause()
        finally:
            await self._finish()

    async def deliver_due(self) -> int:
        """Deliver what is due now; returns when that is over. How many rows were taken up."""
        taken = await self._start_due()
        await asyncio.gather(*self._under_way)
        return taken

    async def _start_due(self) -> int:
        now = self._clock()
        if self._look_for_late_at <= now:
            self._look_for_late_at = now + timedelta(seconds=self._poll_seconds)
            for row in await self._store.outbox.fail_late(now):
                await self._report(row)
        room = _AT_ONCE - len(self._under_way)
        rows = await self._store.outbox.claim_due(now, room) if room > 0 else []
        self._more = len(rows) >= room
        for row in rows:
            self._start(row)
        return len(rows)

    def _start(self, row: OutboxRow) -> None:
        person = (row.shop, row.to)
        task = asyncio.create_task(self._deliver_after(self._lines.get(person), row))
        self._lines[person] = task
        self._under_way.add(task)
        task.add_done_callback(lambda done: self._ended(person, done))

    def _ended(self, person: tuple[str, str], task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        if self._lines.get(person) is task:
            del self._lines[person]
        if self._more:
            self._bell.set()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._bell.wait(), self._poll_seconds)

    async def _finish(self) -> None:
        self._closing = True
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=_LONGEST_GOODBYE)
        for task in late:
            task.cancel()  # its row's claim runs out, and whoever claims it next looks before sending
        await asyncio.gather(*late, return_exceptions=True)

    async def _deliver_after(self, before: "asyncio.Task[None] | None", row: OutboxRow) -> None:
        if before is not None:
            await asyncio.wait([before])
        try:
            await self._deliver(row)
        except Exception:  # noqa: BLE001  # one row that cannot be delivered holds up no other
            _log.exception("outbox row %s: delivering it failed; it is tried again", row.id)

    async def _deliver(self, row: OutboxRow) -> None:
        outbox, now = self._store.outbox, self._clock()
        if row.next_at <= now:  # it stood in line until its claim ran out: it is another's by now
            return
        if self._closing:
            await outbox.put_back(row, now)
            return
        if row.kind != "push" and await self._comes_after_another(row, now):
            await outbox.put_back(row, now + _HOLD)
            return
        verdict = await self._may_leave(row)
        if isinstance(verdict, datetime):
            await outbox.put_back(row, verdict)
            return
        if verdict is not None:
            await self._give_up(row, verdict)
            return
        sender, problem = await self._sender_of(row)
        if problem is not None:
            await self._give_up(row, problem)
            return
        await self._hand_over(replace(row, sender=sender))

    async def _hand_over(self, row: OutboxRow) -> None:
        outbox, carrier = self._store.outbox, self._senders[row.kind]
        try:
            sent = (await carrier.find_sent(row) if row.uncertain else None) or await carrier.send(row)
        except Refused as error:
            if error.opted_out:
                await self._store.consents.stop(row.shop, row.to, utc_now(), "carrier")
            await self._give_up(row, OPTED_OUT if error.opted_out else error.code)
        except TryLater as error:
            await self._report(await outbox.mark_retry(row, error.code, uncertain=row.uncertain, after=error.after))
        except OutcomeUnknown as error:
            await self._report(await outbox.mark_retry(row, error.code, uncertain=True))
        else:
            await self._report(await self._mark_sent(row, sent))

    async def _mark_sent(self, row: OutboxRow, sent: Sent) -> OutboxRow:
        marked = await self._store.outbox.mark_sent(row, sent.provider_id)
        if sent.state == "delivered":
            return await self._store.outbox.record_status(sent.provider_id, "delivered") or marked
        return marked

    async def _give_up(self, row: OutboxRow, error: str) -> None:
        await self._report(await self._store.outbox.mark_failed(row, error))

    async def _report(self, row: OutboxRow) -> None:
        """Say what came of it, on the message that it carries."""
        if row.state == "failed":
            _log.warning("outbox row %s: %s for shop %s was not delivered: %s", row.id, row.kind, row.shop, row.error)
        if row.state != "queued" and row.conversation and row.message_id:
            delivery = Delivery(state=row.state, error=row.error)
            await self._record_delivery(row.shop, row.conversation, row.message_id, delivery)

    async def _comes_after_another(self, row: OutboxRow, now: datetime) -> bool:
        """Whether an older text to the same person has still to leave."""
        rows = await self._store.outbox.list_to(row.shop, row.to, now - _LOOK_BACK)
        mine = (row.created_at, row.id)
        return any(other.state == "queued" and (other.created_at, other.id) < mine for other in rows)

    async def _sender_of(self, row: OutboxRow) -> tuple[str | None, str | None]:
        """From whom it goes, and why it cannot go, if so."""
        if row.kind == "email":
            return row.sender or self._mail_sender, None
        if row.kind == "push":
            return row.sender, None
        consents = self._store.consents
        if await consents.is_stopped(row.shop, row.to):
            confirms = row.purpose == "opt_out" and await consents.is_last_word(row.shop, row.to)
            if not confirms:
                return None, OPTED_OUT
        shop = await self._store.shops.find(row.shop) if row.sender is None else None
        sender = row.sender or (shop.sms_number if shop is not None else None)
        return sender, None if sender else "no_sms_number"
