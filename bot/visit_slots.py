"""What must be known to book a visit: the service, the car, and who it is for. The day and time are in `visit_time`."""

import re
from collections.abc import Sequence

from bot.context import Context
from bot.form import Filling, FormState
from bot.reply import Choice, Reply
from bot.understanding.features import fold
from storage.phones import NotAPhone, parse_phone
from storage.proof import Proof, may_see
from storage.vehicles import Vehicle

OTHER = "other"  # a car that is not on file

_SERVICES_SHOWN = 6
_LONGEST_WORDS = 80
_ANSWERS = frozenset({"affirm", "deny"})
_SHORT_ANSWER = 6  # words
_ALSO = re.compile(r"\b(?:also|too|as well|add|plus|on top|at the same time|tambien|ademas|agreg\w+|de paso)\b")
_BEFORE_A_CAR = re.compile(
    r"^(?:(?:it'?s|it is|es|for|para|i have|tengo)\s+)?(?:an?|my|the|una?|mi|el|la)\s+", re.IGNORECASE
)


class ServiceSlot:
    """What is to be done: codes of the shop's list, in `services`."""

    name = "service"
    clears = ("services",)

    async def fill(self, state: FormState) -> Filling:
        """The codes that the message names; asked for and not on the list: which of these is it?"""
        context = state.context
        given = context.given.get("service")
        codes = [given] if given else list(context.entities.service_codes)
        codes = codes or [code for code in (context.entities.service_code,) if code]
        known = [code for code in codes if isinstance(code, str) and context.shop.service(code) is not None]
        if known:
            before = state.filled.get("services") or [] if _ALSO.search(fold(context.turn.text)) and not given else []
            return Filling(values={"services": list(dict.fromkeys([*before, *known]))})
        if context.entities.service_options and not state.filled.get("services"):
            choices = _services(context, context.entities.service_options)
            return Filling(problem=Reply(text=context.say("which_of_services"), choices=choices))
        if state.asked and context.entities.service:
            return Filling(problem=Reply(text=context.say("which_service"), choices=_services(context)))
        return Filling()

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        filled = state.filled
        return bool(filled.get("services"))

    async def ask(self, state: FormState) -> Reply:
        """With the shop's list as choices."""
        context = state.context
        return Reply(text=context.say("ask_service"), choices=_services(context))


class VehicleSlot:
    """Which of the client's vehicles: its id, or `OTHER`, in `vehicle`."""

    name = "vehicle"
    clears = ("vehicle", "car")

    async def fill(self, state: FormState) -> Filling:
        """The one that is named, or the only one there is."""
        context, filled = state.context, state.filled
        own = {vehicle.id for vehicle in await _own(context)}
        several_named = len(context.entities.vehicles) > 1
        wanted = context.given.get("vehicle") or (None if several_named else context.entities.vehicle_id)
        if wanted == OTHER or wanted in own:
            return Filling(values={"vehicle": wanted})
        several = [vehicle_id for vehicle_id in context.entities.vehicle_ids if vehicle_id in own]
        if several or (several_named and own):
            choices = await _vehicles(context, several or sorted(own))
            return Filling(problem=Reply(text=context.say("which_vehicle"), choices=choices))
        if len(own) == 1 and not filled.get("vehicle") and not context.entities.vehicle:
            return Filling(values={"vehicle": own.pop()})
        return Filling()

    async def is_filled(self, state: FormState) -> bool:
        """Needed where vehicles are on file."""
        context, filled = state.context, state.filled
        return bool(filled.get("vehicle") or filled.get("car")) or not await _own(context)

    async def ask(self, state: FormState) -> Reply:
        """With all of them as choices."""
        context = state.context
        every = [vehicle.id for vehicle in await _own(context)]
        return Reply(text=context.say("ask_vehicle"), choices=await _vehicles(context, every))


class CarSlot:
    """A car that is not on file, in the client's own words, in `car`."""

    name = "car"
    clears = ("car",)

    async def fill(self, state: FormState) -> Filling:
        """The words for it, if no vehicle on file is meant."""
        context, filled = state.context, state.filled
        if filled.get("vehicle") not in (None, OTHER):
            return Filling(values={"car": None} if filled.get("car") else {})
        words = _car_words(context, asked=state.asked)
        return Filling(values={"car": words[:_LONGEST_WORDS]} if words else {})

    async def is_filled(self, state: FormState) -> bool:
        """Needed where no vehicle on file is meant."""
        filled = state.filled
        return bool(filled.get("car")) or filled.get("vehicle") not in (None, OTHER)

    async def ask(self, state: FormState) -> Reply:
        """In words."""
        context = state.context
        return Reply(text=context.say("ask_car"))


