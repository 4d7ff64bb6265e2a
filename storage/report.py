"""The figures of a period, from the episodes that began in it. Pure: what each figure counts is said here, and on the
page in the reader's words.

- A *conversation* is an episode in which somebody wrote. It belongs to the day on which it began, on the shop's clock.
- *First answer*: from when a person was due (the bot's hand-off; without one the client's first message) to the first
  message by one of the staff. Conversations that staff began themselves, or in which nobody wrote, have none.
- *Time to resolve*: from the beginning to when one of the staff resolved it. What ended of itself, a day after the last
  message, says nothing about how long it took.
- *By the bot alone*: of those that the client wrote in and that have ended (and did not go on elsewhere), those in
  which the bot answered, no person was asked for, had it or wrote, and after which the client began no other within
  seven days of the end. Those that ended less than seven days ago count as they stand; `may_ask_again` says how many.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from storage.episode import ASKED_AGAIN_WITHIN, Episode
from storage.messages import ChannelName

SCORES = (1, 2, 3, 4, 5)
CHANNELS: tuple[ChannelName, ...] = ("web", "sms", "email")

OpenSeconds: TypeAlias = Callable[[datetime, datetime], float]


@dataclass(frozen=True, slots=True)
class Timing:
    """Of `count` times, in seconds: the median, and what nine of ten were below. None where there are none."""

    count: int = 0
    median: float | None = None
    most: float | None = None  # 90th percentile


@dataclass(frozen=True, slots=True)
class Ratings:
    """How many gave each score, 1 to 5."""

    counts: tuple[int, ...] = (0, 0, 0, 0, 0)

    @property
    def count(self) -> int:
        """How many rated."""
        return sum(self.counts)

    @property
    def average(self) -> float | None:
        """Their mean; None where nobody rated."""
        total = sum(score * many for score, many in zip(SCORES, self.counts, strict=True))
        return total / self.count if self.count else None


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAlone:
    """Of `of` conversations the bot alone answered `alone`; `may_ask_again` of these ended less than seven days ago."""

    alone: int = 0
    of: int = 0
    may_ask_again: int = 0

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.alone / self.of if self.of else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is counted of some conversations: of the period, a day, a channel, a label."""

    conversations: int = 0
    client_messages: int = 0
    bot_messages: int = 0
    staff_messages: int = 0
    handed_off: int = 0
    unanswered: int = 0  # handed off, and no person has written yet
    resolved: int = 0
    first_answer: Timing = Timing()
    first_answer_open: Timing = Timing()  # only the time in which the shop was open
    resolve: Timing = Timing()
    bot: BotAlone = BotAlone()
    ratings: Ratings = Ratings()

    @property
    def messages(self) -> int:
        """What was said, by the client, the bot and staff."""
        return self.client_messages + self.bot_messages + self.staff_messages


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFigures:
    """One of the staff: the conversations they wrote in, and what they answered first, ended, and were rated for."""

    id: str
    name: str
    conversations: int
    messages: int
    first_answer: Timing  # of those that they answered first
    resolved: int
    ratings: Ratings


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All figures of a period. `hours[weekday][hour]`: conversations that began then, on the shop's clock."""

    total: Figures
    days: tuple[tuple[date, Figures], ...]  # each of the period
    channels: tuple[tuple[ChannelName, Figures], ...]
    labels: tuple[tuple[str, Figures], ...]  # the one with most first
    people: tuple[PersonFigures, ...]
    hours: tuple[tuple[int, ...], ...]
    comments: tuple[Episode, ...]  # latest first


@dataclass(slots=True)
class _Person:
    name: str = ""
    conversations: int = 0
    messages: int = 0
    resolved: int = 0
    waits: list[float] = field(default_factory=list)
    scores: list[int] = field(default_factory=list)


