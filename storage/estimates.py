"""Estimates, and what the client decided on them, line by line."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import ClassVar, Literal

from pymongo import ASCENDING, IndexModel

from storage.codec import Document, encode
from storage.invoices import LineKind
from storage.records import NotFound, Records
from storage.search_words import all_words, number_words

Decision = Literal["approved", "declined", "call_me"]
EstimateStatus = Literal["waiting", "approved", "partly", "declined", "expired"]

_TRIES = 20
_FORGOTTEN = timedelta(days=180)  # one that nobody answered for so long is no news on a first page


class EstimateChanged(Exception):
    """Its lines or prices are not those that the client was shown: show it again."""

    code = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLine:
    """One line, `amount` in cents.

    A decision with `decided_at` is the client's own and holds against imports; `conflict` is what an import says
    otherwise, for staff to see.
    """

    id: str
    description: str
    kind: LineKind
    amount: int
    decision: Decision | None = None
    decided_at: datetime | None = None
    conflict: Decision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One estimate, `total` in cents."""

    id: str
    shop: str
    external_id: str
    number: str
    client_id: str
    issued_on: date
    total: int
    status: EstimateStatus
    vehicle_id: str | None = None
    valid_until: date | None = None
    lines: tuple[EstimateLine, ...] = ()

    @property
    def decided_by_client(self) -> bool:
        """Whether the client decided on any line here."""
        return any(line.decided_at is not None for line in self.lines)

    @property
    def in_conflict(self) -> bool:
        """Whether the shop's software says otherwise than the client: flagged to staff."""
        return any(line.conflict is not None for line in self.lines)

    def state_on(self, today: date) -> EstimateStatus:
        """The status, with a waiting one expired once `valid_until` is past (`today` in the shop's zone)."""
        if self.status == "waiting" and self.valid_until is not None and self.valid_until < today:
            return "expired"
        return self.status

    @property
    def work(self) -> tuple[EstimateLine, ...]:
        """The lines that are decided on: labor and parts, with which tax, fees and discounts go; all where none is."""
        return work_of(self.lines)

    @property
    def content_mark(self) -> str:
        """Eight hex digits for lines and prices as they are: an import may change them while they are decided on."""
        content = repr((self.total, [(line.id, line.description, line.kind, line.amount) for line in self.lines]))
        return hashlib.blake2b(content.encode(), digest_size=4).hexdigest()

    def holds(self, decisions: Mapping[str, str]) -> bool:
        """Whether the client has decided just so already: what is sent twice is done."""
        own = {line.id: line.decision for line in self.lines if line.decided_at is not None}
        return all(own.get(line_id) == decision for line_id, decision in decisions.items())

    def open_on(self, today: date) -> tuple[EstimateLine, ...]:
        """What the client may still decide on (`today` in the shop's zone): undecided, or to be called about first."""
        is_late = self.valid_until is not None and self.valid_until < today
        if is_late or self.status not in ("waiting", "partly"):
            return ()
        return tuple(line for line in self.work if line.decision in (None, "call_me"))

    def sum_of(self, line_ids: Collection[str]) -> int:
        """What these lines of work come to, in cents: the estimate's own total for all of them, else their amounts."""
        chosen = [line for line in self.work if line.id in line_ids]
        return self.total if len(chosen) == len(self.work) else sum(line.amount for line in chosen)

    def most_for(self, line_ids: Collection[str]) -> int:
        """The most, in cents, that approving these makes of the estimate: with what is approved, all tax and fees."""
        approved = {line.id for line in self.work if line.decision == "approved"} | set(line_ids)
        if len(approved) >= len(self.work):
            return self.total
        beside = sum(line.amount for line in self.lines if line.kind in ("tax", "fee"))
        return self.sum_of(approved) + beside if approved else 0


INDEXES = [IndexModel([("shop", ASCENDING), ("client_id", ASCENDING), ("issued_on", ASCENDING)], name="by_client_day")]


