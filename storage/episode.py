"""What reports count of an episode, from its first entry to its end: `folded` is the one rule by which an entry changes
it. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from storage.ids import record_id
from storage.messages import AuthorKind, ChannelName, Entry, Rating

Ending: TypeAlias = Literal["staff", "idle", "continued"]  # they resolved it; nothing was said for a day; elsewhere

ASKED_AGAIN_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Share:
    """One of the staff, and how many messages they wrote in the episode."""

    id: str
    name: str
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One episode of a conversation. Notes and acts count as no message."""

    id: str
    shop: str
    conversation: str
    number: int
    first_seq: int
    last_seq: int  # the entry that changed it last
    started_at: datetime
    channel: ChannelName  # of its first message
    opened_by: AuthorKind
    client_messages: int = 0
    bot_messages: int = 0
    staff_messages: int = 0
    asked_at: datetime | None = None  # the client's first message
    handed_off_at: datetime | None = None  # the first time that the bot asked for a person
    urgent: bool = False
    answered_at: datetime | None = None  # a person's first message after the client's first
    answered_by: str | None = None  # staff id
    had_person: bool = False  # somebody had it, or wrote in it
    shares: tuple[Share, ...] = ()
    resolved_at: datetime | None = None
    ending: Ending | None = None
    resolved_by: str | None = None  # staff id
    rating: Rating | None = None
    labels: tuple[str, ...] = ()
    asked_again_at: datetime | None = None  # the client began the next episode

    @property
    def messages(self) -> int:
        """What was said, by the client, the bot and staff."""
        return self.client_messages + self.bot_messages + self.staff_messages

    @property
    def due_at(self) -> datetime | None:
        """Since when a person was to answer: the hand-off if there was one before the answer, else the client's first
        message.
        """
        handed = self.handed_off_at
        before = handed is not None and (self.answered_at is None or handed <= self.answered_at)
        return handed if before else self.asked_at

    @property
    def by_bot_alone(self) -> bool:
        """The client asked, the bot answered, it ended here, and no person was asked for, had it or wrote."""
        ended = self.resolved_at is not None and self.ending != "continued"
        answered = self.client_messages > 0 and self.bot_messages > 0
        return ended and answered and self.handed_off_at is None and not self.had_person

    @property
    def asked_again(self) -> bool:
        """Whether the client began another within seven days of its end."""
        again, ended = self.asked_again_at, self.resolved_at
        return again is not None and ended is not None and again - ended <= ASKED_AGAIN_WITHIN


def episode_id(conversation: str, number: int) -> str:
    """The id of episode `number` of a conversation."""
    return record_id(conversation, "episode", str(number))


def folded(episode: Episode | None, entry: Entry) -> Episode:
    """The episode after an entry: the same one, or from `entry` on the next."""
    if episode is None or episode.number != entry.state.episode:
        episode = _begun(entry)
    changes: dict[str, Any] = {"last_seq": entry.seq}
    if entry.kind == "message":
        _count(episode, entry, changes)
    if entry.gist is not None and entry.author.kind != "staff":  # by an answer, or by a note of the system
        changes["urgent"] = episode.urgent or entry.urgent
        if episode.handed_off_at is None:
            changes["handed_off_at"] = entry.at
    if entry.state.assignee is not None and not episode.had_person:
        changes["had_person"] = True
    if entry.state.labels != episode.labels:
        changes["labels"] = entry.state.labels
    if entry.rating is not None:
        changes["rating"] = entry.rating
    if entry.state.status != "resolved":
        if episode.resolved_at is not None:  # reopened
            changes |= {"resolved_at": None, "ending": None, "resolved_by": None}
    elif episode.resolved_at is None:
        changes |= _ended(entry)
    return replace(episode, **changes)


def fold(entries: Iterable[Entry]) -> list[Episode]:
    """The episodes of a conversation's log, read from an episode's first entry on, in order."""
    episodes: list[Episode] = []
    for entry in entries:
        before = episodes[-1] if episodes else None
        episode = folded(before, entry)
        if before is not None and before.number == episode.number:
            episodes[-1] = episode
            continue
        if before is not None:
            episodes[-1] = followed(before, episode)
        episodes.append(episode)
    return episodes


def followed(episode: Episode, following: Episode) -> Episode:
    """The episode, once the next has begun."""
    if following.opened_by != "client":
        return episode
    return replace(episode, asked_again_at=following.started_at, last_seq=following.first_seq)


def _begun(entry: Entry) -> Episode:
    return Episode(
        id=episode_id(entry.conversation, entry.state.episode),
        shop=entry.shop,
        conversation=entry.conversation,
        number=entry.state.episode,
        first_seq=entry.seq,
        last_seq=entry.seq,
        started_at=entry.at,
        channel=entry.channel,
        opened_by=entry.author.kind,
    )


def _count(episode: Episode, entry: Entry, changes: dict[str, Any]) -> None:
    author = entry.author
    if episode.messages == 0:
        changes["channel"] = entry.channel
    if author.kind == "client":
        changes["client_messages"] = episode.client_messages + 1
        if episode.asked_at is None:
            changes["asked_at"] = entry.at
    elif author.kind == "staff":
        changes |= {"staff_messages": episode.staff_messages + 1, "had_person": True, "shares": _shared(episode, entry)}
        if episode.asked_at is not None and episode.answered_at is None:
            changes |= {"answered_at": entry.at, "answered_by": author.id}
    elif author.kind == "bot":
        changes["bot_messages"] = episode.bot_messages + 1


def _shared(episode: Episode, entry: Entry) -> tuple[Share, ...]:
    author = entry.author
    staff_id = author.id or ""
    before = next((share for share in episode.shares if share.id == staff_id), Share(staff_id, author.name, 0))
    others = tuple(share for share in episode.shares if share.id != staff_id)
    return (*others, replace(before, messages=before.messages + 1))


def _ended(entry: Entry) -> dict[str, Any]:
    if entry.act == "continued":
        return {"resolved_at": entry.at, "ending": "continued"}
    if entry.author.kind == "staff":
        return {"resolved_at": entry.at, "ending": "staff", "resolved_by": entry.author.id}
    return {"resolved_at": entry.at, "ending": "idle"}
