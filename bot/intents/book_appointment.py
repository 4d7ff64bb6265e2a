"""Books a visit: service, car, day and time, read-back, yes. The opening is taken by one insert, so never twice."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from bot.action import Outcome
from bot.answers import uncapital
from bot.context import Context
from bot.expectation import when_someone_writes
from bot.form import Done, Form, Slot
from bot.reply import HandOff, Reply
from bot.visit_choice import upcoming
from bot.visit_slots import OTHER, CarSlot, NameSlot, PhoneSlot, ServiceSlot, VehicleSlot
from bot.visit_time import TimeSlot, offer_instead
from storage.news import visit_changed
from storage.openings import minutes_for
from storage.phones import format_phone
from storage.proof import Asked
from storage.visit import booked_id, find_clash
from storage.visits import BookingRequest, Contact, NotBookable, OpeningTaken, Visit


class BookAppointment(Form):
    """A visit."""

    asks = Asked.BOOK
    page = "book"
    corrections = frozenset({"reschedule_appointment"})
    cancels = frozenset({"cancel_appointment"})
    slots: ClassVar[tuple[Slot, ...]] = (
        ServiceSlot(),
        VehicleSlot(),
        CarSlot(),
        TimeSlot(),
        NameSlot(),
        PhoneSlot(),
    )

    def is_answer(self, context: Context) -> bool:
        """Also what names the very thing that was asked for, unless it asks for a price."""
        entities = context.entities
        asked = {
            "vehicle": entities.vehicle,
            "car": entities.vehicle,
            "service": entities.service,
            "name": entities.name,
            "phone": entities.phone,
        }
        if context.peer.client_id is None and (entities.name or entities.phone):
            return True
        named = asked.get(context.tracker.requested_slot or "") or _only(context, entities.vehicle, entities.service)
        return super().is_answer(context) or (bool(named) and context.heard.intent != "request_quote")

    async def step(self, context: Context) -> Outcome:
        """A form, unless the shop has no list of services to book from: then a person is called."""
        if context.shop.services:
            return await super().step(context)
        return Outcome(reply=Reply(text=when_someone_writes(context), hand_off=HandOff(reason="needs_person")))

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """What will be booked, as a question."""
        what, when = _what(context, filled), context.moment(datetime.fromisoformat(filled["starts_at"]))
        vehicle = await _vehicle(context, filled)
        if context.peer.client_id is None:
            phone = format_phone(filled["phone"], context.shop.address.country)
            return context.say(
                "read_back_request", what=what, when=when, vehicle=vehicle, name=filled["name"], phone=phone
            )
        return context.say("read_back_vehicle", what=what, when=when, vehicle=vehicle)

    async def find_hindrance(self, context: Context, filled: Mapping[str, Any]) -> Done | None:
        """A visit that this very car has at that time already, but for the one that this message made."""
        vehicle_id = filled.get("vehicle")
        if context.peer.client_id is None or vehicle_id in (None, OTHER):
            return None
        starts_at, own = (
            datetime.fromisoformat(filled["starts_at"]),
            booked_id(context.shop.slug, _booking_key(context)),
        )
        clash = find_clash(await upcoming(context), vehicle_id, starts_at, filled["minutes"], but=own)
        if clash is None:
            return None
        when = context.moment(clash.starts_at)
        text = context.say("have_already", vehicle=await _vehicle(context, filled), when=when)
        return Done(reply=Reply(text=text), empty=("time", "starts_at", "minutes", "tried"), ask="when")

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Book it under the message's id: the same yes again is the same visit."""
        starts_at = datetime.fromisoformat(filled["starts_at"])
        try:
            visit = await context.store.visits.reserve(context.shop, _request(context, filled, starts_at), context.now)
        except NotBookable as error:
            return await _again(context, filled, "service" if error.field == "services" else "offer_near", starts_at)
        except OpeningTaken:
            return await _again(context, filled, "just_taken", starts_at)
        news = visit_changed(visit, "booked", place="chat", conversation=context.turn.conversation_id)
        await context.store.news.add(news)
        return Done(reply=_confirmation(context, filled, visit))


def _only(context: Context, *named: str | None) -> str | None:
    """What is named, where the message says hardly anything else ("the civic")."""
    length = len(context.turn.text.split())
    return next((words for words in named if words is not None and len(words.split()) >= length - 1), None)


def _request(context: Context, filled: Mapping[str, Any], starts_at: datetime) -> BookingRequest:
    client_id = context.peer.client_id
    vehicle = filled.get("vehicle")
    return BookingRequest(
        services=tuple(filled["services"]),
        starts_at=starts_at,
        booking_key=_booking_key(context),
        source="sms" if context.turn.channel == "sms" else "chat",
        client_id=client_id,
        vehicle_id=None if vehicle == OTHER else vehicle,
        contact=None if client_id is not None else Contact(name=filled["name"], phone=filled["phone"]),
        note=filled.get("car") or "",
    )


def _booking_key(context: Context) -> str:
    return f"chat:{context.turn.message_id}"


async def _again(context: Context, filled: Mapping[str, Any], key: str, starts_at: datetime) -> Done:
    """It cannot be had: ask for another time, or for the service where the shop does it no more."""
    if key == "service":
        text = context.say("which_service")
        return Done(reply=Reply(text=text), empty=("services", "starts_at", "minutes", "tried"), ask="service")
    minutes = minutes_for(context.shop, filled["services"])
    reply = await offer_instead(context, key, starts_at, minutes, filled)
    return Done(reply=reply, empty=("time", "starts_at", "minutes", "tried"), ask="when")


def _confirmation(context: Context, filled: Mapping[str, Any], visit: Visit) -> Reply:
    key = "booked" if visit.status == "confirmed" else "requested"
    text = context.say(key, what=_what(context, filled), when=context.moment(visit.starts_at))
    pages = (context.page("visit", visit.id),) if visit.client_id is not None else ()
    return Reply(text=text, pages=pages, about={"visit": (visit.id,)})


def _what(context: Context, filled: Mapping[str, Any]) -> str:
    titles = [context.shop.service_title(code, context.language) for code in filled["services"]]
    return context.wording.every([titles[0], *map(uncapital, titles[1:])])


async def _vehicle(context: Context, filled: Mapping[str, Any]) -> str:
    own = {vehicle.id: vehicle.title for vehicle in await context.peer.vehicles()}
    return own.get(filled.get("vehicle") or "") or filled.get("car") or ""
