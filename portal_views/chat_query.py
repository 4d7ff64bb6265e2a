"""Which chats a page or an export is about, from its address."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from portal_views.report_period import midnight, parse_day
from storage.chats import ChatOrder, ChatQuery
from storage.messages import ChannelName, Status
from storage.report import SCORES

STATUSES: tuple[Status, ...] = get_args(Status)
CHANNELS: tuple[ChannelName, ...] = get_args(ChannelName)
ORDERS: tuple[ChatOrder, ...] = get_args(ChatOrder)

_NAMES = ("q", "status", "channel", "person", "label", "rating", "from", "to", "order")
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: `given` as it was typed, what it means, and the words to search for."""

    given: Mapping[str, str]
    query: ChatQuery
    order: ChatOrder
    words: str

    @property
    def address(self) -> str:
        """The query's part of an address, without a place in the list."""
        return urlencode({name: value for name, value in self.given.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked beside the order."""
        return bool(self.words) or self.filtered

    @property
    def filtered(self) -> bool:
        """Whether anything is asked beside the words and the order."""
        return any(value for name, value in self.given.items() if name not in ("q", "order"))


def parse_chats(query: Mapping[str, str], zone: ZoneInfo) -> Asked:
    """What is asked; a value that cannot be is as if it were not given."""
    given = {name: query.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    first, last = parse_day(given["from"]), parse_day(given["to"])
    asked = ChatQuery(
        status=next((one for one in STATUSES if one == given["status"]), None),
        channel=next((one for one in CHANNELS if one == given["channel"]), None),
        person=given["person"] or None,
        label=given["label"] or None,
        score=next((one for one in SCORES if str(one) == given["rating"]), None),
    )
    if first is not None:
        asked = replace(asked, earliest=midnight(first, zone))
    if last is not None:
        asked = replace(asked, latest=midnight(last + timedelta(days=1), zone))
    order: ChatOrder = "oldest" if given["order"] == "oldest" else "newest"
    return Asked(given, asked, order, given["q"])
