"""Money is integer cents everywhere inside. Here it becomes text for people."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_symbol

from storage.locales import locale_for, plain


def format_money(cents: int, currency: str, language: str = "en", country: str = "US") -> str:
    """`38620` as `$386.20`; a credit as `-$386.20`; in Spain `386,20 €`. `country` is the shop's."""
    locale = locale_for(language, country)
    pattern = str(locale.currency_formats["standard"].pattern)
    if get_currency_symbol(currency, locale)[-1].isalpha():
        # A code of letters stands apart from its number: CLDR's currencySpacing, which Babel does not apply.
        pattern = pattern.replace("¤#", "¤\u00a0#")
    return plain(format_currency(Decimal(cents) / 100, currency, pattern, locale))


def format_decimal(cents: int) -> str:
    """`38620` as `386.20`, the form of files and of the API."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"
