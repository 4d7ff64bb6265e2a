"""Dialogues as text: who writes, what they say, what the bot must and must not answer.

as: maria                a client's id, `visitor`, or `shared` (a phone)
                         (`maria@invoices`, `maria@invoice/inv1042`: by a link to that page, that record)
only: sms                a channel; both without this line
late                     it is after closing time

client: what do I owe    a message
pick: 2                  the second choice of the last answer
code: right              the code that went out is typed (`wrong`: another one)
payload: /greet          a quick reply with this payload, as anybody may send it
old: 1                   a choice of the answer before the last one (web)
again                    the last turn is run once more, as after a crash
status: waiting          from here on a person is due

bot: You owe ... on      the answer has this in it; `...` is anything
not: 386.20              the answer does not have this in it
choices: Yes | No        the titles of its choices, in order
link: My invoices        a link with this title
page: /portal/invoices   where that link leads on the web when one is signed in
url: https://pay...       the address of one of its links begins so
handoff: asked           a person is called, for this reason
silent                   there is no answer
who: ann                 the answer says who of several it was
changes: email a > b     all that this peer asked to have changed (`-`: nothing was on file)
wishes: stopped          what this peer wants no more of: `stopped` texts, `reminders` ...
decided: E-1: pads approved   what this peer decided on estimates, line by line (`-`: nothing)
booked: brakes 2026-...  all visits of this peer, with their status
"""

from dataclasses import dataclass
from pathlib import Path

from storage.messages import ChannelName

SAYS = frozenset({"client", "pick", "code", "status", "again", "payload", "old"})
CHECKS = frozenset(
    {
        "bot",
        "not",
        "choices",
        "link",
        "page",
        "url",
        "handoff",
        "silent",
        "who",
        "booked",
        "changes",
        "wishes",
        "decided",
    }
)

_CHANNELS: tuple[ChannelName, ...] = ("web", "sms")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a script; `number` counts from 1 in its file."""

    number: int
    verb: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One dialogue."""

    name: str
    peer: str
    channels: tuple[ChannelName, ...]
    late: bool
    lines: tuple[Line, ...]


def read_scripts(folder: Path) -> list[Script]:
    """Every dialogue of every file: in a file they are parted by a line `== name`."""
    return [script for path in sorted(folder.glob("*.txt")) for script in parse_scripts(path.stem, path.read_text())]


def parse_scripts(file: str, content: str) -> list[Script]:
    """The dialogues of a file's content. Raises ValueError for a line that is none of the above."""
    scripts: list[Script] = []
    head: dict[str, str] = {}
    lines: list[Line] = []
    name = ""

    def finish() -> None:
        if name:
            only = head.get("only")
            channels = tuple(channel for channel in _CHANNELS if only in (None, channel))
            scripts.append(
                Script(
                    name=f"{file}: {name}", peer=head["as"], channels=channels, late="late" in head, lines=tuple(lines)
                )
            )

    for number, raw in enumerate(content.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("== "):
            finish()
            name, head, lines = line[3:], {}, []
            continue
        verb, _, text = line.partition(":")
        if verb in ("as", "only", "late"):
            head[verb] = text.strip()
        elif verb in SAYS | CHECKS:
            lines.append(Line(number, verb, text.strip()))
        else:
            raise ValueError(f"{file} line {number}: {verb!r} is not a word of these scripts")
    finish()
    return scripts
