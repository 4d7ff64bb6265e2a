"""The locale of a language in a country: how days, numbers and money are written there (Unicode's CLDR, by Babel)."""

from functools import cache

from babel import Locale, UnknownLocaleError

# What separates within a number or a time. One kind of space everywhere: the same text goes into pages, PDFs and text
# messages, where a special one would cost the cheap alphabet of SMS.
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " "})


@cache
def locale_for(language: str, country: str) -> Locale:
    """Spanish in Mexico, English in Canada; of a pair that nobody writes, as in the United States."""
    for territory in (country.upper() or "US", "US"):
        try:
            return Locale.parse(f"{language}_{territory}")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(language)


def plain(text: str) -> str:
    """The text with simple spaces."""
    return text.translate(_SPACES)
