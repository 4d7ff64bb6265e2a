"""The words in which clients are told something unasked, in both languages: `announcements.yml`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from bot.answers import Answers, Wording, capital, load_yaml, parse_answers
from chat.channels.sms_text import render
from storage.phones import format_phone
from storage.shops import Language, Shop

LANGUAGES: Final[tuple[Language, ...]] = ("en", "es")


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: the key of a text, and its values by language."""

    key: str
    values: Mapping[Language, Mapping[str, Any]] = field(default_factory=dict)

    def title(self) -> dict[Language, str]:
        """The heading, in both languages."""
        return {language: say(language, f"{self.key}_title") for language in LANGUAGES}

    def line(self, language: Language) -> str:
        """The one sentence, beginning small: it goes on after the shop's name."""
        return say(language, self.key, **self.values.get(language, {}))

    def lines(self) -> dict[Language, str]:
        """The one sentence in both languages."""
        return {language: capital(self.line(language)) for language in LANGUAGES}


@cache
def texts() -> Answers:
    """All texts. Raises `TextsError` where one is missing in a language."""
    path = Path(__file__).with_name("announcements.yml")
    return parse_answers(load_yaml(path)["answers"], path.name)


def say(language: Language, key: str, **values: Any) -> str:
    """A text, placeholders filled."""
    return texts()[key][language].format(**values)


def wording_of(shop: Shop, language: Language) -> Wording:
    """How days and times are written to this shop's clients."""
    return Wording(language, shop.zone)


def as_text(shop: Shop, words: Words, language: Language, link: str | None) -> str:
    """A text message: the shop's name, the sentence, the link; without a link the phone."""
    return render(f"{shop.name}: {words.line(language)} {link or _call(shop, language)}")


def as_mail(shop: Shop, words: Words, language: Language, link: str | None) -> tuple[str, str]:
    """Subject and text of a mail."""
    phone = format_phone(shop.phone, shop.address.country)
    parts = [words.lines()[language], link or _call(shop, language), shop.name]
    foot = say(language, "mail_foot", phone=phone)
    return f"{shop.name}: {words.title()[language]}", "\n\n".join([*parts, foot])


def _call(shop: Shop, language: Language) -> str:
    return say(language, "call", phone=format_phone(shop.phone, shop.address.country))
