"""What a message names: vehicle, service, numbers, contacts, day and time; the client's records decide."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from bot.understanding.numbers import Span, find_numbers
from bot.understanding.phrases import Found, Token, split
from bot.understanding.service_words import ServiceBook
from bot.understanding.vehicle_words import NamedVehicle, find_vehicles
from bot.understanding.when import When, WhenContext, find_when
from storage.vehicles import Vehicle


@dataclass(frozen=True, slots=True, kw_only=True)
class Entities:
    """What was found; None where nothing was. Words stand as the client wrote them, ids and codes beside them."""

    vehicle: str | None = None  # as written
    vehicle_id: str | None = None  # where the client's own vehicles decide
    vehicles: tuple[str, ...] = ()  # as written, where more than one is named
    vehicle_ids: tuple[str, ...] = ()  # all of the client's own that the words fit, where more than one does
    service: str | None = None  # as written
    service_code: str | None = None  # where the shop's list decides
    service_codes: tuple[str, ...] = ()  # all that are named, in order
    service_options: tuple[str, ...] = ()  # the shop's that the first one named may be, where more than one is
    invoice_number: str | None = None
    estimate_number: str | None = None
    plate: str | None = None
    amount: str | None = None  # "386.20"
    email: str | None = None
    phone: str | None = None  # E.164
    address: str | None = None
    name: str | None = None
    when: When | None = None
    old_when: When | None = None  # in rescheduling: the time given up

    def as_dict(self) -> dict[str, Any]:
        """Only what was found, as `understanding.md` writes it."""
        found: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name) if field.name != "service_options" else None
            if isinstance(value, When):
                found[field.name] = value.as_dict()
            elif value and not (field.name == "service_codes" and len(value) == 1):
                found[field.name] = list(value) if isinstance(value, tuple) else value
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a message is read against: the shop's services, the client's own vehicles, now and the shop's hours."""

    services: ServiceBook
    vehicles: Sequence[Vehicle]
    country: str
    when: WhenContext
    known_words: Collection[str]  # real words, never a slip of a name


def find_entities(text: str, around: Surroundings, *, moving: bool = False) -> Entities:
    """What a cleaned message names. `moving`: of two times the first is given up, the other wanted. Never raises."""
    numbers = find_numbers(text, around.country)
    tokens = [token for token in split(text) if not _inside(token, numbers.spans)]
    services = around.services.find_all(tokens)
    taken = {place for found in services for place in range(found.first, found.last)}
    vehicles = find_vehicles(text, tokens, around.vehicles, around.known_words, taken)
    used = [*numbers.spans, *((vehicle.start, vehicle.end) for vehicle in vehicles)]
    used += [(tokens[found.first].start, tokens[found.last - 1].end) for found in services]
    rest = _without(text, used)
    old, wanted = _find_move(rest, around.when) if moving else (None, find_when(rest, around.when))
    codes = [around.services.find_code(found.meaning) for found in services]
    options = around.services.find_codes(services[0].meaning) if services else ()
    return Entities(
        **_named(vehicles),
        service_options=options if len(options) > 1 else (),
        service=_words(text, tokens, services[0]) if services else None,
        service_code=codes[0] if codes else None,
        service_codes=tuple(dict.fromkeys(code for code in codes if code)),
        invoice_number=numbers.invoice_number,
        estimate_number=numbers.estimate_number,
        plate=numbers.plate or _own_plate(vehicles, around.vehicles),
        amount=numbers.amount,
        email=numbers.email,
        phone=numbers.phone,
        address=numbers.address,
        name=numbers.name,
        when=wanted,
        old_when=old,
    )


def _inside(token: Token, spans: Collection[Span]) -> bool:
    return any(start <= token.start < end for start, end in spans)


def _words(text: str, tokens: list[Token], found: Found) -> str:
    return text[tokens[found.first].start : tokens[found.last - 1].end]


