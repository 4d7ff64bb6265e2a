"""Visits that the shop's own software knows, taken in.

Who wrote last counts, by `updated_at`. A line that is the same as the last time says nothing new, so that a nightly
file does not bring back what was cancelled here since. A visit booked here has our id; the shop's software claims it by
naming that as `pitline_id`, and from then on it is one visit under both ids. Each visit is put into a free bay where
there is one, and is kept unplaced where there is none.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.ids import record_id
from storage.mongo import in_chunks
from storage.openings import Occupancy, known_minutes
from storage.records import MARK, NotFound
from storage.shops import Shop
from storage.visit import ACTIVE, EDGE, Visit, VisitChanged, VisitConflict, VisitStatus, later_than, not_placed, placed
from storage.visit_records import VisitRecords

Outcome = Literal["created", "changed", "unchanged"]
Announce: TypeAlias = Callable[[Visit, Visit], Awaitable[None]]  # before, after

_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedVisit:
    """One line of type `visit`, read and checked. `mark` is the hash of the line; `updated_at` when it says so."""

    external_id: str
    client_id: str
    starts_at: datetime
    status: VisitStatus
    mark: str
    services: tuple[str, ...] = ()
    minutes: int | None = None  # None: what its services take
    vehicle_id: str | None = None
    note: str = ""
    pitline_id: str | None = None
    updated_at: datetime | None = None


class VisitImport:
    """Takes in visits of one shop."""

    def __init__(self, visits: VisitRecords, shop: Shop, announce: Announce | None = None) -> None:
        self._visits = visits
        self._shop = shop
        self._announce = announce

    async def put_many(self, records: Sequence[ImportedVisit]) -> list[Outcome | NotFound | VisitConflict]:
        """Take in many, in order: for each what became of it, or why it was refused (see `put`).

        Those that are new and over already hold no bay; they go in together.
        """
        outcomes: list[Outcome | NotFound | VisitConflict] = []
        for chunk in in_chunks(records, 5000):
            quick = await self._put_new_and_over(chunk)
            for record in chunk:
                try:
                    outcomes.append(quick.get(record.external_id) or await self.put(record))
                except (NotFound, VisitConflict) as error:
                    outcomes.append(error)
        return outcomes

    async def put(self, record: ImportedVisit) -> Outcome:
        """Take in one visit.

        Raises `NotFound` for a `pitline_id` that is no visit of this shop, and `VisitConflict` where that visit, or
        this `external_id`, already belongs to another.
        """
        for _ in range(_TRIES):
            seen = await self._known(record)
            try:
                return await self._create(record) if seen is None else await self._change(seen, record)
            except (DuplicateKeyError, VisitChanged):
                continue  # somebody took the bay, made the visit or changed it: look again
        raise VisitConflict("the visit kept changing while it was taken in")

    async def _known(self, record: ImportedVisit) -> Visit | None:
        shop = self._shop.slug
        seen = await self._visits.find_by_external_id(shop, record.external_id)
        if record.pitline_id is None:
            return seen
        claimed = await self._visits.get(shop, record.pitline_id)
        if claimed.external_id not in (None, record.external_id):
            raise VisitConflict("pitline_id names a visit that has another external_id")
        if seen is not None and seen.id != claimed.id:
            raise VisitConflict("external_id is that of another visit than pitline_id")
        return claimed

    async def _create(self, record: ImportedVisit) -> Outcome:
        await self._visits.insert(await self._in_a_bay(self._new(record)), {MARK: record.mark})
        return "created"

    async def _change(self, seen: Visit, record: ImportedVisit) -> Outcome:
        stored = await self._visits.known(self._shop.slug, [seen.id])
        if seen.id in stored and stored[seen.id].mark == record.mark and seen.external_id is not None:
            return "unchanged"
        written_at = record.updated_at or later_than(seen.updated_at)
        changed = replace(seen, external_id=record.external_id)
        if written_at > seen.updated_at:
            changed = await self._with(record, changed)
        same = changed == seen
        if not same and written_at > seen.updated_at:
            changed = replace(changed, updated_at=written_at, changed_by="shop")
            if self._announce is not None:
                await self._announce(seen, changed)
        await self._visits.replace(seen, changed, {MARK: record.mark})
        return "unchanged" if same else "changed"

    async def _with(self, record: ImportedVisit, seen: Visit) -> Visit:
        new = self._new(record)
        changed = replace(
            seen,
            client_id=new.client_id,
            vehicle_id=new.vehicle_id,
            services=new.services,
            starts_at=new.starts_at,
            minutes=new.minutes,
            status=new.status,
            note=new.note,
            contact=None,
        )
        if not changed.active:
            return replace(changed, holds_bay=False, quarters=())
        stays = seen.holds_bay and (seen.starts_at, seen.minutes) == (changed.starts_at, changed.minutes)
        return changed if stays else await self._in_a_bay(changed)

    async def _in_a_bay(self, visit: Visit) -> Visit:
        if not visit.active:
            return visit
        around = await self._visits.list_between(self._shop.slug, visit.starts_at - EDGE, visit.ends_at + EDGE)
        others = [other for other in around if other.id != visit.id and not other.unplaced]
        free = Occupancy(self._shop.bays, others).free_bays(visit.starts_at, visit.minutes)
        if not free:
            return not_placed(visit)
        return placed(visit, visit.bay if visit.bay in free else free[0])

    def _new(self, record: ImportedVisit) -> Visit:
        now = utc_now()
        return Visit(
            id=record_id(self._shop.slug, "visit", record.external_id),
            shop=self._shop.slug,
            external_id=record.external_id,
            client_id=record.client_id,
            vehicle_id=record.vehicle_id,
            services=record.services,
            starts_at=record.starts_at.astimezone(UTC),
            minutes=record.minutes or known_minutes(self._shop, record.services),
            status=record.status,
            source="import",
            note=record.note,
            created_at=now,
            updated_at=record.updated_at or now,
        )

    async def _put_new_and_over(self, records: Sequence[ImportedVisit]) -> dict[str, Outcome]:
        shop = self._shop.slug
        often = Counter(record.external_id for record in records)
        once = [record for record in records if often[record.external_id] == 1]
        ids = {record_id(shop, "visit", record.external_id): record for record in once}
        stored = await self._visits.known(shop, ids)
        done: dict[str, Outcome] = {
            ids[known].external_id: "unchanged" for known, found in stored.items() if found.mark == ids[known].mark
        }
        fresh = [
            record
            for known, record in ids.items()
            if known not in stored and record.pitline_id is None and record.status not in ACTIVE
        ]
        refused = await self._visits.insert_new([(self._new(record), {MARK: record.mark}) for record in fresh])
        return done | {record.external_id: "created" for at, record in enumerate(fresh) if at not in refused}