class Estimates(Records[Estimate]):
    """The estimates of all shops."""

    kind: ClassVar[str] = "estimate"
    name: ClassVar[str] = "estimates"
    model: ClassVar[type[Estimate]] = Estimate
    order: ClassVar[tuple[str, ...]] = ("issued_on", "number")

    def words(self, document: Document) -> Sequence[str]:
        """Its number."""
        return all_words(number_words(document["number"]))

    async def list_waiting(self, shop: str, client_id: str, today: date) -> list[Estimate]:
        """Those that the client may still answer, newest first; forgotten ones are left out (`_FORGOTTEN`)."""
        since = {"$gte": (today - _FORGOTTEN).isoformat()}
        found = await self._listed({"shop": shop, "client_id": client_id, "issued_on": since})
        return [estimate for estimate in found if estimate.open_on(today)]

    async def decide(
        self,
        shop: str,
        estimate_id: str,
        decisions: Mapping[str, Decision],
        at: datetime,
        seen: str | None = None,
    ) -> Estimate:
        """Write down the client's decisions (line id → decision); the status follows. Said twice, it is the same.

        `seen` is the `content_mark` of what the client was shown. Raises `NotFound` for an estimate or a line that is
        not there, and `EstimateChanged` where lines or prices are others than those by now.
        """
        for _ in range(_TRIES):
            before = await self.get(shop, estimate_id)
            missing = set(decisions) - {line.id for line in before.lines}
            if missing:
                raise NotFound("estimate line", min(missing))
            after = decided(before, decisions, at)
            if after == before:
                return before
            if seen not in (None, before.content_mark):
                raise EstimateChanged(estimate_id)
            result = await self._collection.update_one(
                {
                    "_id": estimate_id,
                    "shop": shop,
                    "status": before.status,
                    "total": before.total,
                    "lines": encode(before.lines),
                },
                {"$set": {"status": after.status, "lines": encode(after.lines)}},
            )
            if result.modified_count:
                return after
        raise RuntimeError(f"estimate {estimate_id} kept changing")


def decided(estimate: Estimate, decisions: Mapping[str, Decision], at: datetime) -> Estimate:
    """The estimate after the client's decisions."""
    lines = tuple(
        replace(line, decision=decisions[line.id], decided_at=at, conflict=None)
        if line.id in decisions and (line.decided_at is None or line.decision != decisions[line.id])
        else line
        for line in estimate.lines
    )
    if lines == estimate.lines:
        return estimate
    return replace(estimate, lines=lines, status=status_of(lines))


def work_of(lines: Sequence[EstimateLine]) -> tuple[EstimateLine, ...]:
    """The lines of labor and parts; all where none is."""
    return tuple(line for line in lines if line.kind in ("labor", "part")) or tuple(lines)


def status_of(lines: Sequence[EstimateLine]) -> EstimateStatus:
    """The status that the lines' decisions add up to. Lines of tax, fee and discount go with the work."""
    work = [line.decision for line in work_of(lines)]
    if work and all(decision == "approved" for decision in work):
        return "approved"
    if work and all(decision == "declined" for decision in work):
        return "declined"
    return "partly" if "approved" in work else "waiting"


def merge_import(stored: Estimate, imported: Estimate) -> Estimate:
    """The imported estimate with the client's own decisions kept; what the import says otherwise stands beside them."""
    if not stored.decided_by_client:
        return imported
    own = {line.id: line for line in stored.lines if line.decided_at is not None}
    lines = tuple(_merge_line(own.get(line.id), line) for line in imported.lines)
    if not any(line.decided_at for line in lines):
        return imported
    return replace(imported, lines=lines, status=status_of(lines))


def _merge_line(own: EstimateLine | None, line: EstimateLine) -> EstimateLine:
    if own is None:
        return line
    conflict = line.decision if line.decision not in (None, own.decision) else None
    return replace(line, decision=own.decision, decided_at=own.decided_at, conflict=conflict)
