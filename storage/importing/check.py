"""The first reading of a shop's files: every line checked, every reference followed, nothing written.

What is kept of a line is its id and what it refers to, so that a large file does not fill the memory; the second
reading (`storage.importing.write`) reads the lines again.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from storage.ids import record_id
from storage.importing.account import Account, Refusal
from storage.importing.fields import Setting
from storage.importing.reader import Line, read_lines
from storage.importing.schema import RECORDS, REFERENCES, TYPES, Record, RecordType, StaffRecord, VisitRecord
from storage.records import Records
from storage.shops import Shop
from storage.staff import Staff
from storage.store import Storage

Place = tuple[int, int]  # (number of the file, number of the line)
Progress = Callable[[int], None]  # lines read since the last call

_BREATH = 500  # lines between two pauses that let others run


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of a line: where it stands, its id, the client it belongs to, and what it refers to."""

    place: Place
    id: str
    client_id: str | None
    references: tuple[tuple[str, RecordType, str, str], ...]  # (field, type, id, external_id)


@dataclass(slots=True)
class Checked:
    """What the first reading found. `refused` are the places of lines that the second one skips."""

    rows: dict[RecordType, list[Row]] = field(default_factory=lambda: {kind: [] for kind in TYPES})
    refused: set[Place] = field(default_factory=set)


class Problem(Exception):
    """A line cannot be taken: the field at fault ("" for the line as a whole) and why."""

    def __init__(self, type_: str, field_: str, reason: str) -> None:
        super().__init__(f"{field_}: {reason}")
        self.type = type_
        self.field = field_
        self.reason = reason


def repositories(store: Storage) -> dict[RecordType, Records[Any]]:
    """The repository of each type that stands in files, the shop itself left out."""
    every: tuple[Records[Any], ...] = (
        store.staff,
        store.clients,
        store.vehicles,
        store.invoices,
        store.estimates,
        store.work_orders,
        store.inspections,
        store.service_records,
        store.reminders,
        store.visits,
        store.payments,
    )
    found = {repository.kind: repository for repository in every}
    return {kind: found[kind] for kind in RECORDS}


def setting_of(shop: Shop) -> Setting:
    """Where the shop's records are from."""
    return Setting(shop.address.country, shop.zone)


def mark_of(record: Record) -> str:
    """What tells a record from any other content: the same line, however it is written, has the same mark."""
    return hashlib.blake2b(record.model_dump_json().encode(), digest_size=16).hexdigest()


def parse_line(line: Line, setting: Setting) -> Record | None:
    """The record of a line; None for the shop's own line, which is read apart. Raises `Problem`."""
    kind = line.fields.get("type")
    if line.problem:
        raise Problem(line.kind, line.field, line.problem)
    if kind == "shop":
        return None
    model = next((RECORDS[known] for known in RECORDS if known == kind), None)
    if model is None:
        raise Problem("", "type", "is missing" if kind is None else f"is none of {', '.join(TYPES)}")
    try:
        fields = {name: content for name, content in line.fields.items() if name != "type"}
        return model.model_validate(fields, context=setting)
    except ValidationError as error:
        raise problem_of(model.kind, error) from error


def problem_of(kind: str, error: ValidationError) -> Problem:
    """The first thing that is wrong with a record, the other fields named beside it."""
    details = error.errors(include_url=False, include_context=False, include_input=False)
    names = list(dict.fromkeys(_name(detail) for detail in details))
    also = f" (also wrong: {', '.join(names[1:6])})" if len(names) > 1 else ""
    return Problem(kind, names[0], _reason(kind, details[0]) + also)


def _name(detail: ErrorDetails) -> str:
    return ".".join(str(part) for part in detail["loc"]).encode("utf-8", "replace").decode()[:100]


def _reason(kind: str, detail: ErrorDetails) -> str:
    if detail["type"] == "extra_forbidden":
        return f"is not a field of {kind}"
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] in ("too_short", "string_too_short"):
        return "is empty"
    message = detail["msg"].removeprefix("Value error, ")
    return message[0].lower() + message[1:]


