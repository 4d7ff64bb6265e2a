"""What an intent is handed: the turn, what was understood, who asks, and the words to answer in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.answers import Answers, Wording
from bot.peer import Peer
from bot.reply import Choice, PageName, PageRef, Thing
from bot.tracker import Tracker
from bot.turn import Turn
from bot.understanding import Entities, Understanding
from bot.understanding.pointers import find_pointer
from storage.phones import format_phone
from storage.shops import Shop
from storage.store import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One run of one intent."""

    turn: Turn
    heard: Understanding
    peer: Peer
    tracker: Tracker
    wording: Wording
    answers: Answers  # the intent's own texts over the common ones
    given: Mapping[str, Any] = field(default_factory=dict)  # slots of a quick reply's payload
    resuming: bool = False  # a form is only to ask again what it asked before

    @property
    def shop(self) -> Shop:
        """The shop."""
        return self.turn.shop

    @property
    def store(self) -> Storage:
        """All records; every query is scoped by the shop's slug."""
        return self.peer.store

    @property
    def entities(self) -> Entities:
        """What the message names."""
        return self.heard.entities

    @property
    def language(self) -> str:
        """`en` or `es`."""
        return self.wording.language

    @property
    def now(self) -> datetime:
        """The business clock, aware UTC."""
        return self.turn.now

    @property
    def today(self) -> date:
        """What day it is for the shop."""
        return self.turn.now.astimezone(self.shop.zone).date()

    def pointed_at(self, thing: Thing, among: Sequence[str]) -> str | None:
        """The one of these records (ids) that "it", "that one" or "the other one" means; None where nothing points."""
        spoken_of = [record_id for record_id in self.tracker.topic.get(thing, ()) if record_id in among]
        pointer = find_pointer(self.heard.text)
        if not spoken_of or pointer is None:
            return None
        if pointer == "it":
            return spoken_of[0]
        rest = [record_id for record_id in among if record_id != spoken_of[0]]
        return rest[0] if len(rest) == 1 else None

    def say(self, key: str, **values: Any) -> str:
        """A text of the intent (or a common one) in the client's language, placeholders filled."""
        return self.wording.text(self.answers, key, **values)

    def choice(self, key: str, payload: str, **values: Any) -> Choice:
        """A quick reply titled with one of the texts."""
        return Choice(self.say(key, **values), payload)

    def page(self, page: PageName, record_id: str | None = None) -> PageRef:
        """A link to a page, titled in the client's language."""
        return PageRef(page=page, title=self.say(f"page_{page}"), record_id=record_id)

    def money(self, cents: int) -> str:
        """Cents as people write them."""
        return self.shop.money(cents, self.language)

    def phone(self, number: str) -> str:
        """A number as people where the shop is write it."""
        return format_phone(number, self.shop.address.country)

    def shop_phone(self) -> str:
        """The shop's phone."""
        return self.phone(self.shop.phone)

    def day(self, day: date) -> str:
        """A day, `today` and `tomorrow` by name."""
        return self.wording.day(day, self.today)

    def moment(self, moment: datetime) -> str:
        """A day and time in the shop's zone."""
        return self.wording.moment(moment, self.today)
