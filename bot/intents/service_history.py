"""What was done to the client's vehicles, and when: by service records, and by invoices where no record is."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.action import Intent
from bot.answers import uncapital
from bot.context import Context
from bot.reply import PageRef, Reply, Thing
from bot.understanding.features import fold
from bot.which_vehicle import MeantVehicles, find_meant_vehicles, say_unknown
from bot.work_words import kinds_of
from storage.accounts import ClientAccount
from storage.inspections import Inspection
from storage.proof import Asked, may_see
from storage.service_records import ServiceRecord
from storage.vehicles import Vehicle

_SHOWN = 3  # vehicles, and kinds of work of one day
_EARLIER = 2
_SAME_JOB = timedelta(days=5)  # an invoice so near to a service record is of the same work
_WORK = ("labor", "part")
_NO_WORK = frozenset({"labor", "labour", "mano de obra"})  # lines that say nothing
_INSPECTION = "inspection"
_ANYTHING = frozenset({"scheduled_maintenance"})  # asking for maintenance asks for everything


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One piece of work on one vehicle. `code` is the service's where a record says; `number` the invoice's."""

    day: date
    title: str
    code: str | None = None
    mileage: int | None = None
    number: str | None = None


class ServiceHistory(Intent):
    """When was the last X, what was done?"""

    asks = Asked.RECORDS
    page = "vehicle"
    section = "vehicles"

    async def answer(self, context: Context) -> Reply:
        """For each vehicle that is meant: the service that is named, else the last time it was here."""
        client_id = context.peer.known_client_id()
        records, account, inspections, meant = await asyncio.gather(
            context.store.service_records.list_for_client(context.shop.slug, client_id),
            _account(context, client_id),
            _inspections(context, client_id),
            find_meant_vehicles(context),
        )
        unknown = say_unknown(context, meant)
        history = {
            vehicle.id: done
            for vehicle in meant.vehicles
            if (done := _history(context, vehicle, records, account) + _inspected(context, vehicle, inspections))
        }
        if not history:
            return Reply(text=" ".join([*unknown, _none(context, meant)]), about=_about(meant.vehicles))
        told = [vehicle for vehicle in meant.vehicles if vehicle.id in history]
        told.sort(key=lambda vehicle: history[vehicle.id][0].day, reverse=True)
        if context.entities.service and not kinds_of(context.entities.service) <= _ANYTHING:
            fitting = [vehicle for vehicle in told if _of_service(context, history[vehicle.id])]
            if not fitting:
                return Reply(
                    text=" ".join([*unknown, _never(context, meant)]),
                    pages=_pages(context, told),
                    about=_about(meant.vehicles),
                )
            told = sorted(
                fitting, key=lambda one: max(item.day for item in _of_service(context, history[one.id])), reverse=True
            )
            said = [_last_of_service(context, vehicle, history[vehicle.id]) for vehicle in told[:_SHOWN]]
        else:
            said = [
                _last_time(context, vehicle, history[vehicle.id], alone=len(told) == 1) for vehicle in told[:_SHOWN]
            ]
        return Reply(text=" ".join([*unknown, *said]), pages=_pages(context, told), about=_about(told))


async def _account(context: Context, client_id: str) -> ClientAccount | None:
    """The account, where this peer may be told of invoices too."""
    if not may_see(context.peer.identity, "invoices") or not await context.peer.may_read("invoices"):
        return None
    return await context.store.accounts.for_client(context.shop, client_id, context.today)


async def _inspections(context: Context, client_id: str) -> Sequence[Inspection]:
    """The inspections, where the message asks for one and this peer may be told of them."""
    asks = _INSPECTION in kinds_of(context.entities.service or "")
    if not asks or not may_see(context.peer.identity, "inspections") or not await context.peer.may_read("inspections"):
        return ()
    return await context.store.inspections.list_for_client(context.shop.slug, client_id)


