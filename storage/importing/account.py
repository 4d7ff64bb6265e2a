"""The account of an import: what became of every line."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Outcome = Literal["created", "changed", "unchanged", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("created", "changed", "unchanged", "refused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A line that was not taken: where it stands, the field at fault ("" for the line as a whole), and why."""

    file: str
    line: int
    type: str
    field: str
    reason: str

    def __str__(self) -> str:
        what = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {self.type or 'line'}: {what}{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A line that was taken, and that staff should look at."""

    file: str
    line: int
    type: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.type}: {self.text}"


@dataclass(slots=True)
class Account:
    """Counts per type and outcome, the refusals, and what staff should look at. `written` is false for a trial run."""

    counts: dict[str, Counter[Outcome]] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    written: bool = True

    def count(self, kind: str, outcome: Outcome) -> None:
        """One more line of this type came to this."""
        self.counts.setdefault(kind, Counter())[outcome] += 1

    def refuse(self, refusal: Refusal) -> None:
        """One more line was refused."""
        self.refusals.append(refusal)
        self.count(refusal.type or "(unknown)", "refused")

    def total(self, outcome: Outcome) -> int:
        """How many lines came to this, of all types."""
        return sum(counter[outcome] for counter in self.counts.values())

    @property
    def exit_status(self) -> int:
        """0 when every line was taken, 2 when some were refused."""
        return 2 if self.refusals else 0
