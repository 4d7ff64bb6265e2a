"""Who owns what, when the shop's software and Pitline both write: the table of `docs/records.md`, type by type.

A merge gets the new documents and those that replace stored ones, and hands back what to insert, what to replace,
and how many of them turn out to say nothing new.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage.clients import Client
from storage.codec import Document, encode, from_document, to_document
from storage.estimates import Estimate, merge_import
from storage.records import MARK, Records
from storage.shops import Address, Shop
from storage.vehicles import Vehicle
from storage.work_orders import StatusMoment, WorkOrder


@dataclass(frozen=True, slots=True)
class Merged:
    """What to insert, what to replace, how many say nothing new, and what is stored of those that are replaced."""

    new: list[Document]
    changed: dict[str, Document]
    same: int
    before: Mapping[str, Document]


Merge = Callable[[Records[Any], str, list[Document], dict[str, Document], datetime], Awaitable[Merged]]


def merge_shop(stored: Shop | None, imported: Shop) -> Shop:
    """The imported shop, with what staff changed here (its hours, say) kept."""
    if stored is None or not stored.set_by_staff:
        return imported
    kept: dict[str, Any] = {name: getattr(stored, name) for name in stored.set_by_staff}
    return replace(imported, **kept, set_by_staff=stored.set_by_staff)


def merge_client(stored: Client, imported: Client, now: datetime) -> Client:
    """The imported client, with what staff and the client decided here kept."""
    kept = _kept(stored, imported, now)
    if stored.portal.set_by_staff:
        kept["portal"] = stored.portal
    if imported.language is None:
        kept["language"] = stored.language
    return replace(imported, **kept)


def merge_vehicle(stored: Vehicle, imported: Vehicle, now: datetime) -> Vehicle:
    """The imported vehicle, with the plate that the client had changed here."""
    return replace(imported, **_kept(stored, imported, now))


def _kept(stored: Client | Vehicle, imported: Client | Vehicle, now: datetime) -> dict[str, Any]:
    """What of the stored one holds still, and the holds themselves."""
    holds = [one for one in stored.held if one.until > now]
    holds = [one for one in holds if _plain(getattr(imported, one.field)) != _plain(getattr(stored, one.field))]
    return {**{one.field: getattr(stored, one.field) for one in holds}, "held": tuple(holds)}


def _plain(value: object) -> object:
    """An address as its line: what a client wrote in one is the same in several fields."""
    return "".join(filter(str.isalnum, value.one_line.casefold())) if isinstance(value, Address) else value


def merge_work_order(stored: WorkOrder, imported: WorkOrder, now: datetime) -> WorkOrder:
    """The imported work order. Where the file has no history, ours goes on: a new status came now."""
    if imported.history:
        return imported
    history = stored.history
    if stored.status != imported.status:
        history = (*history, StatusMoment(status=imported.status, at=now))
    return replace(imported, history=history)


async def _merge_clients(
    repository: Records[Any], shop: str, new: list[Document], old: dict[str, Document], now: datetime
) -> Merged:
    def merge(stored: Document, imported: Document) -> Document:
        client = merge_client(from_document(Client, stored), from_document(Client, imported), now)
        document = to_document(client)
        # While something is held, every import is looked at anew: what it holds back may come into force.
        return document if client.held else {**document, MARK: imported[MARK]}

    return await _merge(repository, shop, new, old, merge)


async def _merge_vehicles(
    repository: Records[Any], shop: str, new: list[Document], old: dict[str, Document], now: datetime
) -> Merged:
    def merge(stored: Document, imported: Document) -> Document:
        if not stored.get("held"):
            return imported
        vehicle = merge_vehicle(from_document(Vehicle, stored), from_document(Vehicle, imported), now)
        document = to_document(vehicle)
        return document if vehicle.held else {**document, MARK: imported[MARK]}

    return await _merge(repository, shop, new, old, merge)


async def _merge_estimates(
    repository: Records[Any], shop: str, new: list[Document], old: dict[str, Document], now: datetime
) -> Merged:
    del now

    def merge(stored: Document, imported: Document) -> Document:
        estimate = merge_import(from_document(Estimate, stored), from_document(Estimate, imported))
        return {**to_document(estimate), MARK: imported[MARK]}

    return await _merge(repository, shop, new, old, merge)


async def _merge_work_orders(
    repository: Records[Any], shop: str, new: list[Document], old: dict[str, Document], now: datetime
) -> Merged:
    def merge(stored: Document, imported: Document) -> Document:
        order = merge_work_order(from_document(WorkOrder, stored), from_document(WorkOrder, imported), now)
        return {**to_document(order), MARK: imported[MARK]}

    return await _merge(repository, shop, new, old, merge)


async def _merge_staff(
    repository: Records[Any], shop: str, new: list[Document], old: dict[str, Document], now: datetime
) -> Merged:
    """Passwords are ours, and so are role and leave once an owner has set them here: who was let go does not come back
    with a nightly file. Who was made by hand is taken over, found by their e-mail address.
    """
    del now
    by_email = {staff.email: staff for staff in await repository.list(shop)}
    by_id = {staff.id: staff for staff in by_email.values()}
    stored = await repository.documents(shop, by_id.keys())
    created = []
    changed: dict[str, Document] = {}
    for document in [*new, *old.values()]:
        known = by_id.get(document["_id"]) or by_email.get(document["email"])
        if known is None:
            created.append(document)
        elif stored[known.id].get(MARK) != document[MARK]:
            held = ("password_hash", "set_by_staff", *known.set_by_staff)
            ours = {name: value for name, value in stored[known.id].items() if name in held}
            changed[known.id] = {**document, **ours, "_id": known.id}
    return Merged(created, changed, len(new) + len(old) - len(created) - len(changed), stored)


async def _merge(
    repository: Records[Any],
    shop: str,
    new: list[Document],
    old: dict[str, Document],
    merge: Callable[[Document, Document], Document],
) -> Merged:
    stored = await repository.documents(shop, old.keys())
    changed: dict[str, Document] = {}
    same = 0
    for record, imported in old.items():
        merged = merge(stored[record], imported) if record in stored else imported
        if encode(merged) == stored.get(record):
            same += 1
        else:
            changed[record] = merged
    return Merged(new, changed, same, stored)


MERGES: dict[str, Merge] = {
    "client": _merge_clients,
    "vehicle": _merge_vehicles,
    "estimate": _merge_estimates,
    "work_order": _merge_work_orders,
    "staff": _merge_staff,
}