def _inspected(context: Context, vehicle: Vehicle, inspections: Sequence[Inspection]) -> list[Done]:
    """The inspections of one vehicle as work that was done."""
    return [
        Done(day=inspection.inspected_on, title=context.say("inspection"), code=_INSPECTION)
        for inspection in inspections
        if inspection.vehicle_id == vehicle.id and inspection.status == "done"
    ]


def _history(
    context: Context, vehicle: Vehicle, records: Sequence[ServiceRecord], account: ClientAccount | None
) -> list[Done]:
    """All that was done to one vehicle, the newest first."""
    done = [
        Done(
            day=record.done_on,
            title=context.shop.service_title(record.service, context.language),
            code=record.service,
            mileage=record.mileage,
        )
        for record in records
        if record.vehicle_id == vehicle.id
    ]
    days = [item.day for item in done]
    views = account.invoices if account is not None else ()
    for view in views:
        invoice = view.invoice
        recorded = any(abs(invoice.issued_on - day) <= _SAME_JOB for day in days)
        if invoice.vehicle_id != vehicle.id or view.state == "void" or recorded:
            continue
        done += [
            Done(day=invoice.issued_on, title=line.description, code=line.service, number=invoice.number)
            for line in invoice.lines
            if line.kind in _WORK and fold(line.description) not in _NO_WORK
        ]
    return sorted(done, key=lambda item: item.day, reverse=True)


def _of_service(context: Context, history: list[Done]) -> list[Done]:
    """What of it is the service that the message names, by its code or by any of its names."""
    entities = context.entities
    codes = {*entities.service_codes, *entities.service_options}
    kinds = kinds_of(entities.service or "")
    return [item for item in history if item.code in codes or kinds & kinds_of(f"{item.title} {item.code or ''}")]


def _last_of_service(context: Context, vehicle: Vehicle, history: list[Done]) -> str:
    last = max(_of_service(context, history), key=lambda item: item.day)
    values = {"vehicle": vehicle.title, "service": last.title, "day": context.day(last.day)}
    if last.number is not None:
        return context.say("last_invoiced", number=last.number, **values)
    if last.mileage is not None:
        return context.say("last_miles", miles=f"{last.mileage:,}", **values)
    return context.say("last", **values)


def _last_time(context: Context, vehicle: Vehicle, history: list[Done], *, alone: bool) -> str:
    """What was done on the last day, and of a single vehicle a word on the days before."""
    newest = [item for item in history if item.day == history[0].day]
    values = {"vehicle": vehicle.title, "day": context.day(newest[0].day), "work": _work(context, newest)}
    miles = newest[0].mileage
    parts = [context.say("did_miles", miles=f"{miles:,}", **values) if miles else context.say("did", **values)]
    days = list(dict.fromkeys(item.day for item in history))[1 : 1 + _EARLIER]
    if alone and days:
        earlier = [
            context.say("earlier_item", day=context.day(day), work=_work(context, [i for i in history if i.day == day]))
            for day in days
        ]
        parts.append(context.say("earlier", items="; ".join(earlier)))
    return " ".join(parts)


def _work(context: Context, done: list[Done]) -> str:
    titles = list(dict.fromkeys(uncapital(item.title) if item.code else item.title for item in done))
    told = titles[:_SHOWN]
    return context.wording.every(told) if len(titles) <= _SHOWN else f"{', '.join(told)}, {context.say('more')}"


def _none(context: Context, meant: MeantVehicles) -> str:
    return context.say("none_of_it", vehicle=meant.one.title) if meant.one else context.say("none")


def _never(context: Context, meant: MeantVehicles) -> str:
    service = context.entities.service or ""
    if meant.one is None:
        return context.say("never", service=service)
    return context.say("never_on_it", service=service, vehicle=meant.one.title)


def _pages(context: Context, vehicles: Sequence[Vehicle]) -> tuple[PageRef, ...]:
    """The page of the one vehicle, or of all."""
    return (context.page("vehicle", vehicles[0].id) if len(vehicles) == 1 else context.page("vehicles"),)


def _about(vehicles: Sequence[Vehicle]) -> dict[Thing, tuple[str, ...]]:
    return {"vehicle": tuple(vehicle.id for vehicle in vehicles)}
