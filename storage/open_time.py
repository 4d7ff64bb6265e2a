"""How much of a stretch of time a shop was open: what of a wait counts that began after closing. Pure."""

from bisect import bisect_right
from datetime import datetime, timedelta

from storage.opening_hours import intervals
from storage.shops import Shop


class OpenTime:
    """A shop's open hours from `earliest` to `latest`, for asking about many stretches between them."""

    def __init__(self, shop: Shop, earliest: datetime, latest: datetime) -> None:
        first, last = earliest.astimezone(shop.zone).date(), latest.astimezone(shop.zone).date()
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        spans = [span for day in days for span in intervals(shop, day)]
        self._starts = [start.timestamp() for start, _ in spans]
        self._lengths = [(end - start).total_seconds() for start, end in spans]
        self._before = [0.0]  # open seconds before each span
        for length in self._lengths:
            self._before.append(self._before[-1] + length)

    def seconds_between(self, start: datetime, end: datetime) -> float:
        """Of the seconds from `start` to `end`, those in which the shop was open."""
        return max(0.0, self._until(end) - self._until(start))

    def _until(self, at: datetime) -> float:
        moment = at.timestamp()
        place = bisect_right(self._starts, moment) - 1
        if place < 0:
            return 0.0
        return self._before[place] + min(moment - self._starts[place], self._lengths[place])
