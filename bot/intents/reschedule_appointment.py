"""Moves a visit: which one, to when, read-back, yes. One write moves it; where the time is taken others are offered."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bot.action import Outcome
from bot.context import Context
from bot.form import CONFIRM, Done, Filling, Form, FormState, Slot
from bot.reply import Choice, Reply
from bot.tracker import Slots
from bot.understanding import When
from bot.understanding.features import fold
from bot.visit_choice import VisitSlot, find_own, upcoming
from bot.visit_time import TimeSlot, offer_instead
from bot.visit_words import what_of
from storage.proof import Asked
from storage.records import NotFound
from storage.visit import VisitConflict
from storage.visits import NotBookable, OpeningTaken

_WISH = ("time", "from", "to")
_SHIFT = re.compile(
    r"\b(?:(?P<n>an?|one|two|three|\d|una?|dos|tres) )?(?P<unit>hours?|hr|horas?|minutes?|min|minutos?) (?:mas )?"
    r"(?P<way>earlier|sooner|before|later|after|antes|temprano|despues|tarde)\b"
    r"|\b(?P<fwd>forward|up|back) (?:by )?(?P<m>an?|one|two|\d) (?P<unit2>hours?|hr)\b"
)
_COUNTS = {"a": 1, "an": 1, "one": 1, "un": 1, "una": 1, "two": 2, "dos": 2, "three": 3, "tres": 3}
_EARLIER = frozenset({"earlier", "sooner", "before", "antes", "temprano", "forward", "up"})


class MovedTimeSlot(TimeSlot):
    """The new time. A time without a day is one on the day that it is now; "an hour later" counts from now's time."""

    async def fill(self, state: FormState) -> Filling:
        """As for a booking, once the visit is known."""
        return await super().fill(state) if state.filled.get("visit") else Filling()

    def meant(self, context: Context, filled: Mapping[str, Any]) -> When | None:
        """The time that is wanted; one given up that is no visit's own was the wanted one after all."""
        entities = context.entities
        if entities.when is None and entities.old_when is not None and filled.get("visit_day"):
            day = entities.old_when.date
            return entities.old_when if day is not None and day.isoformat() != filled["visit_day"] else None
        return super().meant(context, filled)

    async def wished(self, context: Context, when: When | None, filled: Mapping[str, Any]) -> Slots:
        """The wish, its day filled in from the visit."""
        visit = await find_own(context, filled["visit"])
        wish = await super().wished(context, when, filled)
        if visit is None:
            return wish
        local = visit.starts_at.astimezone(context.shop.zone)
        shift = find_shift(context.turn.text)
        if shift is not None:
            moved = local + shift
            return {"day": moved.date().isoformat(), "time": f"{moved:%H:%M}", "from": None, "to": None}
        named_time = any(wish.get(name) for name in _WISH)
        if named_time and not wish.get("day") and not filled.get("day"):
            return {**wish, "day": local.date().isoformat()}
        day_alone = wish.get("day") and not named_time and not any(filled.get(name) for name in _WISH)
        return {**wish, "time": f"{local:%H:%M}"} if day_alone and when is not None and when.range is None else wish


class RescheduleAppointment(Form):
    """Another time."""

    asks = Asked.MOVE
    page = "visits"
    section = "visits"
    corrections = frozenset({"book_appointment"})
    slots: ClassVar[tuple[Slot, ...]] = (VisitSlot("reschedule_appointment", moving=True), MovedTimeSlot())

    def is_answer(self, context: Context) -> bool:
        """Also a day or a time by itself."""
        return super().is_answer(context) or context.entities.when is not None

    async def step(self, context: Context) -> Outcome:
        """A form, where there is a visit to move."""
        if context.tracker.requested_slot == CONFIRM or await upcoming(context):
            return await super().step(context)
        book = Choice(context.say("book"), "/book_appointment")
        return Outcome(reply=Reply(text=context.say("none"), choices=(book,), pages=(context.page("visits"),)))

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """From when to when, as a question."""
        visit = await context.store.visits.get(context.shop.slug, filled["visit"])
        return context.say(
            "read_back",
            what=what_of(context, visit),
            old=context.moment(visit.starts_at),
            new=context.moment(datetime.fromisoformat(filled["starts_at"])),
        )

    async def find_hindrance(self, context: Context, filled: Mapping[str, Any]) -> Done | None:
        """A visit that is gone, over, or another's."""
        visit = await find_own(context, filled["visit"])
        return None if visit is not None and visit.active else _too_late(context)

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Move it; one that is there already is told the same."""
        starts_at = datetime.fromisoformat(filled["starts_at"])
        try:
            visit = await context.store.visits.move(context.shop, filled["visit"], starts_at, context.now)
        except (NotFound, VisitConflict):
            return _too_late(context)
        except NotBookable as error:
            return _too_late(context) if error.field == "visit" else await _again(context, filled, "offer_near")
        except OpeningTaken:
            return await _again(context, filled, "just_taken")
        key = "moved" if visit.status == "confirmed" else "asked_to_move"
        text = context.say(key, what=what_of(context, visit), when=context.moment(visit.starts_at))
        return Done(reply=Reply(text=text, pages=(context.page("visits"),), about={"visit": (visit.id,)}))


def find_shift(text: str) -> timedelta | None:
    """How far "an hour later" or "bring it forward by an hour" moves a visit; None where nothing of it is said."""
    match = _SHIFT.search(fold(text))
    if match is None:
        return None
    said = match["n"] or match["m"] or "one"
    count = _COUNTS.get(said) or int(said)
    minutes = count * (60 if (match["unit"] or match["unit2"]).startswith("h") else 1)
    earlier = (match["way"] or match["fwd"]) in _EARLIER
    return timedelta(minutes=-minutes if earlier else minutes)


def _too_late(context: Context) -> Done:
    return Done(reply=Reply(text=context.say("too_late", phone=context.shop_phone())))


async def _again(context: Context, filled: Mapping[str, Any], key: str) -> Done:
    starts_at = datetime.fromisoformat(filled["starts_at"])
    reply = await offer_instead(context, key, starts_at, int(filled["length"]), filled)
    return Done(reply=reply, empty=("time", "starts_at", "minutes", "tried"), ask="when")
