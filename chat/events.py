"""Every socket.io event that a peer may send: its name, its payload, how it is parsed. What it gets back is encoded by
`chat/encoding.py`.

What it means stands in `docs/protocol.md`. Parsing raises `ProtocolError`, which becomes the error of the ack.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from storage.labels import LONGEST_LABEL

Json: TypeAlias = dict[str, Any]
ErrorCode: TypeAlias = Literal[
    "bad_request", "unauthorized", "forbidden", "not_found", "conflict", "too_long", "rate_limited", "unavailable"
]
View: TypeAlias = Literal["mine", "waiting", "open", "bot", "snoozed", "resolved", "all"]

LONGEST_TEXT = 4000
_PAGE = 50
_LARGEST_PAGE = 200
_SEQ = Field(ge=0, le=2**53)


def _parse_moment(value: object) -> datetime:
    if isinstance(value, str):
        at = datetime.fromisoformat(value)
        if at.tzinfo is not None:
            return at
    raise ValueError("must be a moment with its offset, as in 2026-03-11T15:30:00Z")


AwareMoment = Annotated[datetime, BeforeValidator(_parse_moment)]


class ProtocolError(Exception):
    """A coded refusal, told in the ack."""

    def __init__(self, code: ErrorCode, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after

    def as_ack(self) -> Json:
        """`{"ok": false, "error": {...}}`."""
        error: Json = {"code": self.code, "message": self.message}
        if self.retry_after is not None:
            error["retry_after"] = self.retry_after
        return {"ok": False, "error": error}


def _storable(text: str) -> str:
    """Lone surrogates cannot be stored as UTF-8; NUL is nothing that anybody typed."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


class Payload(BaseModel):
    """What a peer sends. Types are not bent to fit; keys that are not known are left."""

    model_config = ConfigDict(strict=True, frozen=True)


class Sync(Payload):
    """`/client` sync: what came after `after`, and what changed since `rev`; in which language it is to be told."""

    after: int = Field(default=0, ge=0, le=2**53)
    rev: int = Field(default=0, ge=0, le=2**53)
    limit: int = Field(default=_LARGEST_PAGE, ge=1, le=_LARGEST_PAGE)
    language: Literal["en", "es"] | None = None


class History(Payload):
    """`/client` history: what came before `before`."""

    before: int = _SEQ
    limit: int = Field(default=_PAGE, ge=1, le=_LARGEST_PAGE)


class Message(Payload):
    """`/client` message."""

    ref: str = Field(pattern=r"^[0-9A-Fa-f]{8}-?([0-9A-Fa-f]{4}-?){3}[0-9A-Fa-f]{12}$")
    text: str | None = None
    payload: str | None = Field(default=None, max_length=1000)
    attachments: list[str] = Field(default=[], max_length=10)
    language: Literal["en", "es"] | None = None  # of the page it is written on: for who has not shown theirs yet

    @field_validator("text")
    @classmethod
    def _storable(cls, text: str | None) -> str | None:
        return None if text is None else _storable(text)

    @model_validator(mode="after")
    def _says_something(self) -> "Message":
        if not (self.text or "").strip() and not self.payload and not self.attachments:
            raise ValueError("text, payload or attachments: one of them is needed")
        return self


class Typing(Payload):
    """`/client` typing."""

    on: bool


class Read(Payload):
    """`/client` read."""

    seq: int = _SEQ


class Rate(Payload):
    """`/client` rate: how the episode that was resolved has been, 1 (bad) to 5 (good)."""

    score: int = Field(ge=1, le=5)
    comment: str | None = Field(default=None, max_length=1000)

    @field_validator("comment")
    @classmethod
    def _storable(cls, comment: str | None) -> str | None:
        return _storable(comment).strip() or None if comment else None


class Reach(Payload):
    """`/client` reach: where a visitor wants to be told of an answer, a phone number or an e-mail address."""

    contact: str = Field(min_length=3, max_length=200)


class Transcript(Payload):
    """`/client` transcript: what was said, by mail; `email` is needed from whom nobody has an address on file."""

    email: str | None = Field(default=None, min_length=3, max_length=200)
    language: Literal["en", "es"] | None = None


class InConversation(Payload):
    """`/staff`: an event about one conversation."""

    conversation: str = Field(min_length=1, max_length=64)


