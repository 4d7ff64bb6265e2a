"""Money, days and times as a reader of a page's language writes them, in the shop's currency and zone."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeAlias
from zoneinfo import ZoneInfo

from portal_views.texts import Texts
from storage.money import format_money
from storage.phones import format_phone
from storage.shops import Shop

Day: TypeAlias = date | datetime
_Date: TypeAlias = date  # `Formats.date` hides the name inside the class


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How one page writes values. Moments are aware and shown in `zone`."""

    texts: Texts
    zone: ZoneInfo
    currency: str
    country: str

    def money(self, cents: int) -> str:
        """`$386.20`."""
        return format_money(cents, self.currency, self.texts.language)

    def round_money(self, cents: float) -> str:
        """`$1,200`, without what is less than one; for the axis of a picture."""
        return self.money(round(cents / 100) * 100).removesuffix(".00").replace(",00 ", " ")

    def name(self, name: str) -> str:
        """A name within a sentence; one that is written from right to left does not turn the sentence round."""
        turned = any(unicodedata.bidirectional(letter) in ("R", "AL", "RLO", "RLE", "RLI") for letter in name)
        return f"\u2068{name}\u2069" if turned else name

    def phone(self, e164: str) -> str:
        """`(512) 555-0142`."""
        return format_phone(e164, self.country)

    def local(self, moment: datetime) -> datetime:
        """The moment on the shop's clock."""
        return moment.astimezone(self.zone)

    def date(self, value: Day) -> str:
        """`Mar 11, 2026`, `11 mar 2026`."""
        return self._written("formats.date", self._day(value))

    def day(self, value: Day) -> str:
        """`Wednesday, March 11`, `miércoles 11 de marzo`."""
        return self._written("formats.day", self._day(value))

    def short_day(self, value: Day) -> str:
        """`Wed, Mar 11`, `mié 11 mar`."""
        return self._written("formats.short_day", self._day(value))

    def short_date(self, value: Day) -> str:
        """`Mar 11`, `11 mar`."""
        return self._written("formats.short_date", self._day(value))

    def month_of(self, value: Day) -> str:
        """`Mar 2026`, `mar 2026`."""
        return self._written("formats.month_of", self._day(value))

    def hour(self, hour: int) -> str:
        """`9 AM`, `9 a. m.`; 0 and 24 are midnight."""
        return f"{hour % 12 or 12}\u00a0{self.texts.items('formats.halves')[hour % 24 // 12]}"

    def weekday(self, value: Day) -> str:
        """`Wed`, `mié`."""
        return self.texts.items("formats.short_weekdays")[self._day(value).weekday()]

    def month(self, value: Day) -> str:
        """`Mar`, `mar`."""
        return self.texts.items("formats.short_months")[self._day(value).month - 1]

    def time(self, value: datetime | time) -> str:
        """`9:30 AM`, `9:30 a. m.`. A moment is shown on the shop's clock."""
        clock = self.local(value).time() if isinstance(value, datetime) else value
        half = self.texts.items("formats.halves")[clock.hour // 12]
        return f"{clock.hour % 12 or 12}:{clock.minute:02d} {half}"

    def clock(self, text: str) -> str:
        """Hours as the shop's file writes them: `07:30` as `7:30 AM`."""
        hour, minute = (int(part) for part in text.split(":"))
        return self.time(time(hour % 24, minute))

    def moment(self, value: datetime) -> str:
        """`Wednesday, March 11, 9:30 AM`."""
        return self.texts("formats.moment", day=self.day(value), time=self.time(value))

    def date_and_time(self, value: datetime) -> str:
        """`Mar 11, 2026, 9:30 AM`."""
        return f"{self.date(value)}, {self.time(value)}"

    def number(self, value: float) -> str:
        """`45,210`."""
        return f"{value:,.0f}"

    def _day(self, value: Day) -> _Date:
        return self.local(value).date() if isinstance(value, datetime) else value

    def _written(self, pattern: str, day: _Date) -> str:
        names = self.texts.items
        return self.texts(
            pattern,
            day=day.day,
            year=day.year,
            month=names("formats.months")[day.month - 1],
            short_month=names("formats.short_months")[day.month - 1],
            weekday=names("formats.weekdays")[day.weekday()],
            short_weekday=names("formats.short_weekdays")[day.weekday()],
        )


def formats_for(shop: Shop, texts: Texts) -> Formats:
    """How this shop's pages write values in this language."""
    return Formats(texts=texts, zone=shop.zone, currency=shop.currency, country=shop.address.country or "US")
