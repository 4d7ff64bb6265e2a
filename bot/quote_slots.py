"""What a shop must know to price some work: what it is, and for which car."""

import re
from collections.abc import Mapping
from typing import Any

from bot.answers import uncapital
from bot.context import Context
from bot.form import Filling, FormState
from bot.reply import Choice, Reply
from bot.understanding.features import fold
from storage.proof import Proof, may_see
from storage.vehicles import Vehicle

INTENT = "request_quote"
OTHER = "other"  # a car that is not on file

_ANSWERS = frozenset({"affirm", "deny"})
_LONGEST = 120
_LONGEST_CAR = 60
# "how much to recharge the ac": the words after it say the work, where the vocabulary has none for it
_WORK = re.compile(
    r"\b(?:to (?!have\b|get\b|you\b)|to have (?:someone )?|to get |charge for|quote (?:for|on)|price (?:for|on|of)|"
    r"cost of|por |cobran? (?:por|de)|cuesta |sale |precio (?:de|del) )(?P<work>[^?!.]{4,})"
)
_BEFORE_A_CAR = re.compile(r"^(?:(?:it'?s|it is|es|for|para)\s+)?(?:an?|my|the|una?|mi|el|la)\s+", re.IGNORECASE)
_NO_WORK_WORDS = (
    "it that this me us you car truck my the a an for one eso esto mi carro coche auto el la un una do be work job"
)
_NO_WORK = frozenset(_NO_WORK_WORDS.split())


class WorkSlot:
    """The work in words, in `work`; the message that asked first, in `wish`."""

    name = "work"
    clears = ("work",)

    async def fill(self, state: FormState) -> Filling:
        """The services named, else what the message says after "how much to"; asked for, the message itself."""
        context = state.context
        opens = context.tracker.active_loop != INTENT
        wish = {"wish": context.heard.text[:_LONGEST]} if opens and context.heard.text else {}
        work = _named(context)
        if work is None and opens:
            work = _after_the_question(context)
        if work is None and state.asked and context.heard.intent not in _ANSWERS and not context.given:
            work = " ".join(context.turn.text.split())[:_LONGEST] or None
        return Filling(values={**wish, "work": work} if work else wish)

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        return bool(state.filled.get("work"))

    async def ask(self, state: FormState) -> Reply:
        """In words of any kind."""
        return Reply(text=state.context.say("ask_work"))


class QuoteCarSlot:
    """Which car: the id of one on file in `vehicle` (or `OTHER`), else its words in `car`."""

    name = "car"
    clears = ("vehicle", "car")

    async def fill(self, state: FormState) -> Filling:
        """The one that is named or picked, or the only one there is; asked for, the message itself."""
        context, filled = state.context, state.filled
        own = {vehicle.id for vehicle in await own_vehicles(context)}
        wanted = context.given.get("vehicle") or context.entities.vehicle_id
        if wanted == OTHER or wanted in own:
            return Filling(values={"vehicle": wanted, "car": None} if filled.get("car") else {"vehicle": wanted})
        if context.entities.vehicle and not context.entities.vehicle_ids:
            return Filling(values={"vehicle": OTHER, "car": _car_words(context) or context.entities.vehicle})
        if filled.get("vehicle") == OTHER or not own:
            words = _car_words(context) if state.asked else None
            return Filling(values={"vehicle": OTHER, "car": words} if words else {})
        several = context.entities.vehicle_ids
        return Filling(values={"vehicle": own.pop()} if len(own) == 1 and not several else {})

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        vehicle = state.filled.get("vehicle")
        return bool(state.filled.get("car") if vehicle in (None, OTHER) else vehicle)

    async def ask(self, state: FormState) -> Reply:
        """With the client's cars as choices, else in words."""
        context = state.context
        own = await own_vehicles(context)
        if not own or state.filled.get("vehicle") == OTHER:
            return Reply(text=context.say("ask_car"))
        choices = [Choice(one.title, f'/{INTENT}{{"vehicle": "{one.id}"}}') for one in own]
        choices.append(context.choice("other_vehicle", f'/{INTENT}{{"vehicle": "{OTHER}"}}'))
        return Reply(text=context.say("ask_vehicle"), choices=tuple(choices))


async def own_vehicles(context: Context) -> list[Vehicle]:
    """The vehicles that the peer may be shown."""
    identity = context.peer.identity
    hidden = identity.proof is Proof.LINK and not may_see(identity, "vehicles")
    return [] if hidden else await context.peer.vehicles()


async def car_of(context: Context, filled: Mapping[str, Any]) -> str:
    """The car in words."""
    own = {vehicle.id: vehicle.title for vehicle in await own_vehicles(context)}
    return own.get(filled.get("vehicle") or "") or str(filled.get("car") or "")


def _named(context: Context) -> str | None:
    """The services named: by the shop's own names, else in the client's words."""
    entities = context.entities
    titles = [uncapital(context.shop.service_title(code, context.language)) for code in entities.service_codes]
    return context.wording.every(titles) if titles else entities.service


def _after_the_question(context: Context) -> str | None:
    text = " ".join(context.heard.text.split())
    match = _WORK.search(fold(text)) if len(fold(text)) == len(text) else None
    if match is None:
        return None
    work = text[match.start("work") : match.end("work")].strip(" ,")
    car = fold(context.entities.vehicle or "")
    words = [word for word in re.findall(r"\w+", fold(work).replace(car, " ")) if word not in _NO_WORK]
    return work[:_LONGEST] if words else None


def _car_words(context: Context) -> str | None:
    """The car as it was written, where the message says hardly anything else."""
    words = " ".join(context.turn.text.split())
    is_short = len(words) <= _LONGEST_CAR and any(letter.isalpha() for letter in words)
    if context.heard.intent in _ANSWERS or context.given or not is_short or context.tracker.active_loop != INTENT:
        return None
    return _BEFORE_A_CAR.sub("", words)
