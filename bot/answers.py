"""What the bot says: texts from the yml files, in the client's language, and money, days and times written for people.

Texts hold simple `{placeholders}`. Every text exists in every language; one that does not is refused when it is loaded.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from string import Formatter
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import yaml
from babel.dates import format_date

from storage.locales import locale_for, plain

LANGUAGES = ("en", "es")

Answers: TypeAlias = Mapping[str, Mapping[str, str]]  # key -> language -> text

# Patterns of CLDR: a day of this year, and of another.
_DAY = {"en": ("EEE MMM d", "EEE MMM d, y"), "es": ("EEE d MMM", "EEE d MMM y")}
_AND = {"en": "and", "es": "y"}
_OR = {"en": "or", "es": "o"}


# A C loader where the wheel has one: thirty files in 50 ms instead of a second.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TextsError(Exception):
    """A yml file cannot be used; the message names file, key and what would be right."""


def load_yaml(path: Path) -> Any:
    """What a yml file holds, of plain values only. Raises `yaml.YAMLError`."""
    return yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - it is a safe loader


def parse_answers(content: Any, where: str) -> dict[str, dict[str, str]]:
    """The `answers` part of a yml file. Raises `TextsError` for a missing text or language, or unequal placeholders."""
    if not isinstance(content, dict):
        raise TextsError(f"{where}: answers must be a mapping of key to texts")
    for key, texts in content.items():
        if not isinstance(texts, dict) or set(texts) != set(LANGUAGES):
            raise TextsError(f"{where}: answers.{key} needs a text for each of {', '.join(LANGUAGES)}, and no other")
        if not all(isinstance(text, str) and text.strip() for text in texts.values()):
            raise TextsError(f"{where}: answers.{key} has an empty text")
        if len({frozenset(placeholders(text)) for text in texts.values()}) > 1:
            raise TextsError(f"{where}: answers.{key} has other placeholders in one language than in the other")
    return {key: {language: text.strip() for language, text in texts.items()} for key, texts in content.items()}


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def load_common() -> dict[str, dict[str, str]]:
    """The texts that belong to no single intent: forms, proof, "Did you mean", hand-off."""
    path = Path(__file__).with_name("common.yml")
    return parse_answers(load_yaml(path)["answers"], path.name)


class Wording:
    """How things are written in one language and one zone."""

    def __init__(self, language: str, zone: ZoneInfo) -> None:
        self.language = language if language in LANGUAGES else "en"
        self.zone = zone

    def text(self, answers: Answers, key: str, **values: Any) -> str:
        """The text of `key`, placeholders filled. Raises `KeyError` for a key that no yml file has."""
        return answers[key][self.language].format(**values)

    def day(self, day: date, today: date | None = None) -> str:
        """`today`, `tomorrow`, `Tue Mar 17`, or with the year when it is not this year's."""
        if today is not None and day in (today, today + timedelta(days=1)):
            words = {"en": ("today", "tomorrow"), "es": ("hoy", "mañana")}[self.language]
            return words[(day - today).days]
        this_year = today is None or day.year == today.year
        return self._written(day, _DAY[self.language][0 if this_year else 1])

    def short_weekday(self, day: date) -> str:
        """The day's short name."""
        return self._written(day, "EEE")

    def _written(self, day: date, pattern: str) -> str:
        return plain(format_date(day, pattern, locale_for(self.language, "US")))

    def time(self, moment: datetime) -> str:
        """A moment's time of day in the shop's zone: `9:30 AM`, in Spanish `9:30`, `14:00`."""
        local = moment.astimezone(self.zone)
        if self.language == "es":
            return f"{local.hour}:{local.minute:02d}"
        return f"{local.hour % 12 or 12}:{local.minute:02d} {'AM' if local.hour < 12 else 'PM'}"

    def moment(self, moment: datetime, today: date | None = None) -> str:
        """Day and time in the shop's zone: `Tue Mar 17 at 10:00 AM`."""
        day = self.day(moment.astimezone(self.zone).date(), today)
        if self.language == "es":
            return f"{day} a las {self.time(moment)}"
        return f"{day} at {self.time(moment)}"

    def every(self, items: list[str]) -> str:
        """`a, b and c`."""
        return _joined(items, _AND[self.language])

    def either(self, items: list[str]) -> str:
        """`a, b or c`."""
        return _joined(items, _OR[self.language])


def capital(text: str) -> str:
    """A text as the beginning of a sentence."""
    return f"{text[:1].upper()}{text[1:]}"


def uncapital(title: str) -> str:
    """A title in the middle of a sentence: `oil change`, but `MOT test` and `A/C service`."""
    return " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in title.split())


def _joined(items: list[str], word: str) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else ""
