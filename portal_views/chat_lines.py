"""A conversation's log as a page shows it: days, episodes, what was said, notes among staff, and who did what."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeAlias

from portal_views.formats import Formats
from storage.conversations import Conversation
from storage.file_links import plain_path
from storage.messages import Entry

_NOBODY = "Visitor"  # the title of a conversation with nobody known

_KEY = re.compile(r"(/s/[a-z0-9-]+/k/)[^\s/?#\"'<>)]+")

LineKind: TypeAlias = Literal["day", "episode", "message", "note", "act"]

_ACTS = frozenset(
    {
        "taken",
        "assigned",
        "unassigned",
        "returned_to_bot",
        "resolved",
        "reopened",
        "snoozed",
        "woken",
        "labelled",
        "rated",
        "continued",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink:
    """A file of a message. `url` is None for one that is not there (any more, or yet)."""

    name: str
    url: str | None
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `text` is what was said, or for an act, a day or an episode what the line says."""

    kind: LineKind
    text: str
    entry: Entry | None = None
    files: tuple[FileLink, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # title and address
    mentions: tuple[str, ...] = ()  # names


@dataclass(frozen=True, slots=True)
class Before:
    """Where the part before stopped, so that the next goes on without saying day and episode again."""

    day: date | None = None
    episode: int | None = None

    @classmethod
    def of(cls, entries: Sequence[Entry], f: Formats) -> "Before":
        """After these entries."""
        return cls(f.local(entries[-1].at).date(), entries[-1].state.episode) if entries else cls()


def lines(
    entries: Iterable[Entry], f: Formats, names: dict[str, str], *, before: Before | None = None, origin: str = ""
) -> list[Line]:
    """The entries with their days and episodes. `names` are the staff's by id; `origin` is put before files' paths."""
    day, episode = (before.day, before.episode) if before else (None, None)
    found: list[Line] = []
    for entry in entries:
        today = f.local(entry.at).date()
        if entry.state.episode != episode:
            episode = entry.state.episode
            if episode > 1:
                found.append(Line(kind="episode", text=f.texts("chats.episode", number=episode)))
        if today != day:
            day = today
            found.append(Line(kind="day", text=f.texts("chats.day", day=f.day(today), year=today.year)))
        found.append(_line(entry, f, names, origin))
    return found


def without_keys(text: str) -> str:
    """The text without what signs in: a link from a message opens a client's records for whoever has it."""
    return _KEY.sub(r"\1…", text)


def chat_name(chat: Conversation, f: Formats) -> str:
    """What to call a conversation, as the inbox does: the client, the number, or which visitor it is."""
    if chat.client_id is None and chat.phone is None and chat.title in ("", _NOBODY):
        return f.texts("chats.visitor", mark=chat.id[-4:])
    if chat.client_id is None and chat.phone is not None and chat.title == chat.phone:
        return f.phone(chat.phone)
    return chat.title


def act_text(entry: Entry, f: Formats) -> str:
    """What an act says: `Ray took it`, `Maria rated the chat 4 of 5: “quick”`."""
    t = f.texts
    who = entry.author.name
    if entry.act == "rated" and entry.rating is not None:
        key = "rated_why" if entry.rating.comment else "rated"
        return t(f"chats.act.{key}", who=who, score=entry.rating.score, comment=entry.rating.comment or "")
    if entry.act == "resolved" and entry.author.kind != "staff":
        return t("chats.act.resolved_idle")
    if entry.act == "snoozed" and entry.state.until is not None:
        return t("chats.act.snoozed", who=who, until=f.date_and_time(entry.state.until))
    if entry.act in _ACTS:
        return t(f"chats.act.{entry.act}", who=who, what=entry.text)
    return f"{who}: {entry.text or (entry.act or '').replace('_', ' ')}"


def _line(entry: Entry, f: Formats, names: dict[str, str], origin: str) -> Line:
    if entry.kind == "act":
        return Line(kind="act", text=act_text(entry, f), entry=entry)
    files = tuple(
        FileLink(name=one.name, url=origin + plain_path(one.id) if one.state == "stored" else None, size=one.size)
        for one in entry.attachments
    )
    mentions = tuple(names.get(one, one) for one in entry.mentions)
    links = tuple((link.title, without_keys(link.url)) for link in entry.links)
    text = without_keys(entry.text)
    return Line(kind=entry.kind, text=text, entry=entry, files=files, links=links, mentions=mentions)


def moment_text(at: datetime, f: Formats) -> str:
    """The moment for programs: RFC 3339 on the shop's clock."""
    return f.local(at).isoformat(timespec="seconds")
