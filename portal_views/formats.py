"""Money, days and times as a reader of a page's language writes them, in the shop's currency and zone."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_day_names
from babel.numbers import format_decimal

from portal_views.texts import Texts
from storage.locales import locale_for, plain
from storage.money import format_money
from storage.phones import format_phone
from storage.shops import Shop

Day: TypeAlias = date | datetime
_Date: TypeAlias = date  # `Formats.date` hides the name inside the class, `Formats.time` the other
_Time: TypeAlias = time


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How one page writes values. Moments are aware and shown in `zone`."""

    texts: Texts
    zone: ZoneInfo
    currency: str
    country: str

    @property
    def locale(self) -> Locale:
        """The page's language as the shop's country writes it."""
        return locale_for(self.texts.language, self.country)

    def money(self, cents: int) -> str:
        """`$386.20`."""
        return format_money(cents, self.currency, self.texts.language, self.country)

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
        """`9 AM`, `9 a.m.`; 0 and 24 are midnight."""
        return self._clock(time(hour % 24), "formats.hour").replace(" ", "\u00a0")

    def weekday(self, value: Day) -> str:
        """`Wed`, `mié`."""
        return self.weekdays("abbreviated")[self._day(value).weekday()]

    def weekdays(self, width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
        """The names of the days, Monday first."""
        names = get_day_names(width, "stand-alone", self.locale)
        return [names[day] for day in range(7)]

    def month(self, value: Day) -> str:
        """`Mar`, `mar`."""
        return self._written("formats.month", self._day(value))

    def time(self, value: datetime | time) -> str:
        """`9:30 AM`, `9:30 a.m.`. A moment is shown on the shop's clock."""
        return self._clock(self.local(value).time() if isinstance(value, datetime) else value, "formats.time")

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
        return plain(format_decimal(value, "#,##0", self.locale))

    def _day(self, value: Day) -> _Date:
        return self.local(value).date() if isinstance(value, datetime) else value

    def _clock(self, clock: _Time, pattern: str) -> str:
        return plain(format_time(clock, self.texts(pattern), locale=self.locale))

    def _written(self, pattern: str, day: _Date) -> str:
        return plain(format_date(day, self.texts(pattern), self.locale))


def formats_for(shop: Shop, texts: Texts) -> Formats:
    """How this shop's pages write values in this language."""
    return Formats(texts=texts, zone=shop.zone, currency=shop.currency, country=shop.address.country or "US")