async def lines_of(files: Sequence[Path], progress: Progress) -> AsyncIterator[tuple[Place, Line]]:
    """All lines of the files, pausing now and then so that others may run."""
    for number, path in enumerate(files):
        lines: Iterator[Line] = read_lines(path)
        for count, line in enumerate(lines, start=1):
            yield (number, line.number), line
            if count % _BREATH == 0:
                progress(_BREATH)
                await asyncio.sleep(0)


async def check_files(
    store: Storage, shop: Shop, files: Sequence[Path], account: Account, progress: Progress
) -> Checked:
    """Read all files of one shop and find out which lines cannot be taken; those go into the account."""
    checked = Checked()
    setting = setting_of(shop)
    staff = _StaffCheck(await store.staff.list(shop.slug))

    def refuse(place: Place, problem: Problem) -> None:
        checked.refused.add(place)
        account.refuse(
            Refusal(
                file=str(files[place[0]]),
                line=place[1],
                type=problem.type,
                field=problem.field,
                reason=problem.reason,
            )
        )

    async for place, line in lines_of(files, progress):
        try:
            record = parse_line(line, setting)
            if isinstance(record, StaffRecord):
                staff.check(record)
            if isinstance(record, VisitRecord) and record.pitline_id is not None:
                await _check_claim(store, shop.slug, record)
        except Problem as problem:
            refuse(place, problem)
            continue
        if record is not None:
            checked.rows[record.kind].append(_row(shop.slug, place, record))
    await _follow(store, shop.slug, checked, refuse)
    return checked


def _row(shop: str, place: Place, record: Record) -> Row:
    references = []
    for name, kind in REFERENCES.items():
        external_id = getattr(record, name, None)
        if external_id is not None:
            references.append((name, kind, record_id(shop, kind, external_id), external_id))
    client = next((target for name, _, target, _ in references if name == "client"), None)
    return Row(place, record_id(shop, record.kind, record.external_id), client, tuple(references))


async def _follow(store: Storage, shop: str, checked: Checked, refuse: Callable[[Place, Problem], None]) -> None:
    """Refuse what refers to nothing, in the order of the types, so that what hung on a refused line is refused too."""
    repository = repositories(store)
    targets: dict[RecordType, dict[str, str | None]] = {"client": {}, "vehicle": {}, "invoice": {}}
    for kind in targets:
        every = (reference for rows in checked.rows.values() for row in rows for reference in row.references)
        named = {target for _, to, target, _ in every if to == kind}
        stored = await repository[kind].known(shop, named)
        targets[kind] = {record: known.client_id for record, known in stored.items()}
    for kind in RECORDS:
        for row in checked.rows[kind]:
            problem = _dangling(kind, row, targets)
            if problem is not None:
                refuse(row.place, problem)
            elif kind in targets:
                targets[kind][row.id] = row.client_id


def _dangling(kind: RecordType, row: Row, targets: dict[RecordType, dict[str, str | None]]) -> Problem | None:
    for name, to, target, external_id in row.references:
        if target not in targets[to]:
            return Problem(kind, name, f"there is no {to} {external_id!r}")
        if kind == "payment" and to == "invoice" and targets[to][target] != row.client_id:
            return Problem(kind, name, f"invoice {external_id!r} is another client's")
    return None


async def _check_claim(store: Storage, shop: str, record: VisitRecord) -> None:
    claimed = await store.visits.find(shop, record.pitline_id or "")
    if claimed is None:
        raise Problem("visit", "pitline_id", f"there is no visit {record.pitline_id!r}")
    if claimed.external_id not in (None, record.external_id):
        raise Problem("visit", "pitline_id", "that visit has another external_id already")


class _StaffCheck:
    """One e-mail address, one person: in the file and in the shop."""

    def __init__(self, known: Sequence[Staff]) -> None:
        self._owner = {staff.email: staff.external_id for staff in known}
        # Who was made by hand is known by their address; the shop's software may take them over.
        self._open = {staff.email for staff in known if staff.external_id == staff.email}

    def check(self, record: StaffRecord) -> None:
        owner = self._owner.get(record.email)
        if owner not in (None, record.external_id) and record.email not in self._open:
            raise Problem("staff", "email", f"is that of {owner!r} already")
        self._owner[record.email] = record.external_id
        self._open.discard(record.email)
