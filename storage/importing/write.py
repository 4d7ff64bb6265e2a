"""The second reading: what was found good is written, in bulk, and only where it says something new."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from config.clock import utc_now
from storage.codec import Document, encode
from storage.ids import record_id
from storage.importing.account import Account, Flag, Outcome, Refusal
from storage.importing.announcing import Announcing
from storage.importing.check import (
    Checked,
    Place,
    Problem,
    Progress,
    lines_of,
    mark_of,
    parse_line,
    repositories,
    setting_of,
)
from storage.importing.merge import MERGES
from storage.importing.photos import let_go_of_photos, mark_with_photos, say_missing, take_photos
from storage.importing.reader import UnreadableFile
from storage.importing.schema import (
    RECORDS,
    REFERENCES,
    EstimateRecord,
    InspectionRecord,
    InvoiceRecord,
    Record,
    RecordType,
    VisitRecord,
)
from storage.records import MARK, Known
from storage.shops import Shop
from storage.store import Storage
from storage.visits import ImportedVisit

_CHUNK = 500
_VISIT_CHUNK = 5000
_REFRESHED = 200  # accounts that are made anew at once; more are when they are looked at


def document_of(shop: str, record: Record, mark: str) -> Document:
    """The document of an imported record, as the codec would write it."""
    content = encode(record.model_dump(exclude_none=True))
    for name, kind in REFERENCES.items():
        if name in content:
            content[f"{name}_id"] = record_id(shop, kind, content.pop(name))
    if "phones" in content:
        content["phones"] = list(dict.fromkeys(content["phones"]))
    return {"_id": record_id(shop, record.kind, record.external_id), "shop": shop, **content, MARK: mark}


class Writer:
    """Writes the good lines of one shop's files and counts what became of them. A trial run only counts."""

    def __init__(self, store: Storage, shop: Shop, files: Sequence[Path], account: Account, *, dry_run: bool) -> None:
        self._store = store
        self._shop = shop
        self._files = files
        self._account = account
        self._dry_run = dry_run
        self._repositories = repositories(store)
        self._announcing = Announcing(store, shop)
        self._known: dict[RecordType, dict[str, Known]] = {kind: {} for kind in RECORDS}
        self._pending: dict[RecordType, dict[str, tuple[Place, Record, Document]]] = {kind: {} for kind in RECORDS}

    async def write(self, checked: Checked, progress: Progress) -> None:
        """Read the files again and write every line that was not refused."""
        for kind, rows in checked.rows.items():
            if rows:
                self._known[kind] = await self._repositories[kind].known(
                    self._shop.slug, {row.id for row in rows if row.place not in checked.refused}
                )
        checked.rows.clear()
        async with self._store.account_marks.writing() as writing:  # each client's account is marked once
            await self._take_all(checked, progress)
        if len(writing.clients) <= _REFRESHED:
            await self._store.account_summaries.refresh(sorted(writing.clients))

    async def _take_all(self, checked: Checked, progress: Progress) -> None:
        setting = setting_of(self._shop)
        async for place, line in lines_of(self._files, progress):
            if place in checked.refused:
                continue
            try:
                record = parse_line(line, setting)
            except Problem as problem:
                raise UnreadableFile(
                    f"{self._files[place[0]]} was changed while it was read: import it again"
                ) from problem
            if record is not None:
                await self._take(place, record)
        for kind in RECORDS:
            await self._flush(kind)

    async def _take(self, place: Place, record: Record) -> None:
        kind = record.kind
        mark = mark_of(record)
        if isinstance(record, InspectionRecord):
            mark = mark_with_photos(mark, record, self._files[place[0]].parent)
        document = document_of(self._shop.slug, record, mark)
        if document["_id"] in self._pending[kind]:
            await self._flush(kind)  # the later line is compared with what the earlier one left
        known = self._known[kind].get(document["_id"])
        if known is not None and known.mark == mark:
            self._account.count(kind, "unchanged")
            return
        self._flag(place, record)
        pending = self._pending[kind]
        pending[document["_id"]] = (place, record, document)
        if len(pending) >= (_VISIT_CHUNK if kind == "visit" else _CHUNK):
            await self._flush(kind)

    async def _flush(self, kind: RecordType) -> None:
        pending = self._pending[kind]
        if not pending:
            return
        self._pending[kind] = {}
        known = self._known[kind]
        if kind == "visit" and not self._dry_run:
            await self._put_visits(pending)
        else:
            new = [document for one, (_, _, document) in pending.items() if one not in known]
            old = {one: document for one, (_, _, document) in pending.items() if one in known}
            if kind == "inspection":
                await self._put_inspections(pending, new, old)
            else:
                await self._put(kind, new, old)
        for one, (_, _, document) in pending.items():
            known[one] = Known(document[MARK], document.get("client_id"))

    async def _put(self, kind: RecordType, new: list[Document], old: dict[str, Document]) -> None:
        repository = self._repositories[kind]
        merge = MERGES.get(kind)
        before: Mapping[str, Document] = {}
        if merge is not None:
            merged = await merge(repository, self._shop.slug, new, old, utc_now())
            new, old, before = merged.new, merged.changed, merged.before
            self._count(kind, "unchanged", merged.same)
        self._count(kind, "created", len(new))
        self._count(kind, "changed", len(old))
        if self._dry_run:
            return
        await self._announcing.take(kind, [*new, *old.values()], before)
        await repository.insert_documents(new)
        await repository.replace_documents(list(old.values()))

    async def _put_inspections(
        self, pending: dict[str, tuple[Place, Record, Document]], new: list[Document], old: dict[str, Document]
    ) -> None:
        """Take in their photos first; what they had and have no longer is let go of when they are written."""
        stored = await self._repositories["inspection"].documents(self._shop.slug, old.keys())
        for one, (place, _, document) in pending.items():
            folder = self._files[place[0]].parent
            if self._dry_run:
                problems = say_missing(document, folder)
            else:
                problems = await take_photos(self._store, document, stored.get(one), folder)
            for text in problems:
                self._account.flags.append(
                    Flag(file=str(self._files[place[0]]), line=place[1], type="inspection", text=text)
                )
        changed = {one: now for one, now in old.items() if now != {**stored.get(one, {}), MARK: now[MARK]}}
        self._count("inspection", "unchanged", len(old) - len(changed))
        await self._put("inspection", new, changed)
        for one, document in changed.items() if not self._dry_run else ():
            await let_go_of_photos(self._store, self._shop.slug, stored.get(one, {}), document)

    async def _put_visits(self, pending: dict[str, tuple[Place, Record, Document]]) -> None:
        places = [place for place, _, _ in pending.values()]
        visits = [_visit_of(record, document) for _, record, document in pending.values()]
        outcomes = await self._store.visits.put_all_imported(self._shop, visits, self._announcing.visit)
        for place, outcome in zip(places, outcomes, strict=True):
            if isinstance(outcome, Exception):
                self._account.refuse(
                    Refusal(file=str(self._files[place[0]]), line=place[1], type="visit", field="", reason=str(outcome))
                )
            else:
                self._account.count("visit", outcome)

    def _count(self, kind: RecordType, outcome: Outcome, times: int) -> None:
        for _ in range(times):
            self._account.count(kind, outcome)

    def _flag(self, place: Place, record: Record) -> None:
        if not isinstance(record, InvoiceRecord | EstimateRecord):
            return
        if record.lines and sum(line.amount for line in record.lines) != record.total:
            text = f"{record.number}: the lines do not add up to the total"
            self._account.flags.append(
                Flag(file=str(self._files[place[0]]), line=place[1], type=record.kind, text=text)
            )


def _visit_of(record: Record, document: Document) -> ImportedVisit:
    assert isinstance(record, VisitRecord)
    return ImportedVisit(
        external_id=record.external_id,
        client_id=document["client_id"],
        vehicle_id=document.get("vehicle_id"),
        starts_at=record.starts_at,
        minutes=record.minutes,
        status=record.status,
        services=tuple(record.services),
        note=record.note or "",
        pitline_id=record.pitline_id,
        updated_at=record.updated_at,
        mark=document[MARK],
    )
