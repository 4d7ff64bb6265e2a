"""Moves a visit: which one, to when, read-back, yes. One write moves it; where the time is taken others are offered."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from bot.action import Outcome
from bot.context import Context
from bot.form import CONFIRM, Done, Filling, Form, FormState, Slot
from bot.reply import Choice, Reply, Thing
from bot.tracker import Slots
from bot.understanding import When
from bot.understanding.features import fold
from bot.visit_choice import VisitSlot, find_own, has_begun, turns_to_another, upcoming
from bot.visit_time import TimeSlot, offer_instead
from bot.visit_words import what_and_car, what_of
from storage.news import visit_changed
from storage.proof import Asked
from storage.records import NotFound
from storage.visit import Visit, VisitChanged, VisitConflict, find_clash
from storage.visits import NotBookable, OpeningTaken

_CLOCK = ("time", "from", "to")
_TIME = ("time", "starts_at", "minutes", "tried")
_VISIT = VisitSlot("reschedule_appointment", moving=True)
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
        """As for a booking, once the visit is known; till then the wish is only kept."""
        if state.filled.get("visit"):
            return await super().fill(state)
        when = super().meant(state.context, state.filled)
        clear = when is None or not when.asks or set(when.asks) <= {"date", "time"}
        return Filling(values=await super().wished(state.context, when, state.filled) if clear else {})

    def meant(self, context: Context, filled: Mapping[str, Any]) -> When | None:
        """The time that is wanted; one given up that is no visit's own was the wanted one after all."""
        entities = context.entities
        if entities.when is None and entities.old_when is not None and filled.get("visit_at"):
            day, now_on = entities.old_when.date, datetime.fromisoformat(filled["visit_at"])
            return entities.old_when if day not in (None, now_on.astimezone(context.shop.zone).date()) else None
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
        day = wish.get("day") or filled.get("day")
        timed = any(wish.get(name, filled.get(name)) for name in _CLOCK)
        if timed:
            return wish if day else {**wish, "day": local.date().isoformat()}
        if day == local.date().isoformat() and wish.get("day"):
            return {**wish, "day": None}  # "reschedule monday": the day that it is on is no wish
        part = when is not None and when.range is not None
        return {**wish, "time": f"{local:%H:%M}"} if day and not part else wish


class RescheduleAppointment(Form):
    """Another time."""

    asks = Asked.MOVE
    page = "visit"
    by_record = True
    section = "visits"
    corrections = frozenset({"book_appointment"})
    slots: ClassVar[tuple[Slot, ...]] = (_VISIT, MovedTimeSlot())

    def is_answer(self, context: Context) -> bool:
        """Also a day or a time by itself, and "no, the other one"."""
        return super().is_answer(context) or context.entities.when is not None or turns_to_another(context)

    async def step(self, context: Context) -> Outcome:
        """A form, where there is a visit to move."""
        if context.tracker.requested_slot == CONFIRM or await upcoming(context):
            return await super().step(context)
        if await has_begun(context):
            return Outcome(reply=_too_late(context).reply)
        book = Choice(context.say("book"), "/book_appointment")
        return Outcome(reply=Reply(text=context.say("none"), choices=(book,), pages=(context.page("visits"),)))

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """From when to when, as a question."""
        visit = await context.store.visits.get(context.shop.slug, filled["visit"])
        return context.say(
            "read_back",
            what=await what_and_car(context, visit),
            old=context.moment(visit.starts_at),
            new=context.moment(datetime.fromisoformat(filled["starts_at"])),
        )

    def speaks_of(self, filled: Mapping[str, Any]) -> Mapping[Thing, tuple[str, ...]]:
        """The visit."""
        return {"visit": (filled["visit"],)}

    async def find_hindrance(self, context: Context, filled: Mapping[str, Any]) -> Done | None:
        """A visit that is gone, over, changed meanwhile or there already; another one of the same car at that time."""
        visit = await find_own(context, filled["visit"])
        if visit is None or not visit.active or visit.starts_at <= context.now:
            return _too_late(context)
        told, wanted = (datetime.fromisoformat(filled[name]) for name in ("visit_at", "starts_at"))
        if visit.starts_at not in (told, wanted):
            return await _VISIT.changed(context, visit)
        if told == wanted:
            text = context.say("there_already", what=what_of(context, visit), when=context.moment(wanted))
            return Done(reply=Reply(text=text), empty=_TIME, ask="when")
        clash = find_clash(await upcoming(context), visit.vehicle_id, wanted, visit.minutes, but=visit.id)
        return None if clash is None else _clashing(context, clash)

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Move it; one that is there already is told the same."""
        told, wanted = (datetime.fromisoformat(filled[name]) for name in ("visit_at", "starts_at"))
        try:
            visit = await context.store.visits.move(context.shop, filled["visit"], wanted, context.now, told)
        except VisitChanged:
            return await _VISIT.changed(context, await context.store.visits.get(context.shop.slug, filled["visit"]))
        except (NotFound, VisitConflict):
            return _too_late(context)
        except NotBookable as error:
            return _too_late(context) if error.field == "visit" else await _again(context, filled, "offer_near")
        except OpeningTaken:
            return await _again(context, filled, "just_taken")
        await context.store.news.add(visit_changed(visit, "moved", place="chat"))
        key = "moved" if visit.status == "confirmed" else "asked_to_move"
        text = context.say(key, what=what_of(context, visit), when=context.moment(visit.starts_at))
        return Done(reply=Reply(text=text, pages=(context.page("visit", visit.id),), about={"visit": (visit.id,)}))


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
    text = context.say("too_late", phone=context.shop_phone())
    return Done(reply=Reply(text=text, pages=(context.page("visits"),)))


def _clashing(context: Context, clash: Visit) -> Done:
    text = context.say("have_already", what=what_of(context, clash), when=context.moment(clash.starts_at))
    return Done(reply=Reply(text=text), empty=_TIME, ask="when")


async def _again(context: Context, filled: Mapping[str, Any], key: str) -> Done:
    starts_at = datetime.fromisoformat(filled["starts_at"])
    reply = await offer_instead(context, key, starts_at, int(filled["length"]), filled)
    return Done(reply=reply, empty=_TIME, ask="when")