class NameSlot:
    """The name of someone who is no known client, in `name`."""

    name = "name"
    clears = ("name",)

    async def fill(self, state: FormState) -> Filling:
        """What the message says, when the name was asked for."""
        context = state.context
        if context.peer.client_id is not None:
            return Filling()
        name = context.entities.name or (_named(context) if state.asked else None)
        return Filling(values={"name": name[:_LONGEST_WORDS]} if name else {})

    async def is_filled(self, state: FormState) -> bool:
        """Needed of who is not known."""
        context, filled = state.context, state.filled
        return context.peer.client_id is not None or bool(filled.get("name"))

    async def ask(self, state: FormState) -> Reply:
        """By name."""
        context = state.context
        return Reply(text=context.say("ask_name"))


class PhoneSlot:
    """A number to reach someone who is no known client, E.164, in `phone`."""

    name = "phone"
    clears = ("phone",)

    async def fill(self, state: FormState) -> Filling:
        """The number that the text came from, or the one that the message holds."""
        context, filled = state.context, state.filled
        if context.peer.client_id is not None:
            return Filling()
        phone = context.entities.phone or (None if filled.get("phone") else context.peer.identity.phone)
        if phone is None and state.asked:
            words = _words(context)
            try:
                phone = parse_phone(words or "", context.shop.address.country)
            except NotAPhone:
                return Filling(problem=Reply(text=context.say("bad_phone")) if words else None)
        return Filling(values={"phone": phone} if phone else {})

    async def is_filled(self, state: FormState) -> bool:
        """Needed of who is not known."""
        context, filled = state.context, state.filled
        return context.peer.client_id is not None or bool(filled.get("phone"))

    async def ask(self, state: FormState) -> Reply:
        """As a number."""
        context = state.context
        return Reply(text=context.say("ask_phone"))


def _services(context: Context, codes: Sequence[str] = ()) -> tuple[Choice, ...]:
    """The first of the shop's services, or those with these codes."""
    shown = [service for service in context.shop.services if not codes or service.code in codes][:_SERVICES_SHOWN]
    choices = [
        Choice(service.title(context.language), f'/book_appointment{{"service": "{service.code}"}}')
        for service in shown
    ]
    return (*choices, context.choice("other_service", "/request_quote"))


async def _own(context: Context) -> list[Vehicle]:
    """The vehicles that the peer may be shown: who came by a link for something else names the car in words."""
    identity = context.peer.identity
    hidden = identity.proof is Proof.LINK and not may_see(identity, "vehicles")
    return [] if hidden else await context.peer.vehicles()


async def _vehicles(context: Context, ids: list[str]) -> tuple[Choice, ...]:
    vehicles = [vehicle for vehicle in await _own(context) if vehicle.id in ids]
    choices = [Choice(vehicle.title, f'/book_appointment{{"vehicle": "{vehicle.id}"}}') for vehicle in vehicles]
    return (*choices, context.choice("other_vehicle", f'/book_appointment{{"vehicle": "{OTHER}"}}'))


def _car_words(context: Context, *, asked: bool) -> str | None:
    """The car as it was written: of a short answer all of it, since no list has every model."""
    named = context.entities.vehicle
    whole = _named(context) if asked else None
    if named and (whole is None or len(whole.split()) > _SHORT_ANSWER):
        return named
    return _BEFORE_A_CAR.sub("", whole) if whole else None


def _named(context: Context) -> str | None:
    """The words, where there is a letter in them: a bare number names nothing."""
    words = _words(context)
    return words if words is not None and any(character.isalpha() for character in words) else None


def _words(context: Context) -> str | None:
    """The message itself as the answer to what was asked in words, unless it is clearly about something else."""
    entities, when = context.entities, context.entities.when
    about_visit = entities.service_code is not None or (when is not None and when.date is not None)
    about_self = entities.name or entities.phone or entities.email
    if context.heard.intent in _ANSWERS or context.given or about_visit or about_self:
        return None
    words = " ".join(context.turn.text.split())[:_LONGEST_WORDS]
    return words or None
