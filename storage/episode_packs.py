"""A day's episodes in one text, small and quick to read: a row each, moments in milliseconds since 1970."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.episode import Episode, Share
from storage.messages import Rating

LAYOUT = 1  # of a row: one that is changed makes packs of its own

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_moment_at = datetime.fromtimestamp  # of whole milliseconds it is exact to the microsecond


def packed(episodes: Sequence[Episode]) -> str:
    """The episodes as one text."""
    return json.dumps([_row(one) for one in episodes], separators=(",", ":"), ensure_ascii=False)


def unpacked(text: str, shop: str) -> tuple[Episode, ...]:
    """The shop's episodes of a text."""
    return tuple(_episode(row, shop) for row in json.loads(text))


def _row(one: Episode) -> list[Any]:
    return [
        one.conversation,
        one.number,
        one.first_seq,
        one.last_seq,
        _number(one.started_at),
        one.channel,
        one.opened_by,
        one.client_messages,
        one.bot_messages,
        one.staff_messages,
        _number(one.asked_at),
        _number(one.handed_off_at),
        int(one.urgent),
        _number(one.answered_at),
        one.answered_by,
        int(one.had_person),
        [[share.id, share.name, share.messages] for share in one.shares],
        _number(one.resolved_at),
        one.ending,
        one.resolved_by,
        [one.rating.score, one.rating.comment] if one.rating else None,
        one.labels,
        _number(one.asked_again_at),
        one.id,
    ]


def _episode(row: Sequence[Any], shop: str) -> Episode:
    return Episode(
        id=row[23],
        shop=shop,
        conversation=row[0],
        number=row[1],
        first_seq=row[2],
        last_seq=row[3],
        started_at=_moment_at(row[4] / 1000, UTC),
        channel=row[5],
        opened_by=row[6],
        client_messages=row[7],
        bot_messages=row[8],
        staff_messages=row[9],
        asked_at=_moment(row[10]),
        handed_off_at=_moment(row[11]),
        urgent=bool(row[12]),
        answered_at=_moment(row[13]),
        answered_by=row[14],
        had_person=bool(row[15]),
        shares=tuple(Share(*share) for share in row[16]),
        resolved_at=_moment(row[17]),
        ending=row[18],
        resolved_by=row[19],
        rating=Rating(score=row[20][0], comment=row[20][1]) if row[20] else None,
        labels=tuple(row[21]),
        asked_again_at=_moment(row[22]),
    )


def _number(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // timedelta(milliseconds=1)


def _moment(number: int | None) -> datetime | None:
    return None if number is None else _moment_at(number / 1000, UTC)
