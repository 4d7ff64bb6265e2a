"""Money is integer cents everywhere inside. Here it becomes text for people."""

from decimal import Decimal

_SYMBOLS = {"USD": "$", "CAD": "$", "MXN": "$", "EUR": "€", "GBP": "£", "AUD": "$", "NZD": "$"}


def format_money(cents: int, currency: str, language: str = "en") -> str:
    """`38620` as `$386.20`; a credit as `-$386.20`. A currency without a sign of its own is named: `CHF 386.20`.

    The English and Spanish of the Americas write numbers alike, so `language` only matters outside dollars:
    a Spanish reader of euros gets `386,20 €`.
    """
    sign = "-" if cents < 0 else ""
    digits = f"{Decimal(abs(cents)) / 100:,.2f}"
    if currency == "EUR" and language == "es":
        return f"{sign}{digits.translate(str.maketrans(',.', '.,'))} €"
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    return f"{sign}{symbol}{digits}"


def format_decimal(cents: int) -> str:
    """`38620` as `386.20`, the form of files and of the API."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
