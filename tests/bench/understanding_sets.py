"""The messages that understanding is measured with; none of them is an example in `bot/intents/`.

`strangers_b` is the honest one: written by somebody who had seen neither the examples nor the other sets, and opened
for nothing but the score. The errors on the others have been read while examples were written.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
SETS = ("strangers_b", "strangers_a", "understanding_last", "understanding_unseen", "understanding_split")
WHENS = ("strangers_when_b", "strangers_when_a")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One message and what it means. `entities` is None where nobody has said what is in it."""

    text: str
    intent: str
    style: str
    second_intent: str | None = None
    entities: dict[str, Any] | None = field(default=None)


def load_set(name: str) -> list[Aside]:
    """The messages of a set, in order."""
    path = FOLDER / f"{name}.jsonl"
    if path.exists():
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        content = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
        rows = [{**row, "style": style} for style, listed in content.items() for row in listed]
    return [
        Aside(
            text=row["text"],
            intent=row["intent"],
            style=row["style"].removeprefix("fresh_").removeprefix("last_"),
            second_intent=row.get("second_intent") or row.get("second"),
            entities=row.get("entities"),
        )
        for row in rows
    ]


def load_whens(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Phrases of a day and time, and what each means on Wednesday 2026-03-11 at 10:30."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["when"]) for row in map(json.loads, lines)]
