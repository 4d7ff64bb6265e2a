"""An entry before it has its number, what it becomes after what the log holds, and what there is to tell when it is
stored.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chat.handoff import Event, NotAllowed, after
from config.clock import utc_now
from storage.conversations import Conversation
from storage.messages import (
    Attachment,
    Author,
    Button,
    ChannelName,
    Delivery,
    Entry,
    EntryKind,
    Link,
    Rating,
    State,
    entry_id,
)
from storage.proof import Identity
from storage.shops import Language


class AnswerRefused(Exception):
    """The bot may not say this any more: a person or an act came first, or the message is answered already."""


class AnswerOutdated(Exception):
    """The dialogue is not where it was when the bot thought this out: another process answered something meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry that has no number yet. `event` is what it does to the conversation; `answers_seq` is set on an
    answer.
    """

    conversation: Conversation
    event: Event
    kind: EntryKind
    author: Author
    channel: ChannelName = "web"
    text: str = ""
    payload: str | None = None
    ref: str | None = None
    in_reply_to: str | None = None
    answers_seq: int | None = None
    buttons: tuple[Button, ...] = ()
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    delivery: Delivery | None = None
    act: str | None = None
    identity: Identity | None = None
    wants_answer: bool = False
    language: Language | None = None
    tracker: dict[str, Any] | None = None
    gist: str | None = None
    urgent: bool = False
    rating: Rating | None = None
    named: str | None = None
    until: datetime | None = None
    added: tuple[str, ...] = ()  # labels
    removed: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    origin: str | None = None  # the socket it came from, which needs no push


@dataclass(frozen=True, slots=True)
class Written:
    """A stored entry, and its conversation after it. `duplicate`: it was stored before, under the same `ref`."""

    entry: Entry
    conversation: Conversation
    duplicate: bool = False
    origin: str | None = None
    moved: bool = False  # it changed who answers
    waited_since: datetime | None = None  # its client had waited for a person since then


def _check_dialogue(thought_of: Conversation, head: Conversation) -> None:
    if head.tracker is not thought_of.tracker and head.tracker != thought_of.tracker:
        raise AnswerOutdated("the bot has said something else meanwhile")


def next_entry(draft: Draft, head: Conversation) -> Entry:
    """The draft as the entry after `head`. Raises `NotAllowed` (the status table), or `AnswerRefused` where it is the
    bot's and comes too late, or `AnswerOutdated`.
    """
    if draft.answers_seq is not None and head.person_seq > draft.answers_seq:
        raise AnswerRefused("a person came first")
    if draft.answers_seq is not None and draft.tracker is not None:
        _check_dialogue(draft.conversation, head)
    state = _state_after(draft, head)
    return Entry(
        id=entry_id(head.id, ref=draft.ref, in_reply_to=draft.in_reply_to),
        shop=head.shop,
        conversation=head.id,
        seq=head.last_seq + 1,
        client_prev=head.client_last_seq,
        kind=draft.kind,
        author=draft.author,
        at=utc_now(),
        state=state,
        channel=draft.channel,
        text=draft.text,
        payload=draft.payload,
        ref=draft.ref,
        in_reply_to=draft.in_reply_to,
        buttons=draft.buttons,
        links=draft.links,
        attachments=draft.attachments,
        delivery=draft.delivery,
        act=draft.act,
        mentions=draft.mentions,
        identity=draft.identity,
        language=draft.language,
        owed=draft.wants_answer and state.status == "bot",
        tracker=draft.tracker,
        gist=draft.gist,
        urgent=draft.urgent,
        rating=draft.rating,
    )


def _state_after(draft: Draft, head: Conversation) -> State:
    try:
        return after(
            head.state,
            draft.event,
            actor=draft.author.id,
            named=draft.named,
            until=draft.until,
            added=draft.added,
            removed=draft.removed,
        )
    except NotAllowed as error:
        if draft.answers_seq is not None:
            raise AnswerRefused(str(error)) from error
        raise
