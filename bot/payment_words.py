"""Ways of paying: which one a message names, and what they are called."""

import re

from bot.context import Context
from bot.understanding.features import fold
from storage.payments import PaymentMethod

_METHODS: dict[PaymentMethod, re.Pattern[str]] = {
    # "can you check" is no check
    "check": re.compile(r"\b(?:(?:my|the|a|by|with|your|this|in) (?:paper |bank |personal )?check|checks|cheques?)\b"),
    "cash": re.compile(r"\b(?:cash(?! ?app)|efectivo)\b"),
    "card": re.compile(
        r"\b(?:(?:credit|debit) ?cards?|cards?|credit|debit|visa|mastercard|tarjetas?|credito|debito)\b"
    ),
    "transfer": re.compile(r"\b(?:(?:bank|wire) transfers?|transfers?|wire|ach|transferencias?)\b"),
    "financing": re.compile(r"\b(?:financing|financiamiento|financed?)\b"),
}
_BRANDS = re.compile(
    r"\b(?:zelle|venmo|pay ?pal|cash ?app|(?:apple|google|samsung) ?pay|amex|american express|discover"
    r"|bitcoin|crypto)\b"
)


def find_method(text: str) -> PaymentMethod | None:
    """The way of paying that a message names, or None."""
    folded = fold(text)
    return next((method for method, words in _METHODS.items() if words.search(folded)), None)


def find_brand(text: str) -> str | None:
    """A way of paying that goes by a name of its own (`zelle`, `apple pay`), as the client wrote it, or None."""
    match = _BRANDS.search(fold(text))
    return match[0] if match is not None else None


def method_title(context: Context, name: str) -> str:
    """What a way of paying is called in the middle of a sentence; one of the shop's own words stays as it is."""
    key = f"method_{name}"
    return context.say(key) if key in context.answers else name.replace("_", " ")
