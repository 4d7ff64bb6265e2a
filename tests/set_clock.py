"""A clock that a test sets by hand."""

from datetime import datetime


class SetClock:
    """Says the moment that it was set to."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now
