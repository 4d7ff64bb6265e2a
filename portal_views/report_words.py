"""How a report says its figures: lengths of time, shares, and what became more, less, faster or slower."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from portal_views.formats import Formats
from portal_views.texts import Texts
from storage.report import BotAlone, Figures, Ratings, Timing

Tone: TypeAlias = Literal["good", "bad", "plain"]

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure at the head of a report: its name, what it is, what else to know, and how it was before."""

    name: str
    value: str
    note: str
    change: str
    tone: Tone


def span(t: Texts, seconds: float | None) -> str:
    """A length of time in its two largest units: `45 s`, `7 min`, `1 h 12 min`, `2 d 3 h`; a dash for none."""
    if seconds is None:
        return "–"
    if seconds < _MINUTE:
        return t("reports.span.seconds", count=round(seconds))
    if seconds < _HOUR:
        return t("reports.span.minutes", count=round(seconds / _MINUTE)) if seconds < _HOUR - 30 else span(t, _HOUR)
    minutes = round(seconds / _MINUTE)
    if minutes < 24 * 60:
        hours, rest = divmod(minutes, 60)
        return t("reports.span.hours" if rest else "reports.span.full_hours", hours=hours, minutes=rest)
    days, hours = divmod(round(seconds / _HOUR), 24)
    return t("reports.span.days" if hours else "reports.span.full_days", days=days, hours=hours)


def percent(share: float | None) -> str:
    """`64 %`; a dash for none."""
    return "–" if share is None else f"{round(share * 100)}\u00a0%"


def score(ratings: Ratings) -> str:
    """`4.6`; a dash where nobody rated."""
    return "–" if ratings.average is None else f"{ratings.average:.1f}"


def tiles(t: Texts, f: Formats, now: Figures, before: Figures) -> list[Tile]:
    """The figures at the head of a report, each with how it was in the period before."""
    return [
        _counted(t, f, "conversations", (now.conversations, before.conversations), _rest(t, f, now)),
        _counted(t, f, "messages", (now.messages, before.messages), _authors(t, f, now)),
        _timed(t, "first_answer", now.first_answer, before.first_answer, now.first_answer_open),
        _timed(t, "resolve", now.resolve, before.resolve, None),
        _bot(t, f, now.bot, before.bot),
        _rated(t, f, now.ratings, before.ratings),
    ]


def _rest(t: Texts, f: Formats, now: Figures) -> str:
    return t("reports.tile.conversations_note", resolved=f.number(now.resolved), handed=f.number(now.handed_off))


def _authors(t: Texts, f: Formats, now: Figures) -> str:
    return t(
        "reports.tile.messages_note",
        client=f.number(now.client_messages),
        bot=f.number(now.bot_messages),
        staff=f.number(now.staff_messages),
    )


def _counted(t: Texts, f: Formats, name: str, counts: tuple[int, int], note: str) -> Tile:
    now, before = counts
    if not before:
        change = t("reports.change.none")
    elif not _difference(now, before):
        change = t("reports.change.same")
    else:
        key = "more" if now > before else "fewer"
        change = t(f"reports.change.{key}", percent=_difference(now, before), before=f.number(before))
    return Tile(name=t(f"reports.tile.{name}"), value=f.number(now), note=note, change=change, tone="plain")


def _timed(t: Texts, name: str, now: Timing, before: Timing, in_hours: Timing | None) -> Tile:
    change, tone = t("reports.change.none"), "plain"
    if now.median is not None and before.median:
        faster = now.median < before.median
        key = "same" if _difference(now.median, before.median) == 0 else "faster" if faster else "slower"
        tone = {"same": "plain", "faster": "good", "slower": "bad"}[key]
        values = {} if key == "same" else {"percent": _difference(now.median, before.median)}
        change = t(f"reports.change.{key}", **values, **({} if key == "same" else {"before": span(t, before.median)}))
    note = t("reports.tile.nine_of_ten", time=span(t, now.most))
    if in_hours is not None:
        note = t("reports.tile.first_answer_note", most=note, open=span(t, in_hours.median))
    return Tile(name=t(f"reports.tile.{name}"), value=span(t, now.median), note=note, change=change, tone=_tone(tone))


def _bot(t: Texts, f: Formats, now: BotAlone, before: BotAlone) -> Tile:
    note = t("reports.tile.bot_note", alone=f.number(now.alone), of=f.number(now.of))
    if now.may_ask_again:
        note += " " + t("reports.tile.bot_pending", count=f.number(now.may_ask_again))
    change, tone = t("reports.change.none"), "plain"
    if now.share is not None and before.share is not None:
        points = round(now.share * 100) - round(before.share * 100)
        key = "same" if points == 0 else "points_up" if points > 0 else "points_down"
        tone = {"same": "plain", "points_up": "good", "points_down": "bad"}[key]
        values = {} if points == 0 else {"points": abs(points), "before": percent(before.share)}
        change = t(f"reports.change.{key}", **values)
    return Tile(name=t("reports.tile.bot"), value=percent(now.share), note=note, change=change, tone=_tone(tone))


def _rated(t: Texts, f: Formats, now: Ratings, before: Ratings) -> Tile:
    change, tone = t("reports.change.none"), "plain"
    if now.average is not None and before.average is not None:
        difference = round(now.average, 1) - round(before.average, 1)
        key = "same" if abs(difference) < 0.05 else "better" if difference > 0 else "worse"
        tone = {"same": "plain", "better": "good", "worse": "bad"}[key]
        change = t(f"reports.change.{key}", **({} if key == "same" else {"before": score(before)}))
    key = "no_ratings" if not now.count else "one_rating" if now.count == 1 else "many_ratings"
    note = t(f"reports.tile.{key}", **({"count": f.number(now.count)} if now.count > 1 else {}))
    value = score(now) if now.average is None else t("reports.tile.of_five", score=score(now))
    return Tile(name=t("reports.tile.ratings"), value=value, note=note, change=change, tone=_tone(tone))


def _difference(now: float, before: float) -> int:
    """How far `now` is from `before`, in percent of it."""
    return abs(round(100 * (now - before) / before))


def _tone(name: str) -> Tone:
    return "good" if name == "good" else "bad" if name == "bad" else "plain"
