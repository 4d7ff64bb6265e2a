"""When a visit is to be: a wished day and time becomes an opening, or the nearest ones are offered."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from bot.answers import capital
from bot.context import Context
from bot.form import Filling, FormState
from bot.reply import Choice, Reply
from bot.tracker import Slots
from bot.understanding.special_days import find_special_days
from bot.understanding.when import When
from storage.opening_hours import intervals
from storage.openings import NotBookable, Opening, Openings, VisitsWithout, last_day, minutes_for

_SHOWN = 4  # openings of one day that are offered
_NEAREST = 3
_PARTS = {"morning": (time(0), time(12)), "afternoon": (time(12), time(17)), "evening": (time(16), time(23, 59))}
_USUAL = time(9)  # what "near" is measured from, where only a day is known
_IN_WORDS = frozenset({"car", "name", "phone"})
_WISH = ("day", "time", "from", "to")


class TimeSlot:
    """`day`, `time`, `from` and `to` are the wish, local and ISO; `starts_at` is the opening found for `minutes`.

    `tried` is the wish that was looked up last: it is not looked up again while the talk is about something else.
    """

    name = "when"
    clears = (*_WISH, "starts_at", "minutes", "tried")

    async def fill(self, state: FormState) -> Filling:
        """What the message wishes over what was wished before; then the opening, or what is offered in its place."""
        context, filled = state.context, state.filled
        when = self.meant(context, filled)
        problem = _unclear(context, when) if when is not None else None
        wish = await self.wished(context, when, filled)
        if problem is not None:
            gone = when is not None and not {"past", "impossible"}.isdisjoint(when.asks)
            return Filling(values={} if gone else wish, problem=problem)
        merged = {**filled, **wish}
        minutes = _minutes(context, filled)
        tried = " ".join(str(part) for part in (*(merged.get(name) for name in _WISH), minutes))
        if minutes is None or not merged.get("day") or filled.get("tried") == tried:
            return Filling(values=wish)
        return await self._resolved(context, merged, {**wish, "tried": tried}, minutes)

    async def is_filled(self, state: FormState) -> bool:
        """Once an opening is found for as long as the services take."""
        context, filled = state.context, state.filled
        return bool(filled.get("starts_at")) and filled.get("minutes") == _minutes(context, filled)

    async def ask(self, state: FormState) -> Reply:
        """With the openings of the wished day, else the next ones there are."""
        context, filled = state.context, state.filled
        minutes = _minutes(context, filled) or 0
        day = _parse_day(filled.get("day"))
        if day is not None:
            _, reply = await _offer(context, filled, day, minutes)
            return reply
        openings, now = _openings(context, filled), context.now
        nearest = await openings.nearest(context.shop, now, minutes, now, limit=_NEAREST)
        if not nearest:
            return _nothing_free(context)
        choices = _choices(context, filled, nearest, with_day=True)
        return Reply(text=context.say("offer"), choices=choices, pages=_book(context))

    def meant(self, context: Context, filled: Mapping[str, Any]) -> When | None:  # noqa: ARG002
        """The message's day and time; a bare number in answer to a question in words is none ("2012 Outback")."""
        when = context.entities.when
        if when is not None and when.date is None and context.tracker.requested_slot in _IN_WORDS:
            return None
        return when

    async def wished(self, context: Context, when: When | None, filled: Mapping[str, Any]) -> Slots:  # noqa: ARG002
        """The message's wish as slots."""
        return _wished(context, when)

    async def _resolved(self, context: Context, merged: Mapping[str, Any], wish: Slots, minutes: int) -> Filling:
        day = _parse_day(merged["day"])
        assert day is not None
        found, reply = await _offer(context, merged, day, minutes)
        if found is None:
            return Filling(values={**wish, "starts_at": None, "minutes": None}, problem=reply)
        return Filling(values={**wish, "starts_at": found.starts_at.isoformat(), "minutes": minutes})


async def offer_instead(
    context: Context, key: str, starts_at: datetime, minutes: int, filled: Mapping[str, Any]
) -> Reply:
    """The openings nearest to one that cannot be had (any more)."""
    nearest = await _openings(context, filled).nearest(context.shop, starts_at, minutes, context.now, limit=_NEAREST)
    if not nearest:
        return _nothing_free(context)
    text = context.say(key, wanted=context.moment(starts_at))
    return Reply(text=capital(text), choices=_choices(context, filled, nearest, with_day=True))


