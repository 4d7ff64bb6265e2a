"""What staff read first when a person is called: who, what they want, what was tried; a line each.

Written in English, as the inbox is; the client's own words stand as they were.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from bot.answers import Wording, uncapital
from bot.context import Context
from bot.reply import HandOff
from bot.understanding.when import When
from storage.proof import Proof

_LONGEST = 160
_LANGUAGES = {"en": "English", "es": "Spanish"}
_WE_TO_STAFF = {"your": "their", "you": "they"}  # what an intent is called to the client, said of the client
_ASKED_FOR = {
    "confirm": "a yes to what was read back",
    "when": "the day and time",
    "service": "the service",
    "vehicle": "the car",
    "car": "the car",
    "name": "the name",
    "phone": "a phone number",
    "field": "what to change",
    "value": "the new value",
    "kind": "what to stop",
    "contact": "a phone or e-mail to prove who it is",
    "code": "the code that proves who it is",
    "who": "which client with this number it is",
}

Names = Mapping[str, str]  # intent -> what it is called to the client, in English


async def with_gist(hand_off: HandOff, context: Context, names: Names) -> HandOff:
    """The hand-off with its gist. `names` says what intents are called."""
    if hand_off.gist:
        return hand_off
    lines = [await who_writes(context), await _wanted(context, names), await _tried(hand_off, context, names)]
    return replace(hand_off, gist="\n".join(lines))


async def who_writes(context: Context) -> str:
    """Name and cars of who is known; of anybody else that nothing is proven, and what they call themselves."""
    identity, client = context.peer.identity, await context.peer.client()
    parts = [f"texts from {context.phone(identity.phone)}" if identity.phone else f"writes by {context.turn.channel}"]
    if client is not None:
        cars = ", ".join(vehicle.title for vehicle in await context.peer.vehicles())
        who = f"{client.name}{cars and f' ({cars})'}"
        parts += ["came by a link, no more is proven"] if identity.proof is Proof.LINK else []
    elif identity.proof is Proof.SHARED_PHONE:
        who = "One of several clients with this number, has not said which"
    else:
        called = context.tracker.slots.get("name") or context.entities.name
        who = f"Not proven, says the name is {called}" if called else "Not proven"
    if context.language != context.shop.language:
        parts.append(f"writes {_LANGUAGES[context.language]}")
    return f"Who: {who}; {', '.join(parts)}"


async def _wanted(context: Context, names: Names) -> str:
    """The client's own words, what kind of wish that is, and what they name."""
    said = " ".join((context.turn.text if context.turn.payload is None else context.heard.text).split())
    said = f"{said[:_LONGEST]}..." if len(said) > _LONGEST else said
    if (files := context.turn.attachments) and not said:
        return f"Wants: sent {'a file' if files == 1 else f'{files} files'} without a word: please look"
    named = [_called(context.heard.intent, names), *await _named(context)]
    return f'Wants: "{said}" ({"; ".join(named)})' if said else f"Wants: {'; '.join(named)} (picked a button)"


async def _named(context: Context) -> list[str]:
    """What the message names, each once, as the records call it."""
    entities = context.entities
    cars = {vehicle.id: vehicle.title for vehicle in await context.peer.vehicles()}
    ids = [entities.vehicle_id] if entities.vehicle_id else list(entities.vehicle_ids)
    services = [context.shop.service_title(code, "en") for code in entities.service_codes]
    found: list[str | None] = [
        *([uncapital(title) for title in services] or _maybe(entities.service)),
        *([cars[one] for one in ids if one in cars] or _maybe(entities.vehicle)),
        entities.invoice_number and f"invoice {entities.invoice_number}",
        entities.estimate_number and f"estimate {entities.estimate_number}",
        entities.amount and f"the amount {entities.amount}",
        f"not {_when(entities.old_when, context)}" if entities.old_when else None,
        _when(entities.when, context) if entities.when else None,
    ]
    return list(dict.fromkeys(one for one in found if one))


async def _tried(hand_off: HandOff, context: Context, names: Names) -> str:
    """The form that was open and how far it was, else what was answered before."""
    tracker, parts = context.tracker, []
    if hand_off.reason == "not_understood":
        parts.append("the assistant did not understand two messages in a row")
    if tracker.active_loop is not None:
        known = await _filled(context)
        parts.append(": ".join([_called(tracker.active_loop, names), *([", ".join(known)] if known else [])]))
    elif tracker.latest_intent and tracker.latest_intent != context.heard.intent:
        parts.append(f"before this the assistant answered about {_called(tracker.latest_intent, names)}")
    if (asked := _ASKED_FOR.get(tracker.requested_slot or "")) is not None:
        parts.append(f"it had asked for {asked}")
    return f"Tried: {'; '.join(parts) or 'nothing yet'}"


async def _filled(context: Context) -> list[str]:
    """The open form's slots, as people would say them; what only the bot needs is left out."""
    cars = {vehicle.id: vehicle.title for vehicle in await context.peer.vehicles()}
    say: dict[str, Callable[[Any], str]] = {
        "services": lambda codes: " and ".join(uncapital(context.shop.service_title(code, "en")) for code in codes),
        "vehicle": lambda vehicle: cars.get(vehicle, ""),
        "car": str,
        "starts_at": lambda at: _english(context).moment(datetime.fromisoformat(at), context.today),
        "day": lambda day: "" if "starts_at" in context.tracker.slots else _day(day, context),
        "name": lambda name: f"for {name}",
        "phone": context.phone,
        "changes": lambda changes: ", ".join(f"new {field}: {value}" for field, value in changes.items()),
        "kind": lambda kind: {"all": "all messages", "marketing": "offers"}.get(kind, str(kind)),
    }
    slots = context.tracker.slots
    told = [words(slots[name]) for name, words in say.items() if slots.get(name)]
    return [words for words in told if words]


def _called(intent: str, names: Names) -> str:
    """What an intent is called, said to staff: "their visits"."""
    name = names.get(intent, intent.replace("_", " "))
    return re.sub(r"\b(?:you|your)\b", lambda word: _WE_TO_STAFF[word[0]], name)


def _when(when: When, context: Context) -> str:
    """A day and time as far as they were said."""
    wording = _english(context)
    day = wording.day(when.date, context.today) if when.date else ""
    clock = f"at {when.time:%H:%M}" if when.time else ""
    span = " ".join(f"{word} {time:%H:%M}" for word, time in (("from", when.time_from), ("to", when.time_to)) if time)
    return " ".join(part for part in (day, clock or span or when.range or "") if part)


def _maybe(words: str | None) -> list[str]:
    return [words] if words else []


def _day(day: str, context: Context) -> str:
    return _english(context).day(date.fromisoformat(day), context.today)


def _english(context: Context) -> Wording:
    return Wording("en", context.shop.zone)
