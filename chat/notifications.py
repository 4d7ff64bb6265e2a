"""Who of the staff is told of what: decided here, in one place, from values alone.

    a client writes, open or snoozed        its assignee; where they have left, as if nobody had it
    a client writes, waiting or nobody's    everybody who wants to hear of unassigned ones
    a client writes, with the bot           nobody
    a note calls somebody                   who is called
    it is given to somebody                 who it is given to
    a change request, estimate decisions,
    a visit booked, moved, cancelled        everybody who wants to hear of papers, and the conversation's assignee

Nobody is told of what they did themselves. Being muted, or quiet while the shop is closed, keeps devices silent; the
bell in the inbox still counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage.messages import Entry, State
from storage.notices import NoticeKind
from storage.notification_settings import NotificationSettings
from storage.staff import Role

_LONGEST_LINE = 120
NEWS = "news:"  # how the `ref` of a line begins that came with news: who hears of that is told so


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works in the shop, and what they want to be told of."""

    id: str
    role: Role
    settings: NotificationSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What staff may be told of. `by` is the staff id of who did it, `called` those whom it calls or is given to."""

    kind: NoticeKind
    by: str | None = None
    called: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audience:
    """Staff ids: who is `told` in the inbox, and whose devices are `rung` besides."""

    told: tuple[str, ...] = ()
    rung: tuple[str, ...] = ()


def find_happenings(entry: Entry) -> tuple[Happening, ...]:
    """What staff may be told of an entry of the log."""
    by = entry.author.id if entry.author.kind == "staff" else None
    if entry.kind == "message":
        asks = entry.author.kind == "client" and entry.state.status in ("waiting", "open", "snoozed")
        return (Happening(kind="message", by=by),) if asks or entry.gist is not None else ()
    if entry.kind == "note" and entry.gist is not None and not (entry.ref or "").startswith(NEWS):
        return (Happening(kind="message"),)  # the system asks for a person
    if entry.kind == "note":
        return (Happening(kind="mention", by=by, called=entry.mentions),) if entry.mentions else ()
    assignee = entry.state.assignee
    if entry.act == "assigned" and assignee is not None:
        return (Happening(kind="assigned", by=by, called=(assignee,)),)
    return (Happening(kind="message", by=by),) if entry.act in ("unassigned", "woken") else ()


def find_audience(
    happening: Happening, state: State, people: Iterable[Colleague], *, now: datetime, shop_open: bool
) -> Audience:
    """Who is told, given how the conversation stands. `now` is the system clock's."""
    everybody = {one.id: one for one in people}
    told = [one for one in _concerned(happening, state, everybody) if one.id != happening.by]
    rung = [one for one in told if not one.settings.is_muted(now) and (shop_open or not one.settings.quiet_when_closed)]
    return Audience(tuple(one.id for one in told), tuple(one.id for one in rung))


def _concerned(happening: Happening, state: State, everybody: dict[str, Colleague]) -> list[Colleague]:
    assignee = everybody.get(state.assignee or "")
    match happening.kind:
        case "message":
            if state.status not in ("waiting", "open", "snoozed"):
                return []
            if assignee is not None and state.status != "waiting":
                return [assignee]
            return [one for one in everybody.values() if one.settings.hears_unassigned(one.role)]
        case "mention" | "assigned":
            return [everybody[one] for one in dict.fromkeys(happening.called) if one in everybody]
        case _:
            wanted = [one for one in everybody.values() if one.settings.hears_papers(one.role)]
            return wanted if assignee is None or assignee in wanted else [*wanted, assignee]


def first_line(text: str) -> str:
    """The first line of what was written, cut at `_LONGEST_LINE` characters."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= _LONGEST_LINE else f"{line[: _LONGEST_LINE - 1].rstrip()}…"
