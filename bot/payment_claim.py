"""What a client says of a payment ("the 200 I sent Friday by check"), held against the payments on file."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.context import Context
from bot.payment_words import find_method
from bot.understanding.features import fold
from storage.payments import Payment, PaymentMethod

_BARE = re.compile(
    r"(?:\b(?:the|of|for|paid|sent|my|los|las|de|por|pague|mande)\s+)(\d{2,6}(?:\.\d{2})?)"
    r"(?![\w/:.-]|\s*(?:days?|weeks?|months?|dias?|semanas?|miles?|millas?))"
)
_BOOKED_LATER = timedelta(days=7)  # a check travels, and the shop enters it when it comes
_BOOKED_EARLIER = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What is said of a payment; None where nothing is. `amount` in cents; `whole`: the cents were left out."""

    amount: int | None = None
    whole: bool = False
    method: PaymentMethod | None = None
    day: date | None = None

    @property
    def says_something(self) -> bool:
        """Whether there is anything to find it by."""
        return self.amount is not None or self.method is not None or self.day is not None

    def fits(self, payment: Payment) -> bool:
        """Whether this may be the payment that is meant. A refund never is."""
        if payment.amount <= 0 or (self.method is not None and payment.method != self.method):
            return False
        if self.day is not None and not -_BOOKED_EARLIER <= payment.paid_on - self.day <= _BOOKED_LATER:
            return False
        if self.amount is None:
            return True
        return payment.amount == self.amount or (self.whole and payment.amount // 100 == self.amount // 100)


def find_claim(context: Context) -> Claim:
    """What the message says of a payment: its amount, the way it was paid, the day."""
    entities = context.entities
    text = fold(context.heard.text)
    bare = _BARE.search(text)
    written = entities.amount or (bare[1] if bare is not None else None)
    when = entities.when
    return Claim(
        amount=_cents(written) if written else None,
        whole=bool(written) and written is not None and (written.endswith(".00") or "." not in written),
        method=find_method(text),
        day=_lately(when.date, context.today) if when is not None and when.date is not None else None,
    )


def _cents(written: str) -> int:
    whole, _, cents = written.partition(".")
    return int(whole) * 100 + int(f"{cents:0<2}"[:2])


def _lately(day: date, today: date) -> date | None:
    """The day that was: of a payment, "Friday" is the last one, not the next. None for one that is far ahead."""
    if day <= today:
        return day
    return day - _WEEK if day - today <= _WEEK else None
