"""The figures of a report: each counts what it says it counts, and the parts add up to the whole."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.episode import Episode, Share
from storage.messages import Rating
from storage.open_time import OpenTime
from storage.opening_hours import is_open
from storage.report import Report, Timing, report, timing, totals
from tests.cast import NOW, SHOP
from tests.unit.storage.test_episodes import made

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 15)
MONDAY = datetime.fromisoformat("2026-03-09T09:00:00-05:00")


def figures(episodes: list[Episode]) -> Report:
    open_time = OpenTime(SHOP, NOW - timedelta(days=60), NOW + timedelta(days=60))
    counted = open_time.seconds_between
    result = report(episodes, FIRST, LAST, zone=SHOP.zone, open_seconds=counted, now=NOW)
    assert totals(episodes, FIRST, LAST, zone=SHOP.zone, open_seconds=counted, now=NOW) == result.total
    return result


def asked(n: int, at: datetime, **changes: object) -> Episode:
    """The bot answered at once; it ended a day later."""
    plain = made(n, started_at=at, asked_at=at, answered_at=None, answered_by=None, had_person=False, shares=())
    alone = replace(plain, staff_messages=0, bot_messages=2, resolved_at=at + timedelta(days=1), ending="idle")
    return replace(alone, resolved_by=None, rating=None, labels=(), **changes)  # type: ignore[arg-type]


def with_person(n: int, at: datetime, waited: timedelta, **changes: object) -> Episode:
    """Ray answered after so long, and resolved it an hour after that."""
    written: dict[str, object] = {"shares": (Share("ray", "Ray Ortiz", 2),), "staff_messages": 2, "had_person": True}
    answered = {"answered_at": at + waited, "answered_by": "ray"}
    ended = {"resolved_at": at + waited + timedelta(hours=1), "ending": "staff", "resolved_by": "ray"}
    return replace(asked(n, at), **(written | answered | ended | changes))  # type: ignore[arg-type]


def test_the_first_answer_counts_from_the_hand_off_and_beside_it_only_while_the_shop_is_open() -> None:
    handed = MONDAY + timedelta(minutes=30)
    evening = MONDAY.replace(hour=17, minute=20)  # it closes at 17:30, and opens at 7:30
    total = figures(
        [
            with_person(1, MONDAY, timedelta(minutes=40), handed_off_at=handed),
            with_person(2, evening, timedelta(hours=14, minutes=15)),
            asked(3, MONDAY, opened_by="staff"),
        ]
    ).total
    assert total.first_answer == Timing(2, (10 * 60 + 855 * 60) / 2, 855 * 60)
    assert total.first_answer_open == Timing(2, (10 * 60 + 15 * 60) / 2, 15 * 60)
    assert total.resolve.count == 2
    assert (total.handed_off, total.unanswered) == (1, 0)


def test_by_the_bot_alone_means_no_person_and_not_asked_again_within_seven_days() -> None:
    long_ago = MONDAY - timedelta(days=7)
    ended = long_ago + timedelta(days=1)
    result = figures(
        [
            asked(1, long_ago),
            asked(2, long_ago, asked_again_at=ended + timedelta(days=6)),
            asked(3, long_ago, asked_again_at=ended + timedelta(days=8)),
            asked(4, MONDAY),  # ended a day ago: may still ask again
            asked(5, MONDAY, ending="continued"),
            asked(6, MONDAY, resolved_at=None, ending=None),
            with_person(7, MONDAY, timedelta(minutes=1)),
            asked(8, MONDAY, handed_off_at=MONDAY),
        ]
    )
    bot = result.total.bot
    assert (bot.alone, bot.of, bot.may_ask_again) == (3, 6, 1)
    assert (result.total.conversations, result.total.unanswered) == (8, 1)


def test_people_and_labels_have_what_is_theirs() -> None:
    two = (Share("ray", "Ray Ortiz", 2), Share("ana", "Ana", 1))
    result = figures(
        [
            with_person(1, MONDAY, timedelta(minutes=5), rating=Rating(score=5, comment="good"), labels=("brakes",)),
            with_person(2, MONDAY, timedelta(minutes=9), shares=two, rating=Rating(score=2), resolved_by="ana"),
            asked(3, MONDAY, client_messages=0, bot_messages=0),  # taken and put away: nobody wrote
        ]
    )
    ray, ana = result.people
    assert (ray.id, ray.conversations, ray.messages, ray.resolved, ray.first_answer.count) == ("ray", 2, 4, 1, 2)
    assert (ray.ratings.average, ana.ratings.average, ana.resolved, ana.first_answer.count) == (3.5, 2.0, 1, 0)
    assert [(label, one.conversations) for label, one in result.labels] == [("brakes", 1)]
    assert [one.rating.comment for one in result.comments if one.rating] == ["good"]
    assert (sum(map(sum, result.hours)), result.hours[0][9]) == (2, 2)


@given(st.lists(st.tuples(st.integers(-400, 400), st.sampled_from(["web", "sms", "email"]), st.booleans())))
def test_days_channels_and_hours_add_up_to_the_whole(steps: list[tuple[int, str, bool]]) -> None:
    episodes = []
    for n, (hours, channel, bot) in enumerate(steps):
        at = MONDAY + timedelta(hours=hours)
        one = asked(n, at, channel=channel) if bot else with_person(n, at, timedelta(hours=1), channel=channel)
        episodes.append(one)
    result = figures(episodes)
    inside = [one for one in episodes if FIRST <= one.started_at.astimezone(SHOP.zone).date() <= LAST]
    assert result.total.conversations == len(inside) == sum(map(sum, result.hours))
    assert len(result.days) == 14
    for parts in (result.days, result.channels):
        for name in ("conversations", "messages", "resolved", "handed_off"):
            assert sum(getattr(one, name) for _, one in parts) == getattr(result.total, name)
        assert sum(one.bot.alone for _, one in parts) == result.total.bot.alone
        assert sum(one.first_answer.count for _, one in parts) == result.total.first_answer.count


@given(st.integers(0, 60 * 24 * 30), st.integers(0, 60 * 24 * 3))
def test_open_time_is_the_minutes_in_which_the_shop_is_open(start: int, minutes: int) -> None:
    begin = datetime.fromisoformat("2026-03-01T00:00:00-06:00")  # the clock changes on the 8th
    open_time = OpenTime(SHOP, begin, begin + timedelta(days=40))
    at = begin + timedelta(minutes=start)
    counted = open_time.seconds_between(at, at + timedelta(minutes=minutes))
    by_hand = sum(60 for n in range(minutes) if is_open(SHOP, at + timedelta(minutes=n)))
    assert counted == by_hand


def test_nine_of_ten_is_a_time_that_was_measured() -> None:
    assert timing([]) == Timing()
    assert timing([4.0]) == Timing(1, 4.0, 4.0)
    assert timing([float(n) for n in range(1, 21)]) == Timing(20, 10.5, 18.0)
