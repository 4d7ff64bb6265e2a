"""The figures of a report as tables for a spreadsheet: column names as code, times in seconds, moments with offset."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from storage.episode import Episode
from storage.report import Figures, Report

Table: TypeAlias = tuple[Sequence[str], list[Sequence[object]]]

_FIGURES = (
    "conversations",
    "messages_client",
    "messages_bot",
    "messages_staff",
    "handed_off",
    "unanswered",
    "resolved",
    "first_answer_median_s",
    "first_answer_p90_s",
    "first_answer_open_median_s",
    "first_answer_open_p90_s",
    "resolve_median_s",
    "resolve_p90_s",
    "bot_alone",
    "bot_alone_of",
    "ratings",
    "rating_average",
)


def days(report: Report, _: Sequence[Episode], __: ZoneInfo) -> Table:
    """A row a day."""
    return ("day", *_FIGURES), [(str(day), *_row(figures)) for day, figures in report.days]


def channels(report: Report, _: Sequence[Episode], __: ZoneInfo) -> Table:
    """A row a channel."""
    return ("channel", *_FIGURES), [(name, *_row(figures)) for name, figures in report.channels]


def labels(report: Report, _: Sequence[Episode], __: ZoneInfo) -> Table:
    """A row a label."""
    return ("label", *_FIGURES), [(name, *_row(figures)) for name, figures in report.labels]


def people(report: Report, _: Sequence[Episode], __: ZoneInfo) -> Table:
    """A row for each of the staff."""
    head = (
        "person",
        "conversations",
        "messages",
        "answered_first",
        "first_answer_median_s",
        "first_answer_p90_s",
        "resolved",
        "ratings",
        "rating_average",
    )
    rows: list[Sequence[object]] = [
        (
            one.name or one.id,
            one.conversations,
            one.messages,
            one.first_answer.count,
            one.first_answer.median,
            one.first_answer.most,
            one.resolved,
            one.ratings.count,
            one.ratings.average,
        )
        for one in report.people
    ]
    return head, rows


def conversations(_: Report, episodes: Sequence[Episode], zone: ZoneInfo) -> Table:
    """A row a conversation: what all figures are made of."""
    head = (
        "conversation",
        "episode",
        "started",
        "channel",
        "messages_client",
        "messages_bot",
        "messages_staff",
        "handed_off",
        "urgent",
        "due",
        "answered",
        "answered_by",
        "ended",
        "ending",
        "bot_alone",
        "asked_again",
        "rating",
        "comment",
        "labels",
        "staff",
    )
    ordered = sorted(episodes, key=lambda one: (one.started_at, one.id))
    return head, [_conversation(one, zone) for one in ordered]


def _conversation(one: Episode, zone: ZoneInfo) -> Sequence[object]:
    names = {share.id: share.name for share in one.shares}
    return (
        one.conversation,
        one.number,
        _moment(one.started_at, zone),
        one.channel,
        one.client_messages,
        one.bot_messages,
        one.staff_messages,
        _moment(one.handed_off_at, zone),
        int(one.urgent),
        _moment(one.due_at, zone),
        _moment(one.answered_at, zone),
        names.get(one.answered_by or "", one.answered_by),
        _moment(one.resolved_at, zone),
        one.ending,
        int(one.by_bot_alone and not one.asked_again),
        int(one.asked_again),
        one.rating.score if one.rating else None,
        one.rating.comment if one.rating else None,
        "; ".join(one.labels),
        "; ".join(names.values()),
    )


def _row(figures: Figures) -> Sequence[object]:
    return (
        figures.conversations,
        figures.client_messages,
        figures.bot_messages,
        figures.staff_messages,
        figures.handed_off,
        figures.unanswered,
        figures.resolved,
        figures.first_answer.median,
        figures.first_answer.most,
        figures.first_answer_open.median,
        figures.first_answer_open.most,
        figures.resolve.median,
        figures.resolve.most,
        figures.bot.alone,
        figures.bot.of,
        figures.ratings.count,
        figures.ratings.average,
    )


def _moment(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat(timespec="seconds")


TABLES: Mapping[str, Callable[[Report, Sequence[Episode], ZoneInfo], Table]] = {
    "days": days,
    "people": people,
    "channels": channels,
    "labels": labels,
    "conversations": conversations,
}