def _named(vehicles: list[NamedVehicle]) -> dict[str, Any]:
    """The fields of the first vehicle, and of all where there are several."""
    if not vehicles:
        return {}
    first = vehicles[0]
    return {
        "vehicle": first.words,
        "vehicle_id": first.ids[0] if len(first.ids) == 1 else None,
        "vehicle_ids": first.ids if len(first.ids) > 1 else (),
        "vehicles": tuple(vehicle.words for vehicle in vehicles) if len(vehicles) > 1 else (),
    }


def _own_plate(named: list[NamedVehicle], own: Sequence[Vehicle]) -> str | None:
    """The plate as written, where a vehicle was named by it."""
    plates = {_letters(vehicle.plate or "") for vehicle in own} - {""}
    return next((vehicle.words for vehicle in named if _letters(vehicle.words) in plates), None)


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _without(text: str, spans: Collection[Span]) -> str:
    """The text with a comma in place of what has been read: a day and a time on both sides stay apart."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} , {text[end:]}"
    return text


_TRIES = 4
_NEXT = 16  # characters behind a "to" in which a day stands that is its own
_NEAR = 40  # characters behind a "to" in which the time begins
_INSTEAD = re.compile(r"\b(?:instead of|rather than|en vez de|en lugar de)\b", re.IGNORECASE)
_TOWARDS = re.compile(r"\b(?:to|for|al?|para|hasta)\b", re.IGNORECASE)
_AT = re.compile(r"a las?\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[,.;?!]|\b(?:but|so|can|could|pero|puedo|podr[ií]a|mejor)\b(?!'?t)", re.IGNORECASE)
_GIVEN_UP = re.compile(
    r"\b(?:can'?t|cannot|can not|won'?t|not going to|no puedo|no voy|no podr[eé]|i have an?|late)\b"
    r"|\btengo (?:una )?cita\b"
    r"|\b(?:my|our|mi|the|la) (?:\S+ ){0,4}(?:appointment|appt|visit|booking|cita)\b|\bcita (?:del?|para)\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"\b(?:can'?t|cannot|can not|won'?t|not going|no puedo|no voy|no podr[eé])\b", re.IGNORECASE)
_MOVES = re.compile(r"\b(?:cambi|muev|mover|pas[ae]|reprogram|reagend|agend)\w*", re.IGNORECASE)
_FROM = re.compile(r"\b(?:from|desde|del?)\b", re.IGNORECASE)


def _find_move(text: str, context: WhenContext) -> tuple[When | None, When | None]:
    """The time given up and the time wanted."""
    if (match := _INSTEAD.search(text)) and (wanted := find_when(text[: match.start()], context)):
        return find_when(text[match.end() :], context), wanted
    whole = find_when(text, context)
    if whole is None:
        return None, None
    for match in _before_a_time(text, context):
        old = find_when(_FROM.sub("at", text[: match.start()]), context)
        wanted = find_when(text[match.end() :], context)
        at_only = _AT.match(text, match.start()) and old and old.time is None  # "el viernes a las 10" is one time
        if old and wanted and not at_only:
            return old, wanted
        if old is None and _straight_to(text, match, context):
            return None, wanted
    given_up: list[str] = []
    rest: list[str] = []
    for clause in _CLAUSE.split(text):
        (given_up if _GIVEN_UP.search(clause) else rest).append(clause)
    old = find_when(" , ".join(given_up), context)
    wanted = find_when(" , ".join(rest), context)
    return (old, wanted) if old else (None, whole)


def _straight_to(text: str, match: re.Match[str], context: WhenContext) -> bool:
    """Whether "to" says at once where it goes ("move my appointment to Sunday"), and no refusal comes before it."""
    word, before = match.group().casefold(), text[: match.start()]
    towards = word in ("to", "al") or (word == "para" and _MOVES.search(before) is not None)
    return (
        towards
        and _REFUSED.search(before) is None
        and find_when(text[match.end() : match.end() + _NEXT], context) is not None
    )


def _before_a_time(text: str, context: WhenContext) -> list[re.Match[str]]:
    """The words "to" that a day or a time follows, the first few: a long story is full of others."""
    found: list[re.Match[str]] = []
    for match in _TOWARDS.finditer(text):
        if len(found) == _TRIES:
            break
        if find_when(text[match.end() : match.end() + _NEAR], context):
            found.append(match)
    return found