def report(
    episodes: Iterable[Episode], first: date, last: date, *, zone: ZoneInfo, open_seconds: OpenSeconds, now: datetime
) -> Report:
    """The figures of the days from `first` to `last`. `open_seconds(start, end)` says how long the shop was open."""
    days: dict[date, list[Episode]] = {first + timedelta(days=n): [] for n in range((last - first).days + 1)}
    hours = [[0] * 24 for _ in range(7)]
    for one in episodes:
        local = one.started_at.astimezone(zone)
        day = local.date()
        if one.messages and day in days:
            days[day].append(one)
            hours[day.weekday()][local.hour] += 1
    counted = [one for found in days.values() for one in found]
    labels = sorted({label for one in counted for label in one.labels})

    def figures(some: Sequence[Episode]) -> Figures:
        return _figures(some, open_seconds, now)

    by_label = [(label, figures([one for one in counted if label in one.labels])) for label in labels]
    commented = [one for one in counted if one.rating is not None and one.rating.comment]
    return Report(
        total=figures(counted),
        days=tuple((day, figures(found)) for day, found in days.items()),
        channels=tuple((name, figures([one for one in counted if one.channel == name])) for name in CHANNELS),
        labels=tuple(sorted(by_label, key=lambda pair: -pair[1].conversations)),
        people=_people(counted),
        hours=tuple(tuple(row) for row in hours),
        comments=tuple(sorted(commented, key=lambda one: one.started_at, reverse=True)),
    )


def totals(
    episodes: Iterable[Episode], first: date, last: date, *, zone: ZoneInfo, open_seconds: OpenSeconds, now: datetime
) -> Figures:
    """The figures of all days from `first` to `last` together: what a period is compared with."""
    counted = [one for one in episodes if one.messages and first <= one.started_at.astimezone(zone).date() <= last]
    return _figures(counted, open_seconds, now)


def timing(seconds: Sequence[float]) -> Timing:
    """Median and 90th percentile (the nearest that was measured) of times."""
    if not seconds:
        return Timing()
    ordered = sorted(seconds)
    middle = len(ordered) // 2
    median = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return Timing(len(ordered), median, ordered[math.ceil(0.9 * len(ordered)) - 1])


def _figures(episodes: Sequence[Episode], open_seconds: OpenSeconds, now: datetime) -> Figures:
    if not episodes:
        return Figures()
    waits = [wait for one in episodes if (wait := _wait(one)) is not None]
    ended = [one for one in episodes if one.resolved_at is not None and one.ending != "continued"]
    return Figures(
        conversations=len(episodes),
        client_messages=sum(one.client_messages for one in episodes),
        bot_messages=sum(one.bot_messages for one in episodes),
        staff_messages=sum(one.staff_messages for one in episodes),
        handed_off=sum(1 for one in episodes if one.handed_off_at is not None),
        unanswered=sum(1 for one in episodes if one.handed_off_at is not None and one.staff_messages == 0),
        resolved=len(ended),
        first_answer=timing([(end - start).total_seconds() for start, end in waits]),
        first_answer_open=timing([open_seconds(start, end) for start, end in waits]),
        resolve=timing(
            [
                (one.resolved_at - one.started_at).total_seconds()
                for one in ended
                if one.resolved_at is not None and one.ending == "staff"
            ]
        ),
        bot=_bot_alone(ended, now),
        ratings=_ratings([one.rating.score for one in episodes if one.rating is not None]),
    )


def _wait(one: Episode) -> tuple[datetime, datetime] | None:
    due, answered = one.due_at, one.answered_at
    return (due, answered) if due is not None and answered is not None else None


def _bot_alone(ended: Sequence[Episode], now: datetime) -> BotAlone:
    asked = [one for one in ended if one.client_messages]
    alone = [one for one in asked if one.by_bot_alone and not one.asked_again]
    recent = sum(1 for one in alone if one.resolved_at is not None and now - one.resolved_at < ASKED_AGAIN_WITHIN)
    return BotAlone(alone=len(alone), of=len(asked), may_ask_again=recent)


def _ratings(scores: Sequence[int]) -> Ratings:
    return Ratings(tuple(scores.count(score) for score in SCORES))


def _people(episodes: Sequence[Episode]) -> tuple[PersonFigures, ...]:
    people: dict[str, _Person] = {}
    for one in episodes:
        for share in one.shares:
            person = people.setdefault(share.id, _Person())
            person.name = share.name
            person.conversations += 1
            person.messages += share.messages
            if one.rating is not None:
                person.scores.append(one.rating.score)
        if one.answered_by is not None and (wait := _wait(one)) is not None:
            people.setdefault(one.answered_by, _Person()).waits.append((wait[1] - wait[0]).total_seconds())
        if one.resolved_by is not None:
            people.setdefault(one.resolved_by, _Person()).resolved += 1
    found = [
        PersonFigures(
            id=staff_id,
            name=person.name,
            conversations=person.conversations,
            messages=person.messages,
            first_answer=timing(person.waits),
            resolved=person.resolved,
            ratings=_ratings(person.scores),
        )
        for staff_id, person in people.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.conversations, one.name)))