async def _offer(context: Context, wish: Mapping[str, Any], day: date, minutes: int) -> tuple[Opening | None, Reply]:
    """The opening that the wish names, or what to say where there is none or it leaves a choice."""
    if day > last_day(context.shop, context.now):
        days = context.shop.booking.days_ahead
        return None, Reply(text=context.say("too_far", days=days), pages=_book(context))
    free = await _openings(context, wish).free(context.shop, day, minutes, context.now)
    wanted = _local(context, day, _parse_time(wish.get("time")) or _parse_time(wish.get("from")) or _USUAL)
    if wish.get("time"):
        exact = next((opening for opening in free if opening.starts_at == wanted), None)
        if exact is not None:
            return exact, Reply(text="")
        if free or intervals(context.shop, day):
            return None, await offer_instead(context, "offer_near", wanted, minutes, wish)
    fitting = _within(context, wish, free)
    if fitting and not wish.get("time"):
        text = context.say("offer_day", day=context.day(day))
        return None, Reply(text=text, choices=_choices(context, wish, _spread(fitting), with_day=False))
    closed = not intervals(context.shop, day)
    nearest = await _openings(context, wish).nearest(context.shop, wanted, minutes, context.now, limit=_NEAREST)
    if not nearest:
        return None, _nothing_free(context)
    text = context.say("offer_closed" if closed else "offer_full", day=context.day(day))
    return None, Reply(text=capital(text), choices=_choices(context, wish, nearest, with_day=True))


def _unclear(context: Context, when: When) -> Reply | None:
    """What a good receptionist would ask back before looking at the book."""
    if "impossible" in when.asks:
        return Reply(text=context.say("bad_date"))
    if "past" in when.asks:
        return Reply(text=context.say("past_date"))
    if "which_day" in when.asks and when.date is None:
        return Reply(text=context.say("which_day"))
    if "am_or_pm" in when.asks and when.time is None:
        return Reply(text=context.say("am_or_pm"))
    return None


def _wished(context: Context, when: When | None) -> Slots:
    """The message's wish as slots: a picked opening, or the day and time that it names."""
    at = context.given.get("at")
    picked = _parse_moment(at) if isinstance(at, str) else None
    if picked is not None:
        local = picked.astimezone(context.shop.zone)
        return {"day": local.date().isoformat(), "time": f"{local:%H:%M}", "from": None, "to": None}
    when = when or When()
    named = [when.date] if when.date else find_special_days(context.shop, context.turn.text, context.today)
    wish: Slots = {"day": named[0].isoformat()} if len(named) == 1 else {}
    if when.time is not None:
        return {**wish, "time": f"{when.time:%H:%M}", "from": None, "to": None}
    start, end = _PARTS.get(when.range or "", (None, None))
    start, end = when.time_from or start, when.time_to or end
    if start is None and end is None:
        return wish
    return {**wish, "time": None, "from": _clock(start), "to": _clock(end)}


def _within(context: Context, wish: Mapping[str, Any], free: Sequence[Opening]) -> list[Opening]:
    start, end = _parse_time(wish.get("from")) or time(0), _parse_time(wish.get("to")) or time(23, 59)
    zone = context.shop.zone
    return [opening for opening in free if start <= opening.starts_at.astimezone(zone).time() <= end]


def _spread(openings: Sequence[Opening]) -> list[Opening]:
    """A few of them, over the whole stretch."""
    if len(openings) <= _SHOWN:
        return list(openings)
    last = len(openings) - 1
    return [openings[round(place * last / (_SHOWN - 1))] for place in range(_SHOWN)]


def _choices(
    context: Context, filled: Mapping[str, Any], openings: Sequence[Opening], *, with_day: bool
) -> tuple[Choice, ...]:
    form = "reschedule_appointment" if filled.get("visit") else "book_appointment"
    written = context.moment if with_day else context.wording.time
    return tuple(
        Choice(
            capital(written(opening.starts_at)),
            f'/{form}{{"at": "{opening.starts_at.astimezone(UTC):%Y-%m-%dT%H:%MZ}"}}',
        )
        for opening in openings
    )


def _minutes(context: Context, filled: Mapping[str, Any]) -> int | None:
    """How long it takes: as long as the visit that is moved, else as the services that are wished."""
    if filled.get("visit"):
        return int(filled["length"])
    try:
        return minutes_for(context.shop, filled.get("services") or ())
    except NotBookable:
        return None


def _openings(context: Context, filled: Mapping[str, Any]) -> Openings:
    """The openings; a visit that is moved does not stand in its own way."""
    visits = context.store.visits
    return Openings(VisitsWithout(visits, filled["visit"]) if filled.get("visit") else visits)


def _nothing_free(context: Context) -> Reply:
    return Reply(text=context.say("nothing_free", phone=context.shop_phone()), pages=_book(context))


def _book(context: Context) -> tuple[Any, ...]:
    return (context.page("book"),)


def _local(context: Context, day: date, at: time) -> datetime:
    return datetime.combine(day, at, context.shop.zone).astimezone(UTC)


def _parse_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _parse_day(text: Any) -> date | None:
    return date.fromisoformat(text) if text else None


def _parse_time(text: Any) -> time | None:
    return time.fromisoformat(text) if text else None


def _clock(value: time | None) -> str | None:
    return f"{value:%H:%M}" if value is not None else None