class Inbox(Payload):
    """`/staff` inbox."""

    view: View = "all"
    label: str | None = Field(default=None, max_length=LONGEST_LABEL)
    q: str | None = Field(default=None, max_length=200)
    cursor: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=_PAGE, ge=1, le=_LARGEST_PAGE)


class StaffHistory(InConversation, History):
    """`/staff` history."""


class StaffSync(InConversation):
    """`/staff` sync."""

    after: int = _SEQ
    limit: int = Field(default=_LARGEST_PAGE, ge=1, le=_LARGEST_PAGE)


class StaffMessage(InConversation, Message):
    """`/staff` message."""

    private: bool = False
    channel: Literal["web", "sms", "email"] | None = None
    mentions: list[str] = Field(default=[], max_length=20)  # staff ids, in a note
    suggestion: int | None = Field(default=None, ge=0, le=2**53)  # the bot's draft for this message is what is sent

    @model_validator(mode="after")
    def _mentions_in_notes(self) -> "StaffMessage":
        if self.mentions and not self.private:
            raise ValueError("mentions: only a note (private) calls colleagues")
        return self


class Assign(InConversation):
    """`/staff` assign: to a member of staff, or to nobody."""

    staff: str | None


class Snooze(InConversation):
    """`/staff` snooze: out of sight until this moment."""

    until: AwareMoment


class ChangeLabels(InConversation):
    """`/staff` label: put labels on the conversation, take others off."""

    add: list[str] = Field(default=[], max_length=20)
    remove: list[str] = Field(default=[], max_length=20)


class FillIn(InConversation):
    """`/staff` canned_reply: its text for this conversation's client."""

    id: str = Field(min_length=1, max_length=64)


class StaffTyping(InConversation, Typing):
    """`/staff` typing."""


class StaffRead(InConversation, Read):
    """`/staff` read."""


class Nothing(Payload):
    """An event that says all by its name."""


class DecideChange(Payload):
    """`/staff` decide_change: accept a client's change request, or decline it."""

    id: str = Field(min_length=1, max_length=64)
    accept: bool


class SetNotifications(Payload):
    """`/staff` set_notifications: what is named changes. `mute` is for how long devices stay silent."""

    unassigned: bool | None = None
    papers: bool | None = None
    quiet_when_closed: bool | None = None
    mute: Literal["off", "hour", "tomorrow", "forever"] | None = None


class SeenNotifications(Payload):
    """`/staff` seen_notifications: those of a conversation, these, or (neither given) all."""

    conversation: str | None = Field(default=None, min_length=1, max_length=64)
    ids: list[str] = Field(default=[], max_length=100)


class TryNotification(Payload):
    """`/staff` try_notification: on which of the own devices."""

    device: str = Field(min_length=1, max_length=64)


CLIENT_EVENTS: Mapping[str, type[Payload]] = {
    "sync": Sync,
    "history": History,
    "message": Message,
    "typing": Typing,
    "read": Read,
    "rate": Rate,
    "reach": Reach,
    "transcript": Transcript,
}
STAFF_EVENTS: Mapping[str, type[Payload]] = {
    "shop": Nothing,
    "inbox": Inbox,
    "open": InConversation,
    "close": InConversation,
    "history": StaffHistory,
    "sync": StaffSync,
    "message": StaffMessage,
    "take": InConversation,
    "assign": Assign,
    "return_to_bot": InConversation,
    "resolve": InConversation,
    "reopen": InConversation,
    "snooze": Snooze,
    "label": ChangeLabels,
    "canned_reply": FillIn,
    "card": InConversation,
    "typing": StaffTyping,
    "read": StaffRead,
    "decide_change": DecideChange,
    "notifications": Nothing,
    "set_notifications": SetNotifications,
    "seen_notifications": SeenNotifications,
    "try_notification": TryNotification,
}

_P = TypeVar("_P", bound=Payload)


def parse(model: type[_P], arguments: Sequence[Any]) -> _P:
    """The payload of an event. Raises `ProtocolError`: `bad_request` naming the field, or `too_long`."""
    if len(arguments) > 1 or (arguments and not isinstance(arguments[0], dict)):
        raise ProtocolError("bad_request", "an event has one JSON object as its payload")
    given = arguments[0] if arguments else {}
    text = given.get("text")
    if isinstance(text, str) and len(text) > LONGEST_TEXT:
        raise ProtocolError("too_long", f"text: at most {LONGEST_TEXT} characters, this has {len(text)}")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise ProtocolError("bad_request", f"{field}: {reason}" if field else reason) from error
