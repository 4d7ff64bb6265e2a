"""Collects the intents: one is `<name>.yml` and, where it looks up, asks or acts, `<name>.py` beside it.

Refused at start, with all problems at once: a name that is there twice, an intent without examples in a language, an
example that two intents claim, a text that a language lacks, a Python file without its yml.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml

from bot.action import Desk, Intent
from bot.answers import LANGUAGES, TextsError, load_common, load_yaml, parse_answers
from bot.plain import HandOffIntent, PlainIntent
from bot.reply import HandOffReason
from bot.understanding import Examples

FOLDER = Path(__file__).parent / "intents"
_PACKAGE = "bot.intents"
_KEYS = {"examples", "answers", "hand_off"}


class CatalogError(Exception):
    """The intents cannot be used; one line for each problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One intent: its examples, its texts over the common ones, and the action that answers it."""

    name: str
    examples: Mapping[str, tuple[str, ...]]  # language -> texts
    answers: Mapping[str, Mapping[str, str]]
    action: Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All intents by name, and the texts that belong to none."""

    intents: Mapping[str, Described]
    common: Mapping[str, Mapping[str, str]]

    @property
    def examples(self) -> Examples:
        """What the classifier learns from: intent -> language -> texts."""
        return {name: dict(intent.examples) for name, intent in self.intents.items()}


def load_catalog(folder: Path = FOLDER, desk: Desk | None = None) -> Catalog:
    """Every intent of the folder. `desk` receives calls from a Rasa server. Raises `CatalogError`."""
    problems: list[str] = []
    common = load_common()
    classes = _find_classes(folder, problems)
    intents = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            intents[path.stem] = _read(path, classes.pop(path.stem, None), common, desk)
        except (TextsError, yaml.YAMLError) as error:
            problems.append(f"{path.name}: {error}")
    problems += [f"{name}.py: there is no {name}.yml beside it" for name in classes]
    problems += _doubles(intents)
    if problems:
        raise CatalogError(problems)
    return Catalog(intents=intents, common=common)


def _find_classes(folder: Path, problems: list[str]) -> dict[str, type[Intent]]:
    classes: dict[str, type[Intent]] = {}
    for module_info in pkgutil.iter_modules([str(folder)]):
        module = importlib.import_module(f"{_PACKAGE}.{module_info.name}")
        found = [
            item
            for item in vars(module).values()
            if isinstance(item, type) and issubclass(item, Intent) and item.__module__ == module.__name__
        ]
        if len(found) == 1:
            classes[module_info.name] = found[0]
        else:
            problems.append(f"{module_info.name}.py: needs exactly one Intent, has {len(found)}")
    return classes


def _read(
    path: Path, action: type[Intent] | None, common: Mapping[str, Mapping[str, str]], desk: Desk | None
) -> Described:
    content = load_yaml(path)
    if not isinstance(content, dict) or not set(content) <= _KEYS:
        raise TextsError(f"must be a mapping with {', '.join(sorted(_KEYS))} and no other key")
    answers = parse_answers(content.get("answers") or {}, path.name)
    if "choice" not in answers:
        raise TextsError("answers.choice is missing: what the intent is called in a question with choices")
    return Described(
        name=path.stem,
        examples=_examples(content.get("examples")),
        answers={**common, **answers},
        action=_action(path.stem, action, content.get("hand_off"), desk),
    )


def _examples(content: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(content, dict) or set(content) != set(LANGUAGES):
        raise TextsError(f"examples are needed in {' and '.join(LANGUAGES)}")
    for language, texts in content.items():
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
            raise TextsError(f"examples.{language} must be a list of texts, at least one (quote yes, no and numbers)")
    return {language: tuple(texts) for language, texts in content.items()}


def _action(name: str, action: type[Intent] | None, hand_off: Any, desk: Desk | None) -> Intent:
    if hand_off is None:
        return (action or PlainIntent)(name, desk)
    if action is not None:
        raise TextsError(f"hand_off is for intents without a {name}.py")
    if not isinstance(hand_off, dict) or hand_off.get("reason") not in get_args(HandOffReason):
        raise TextsError(f"hand_off.reason must be one of {', '.join(get_args(HandOffReason))}")
    return HandOffIntent(name, desk, reason=hand_off["reason"], urgent=bool(hand_off.get("urgent", False)))


def _doubles(intents: Mapping[str, Described]) -> list[str]:
    seen: dict[tuple[str, str], str] = {}
    problems = []
    for name, intent in intents.items():
        for language, texts in intent.examples.items():
            for text in texts:
                key = (language, " ".join(text.casefold().split()))
                first = seen.setdefault(key, name)
                if first != name:
                    problems.append(f"{name}.yml: the example {text!r} ({language}) is also one of {first}")
    return problems
