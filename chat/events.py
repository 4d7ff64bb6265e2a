"""Every socket.io event: its name, its payload, how it is parsed and encoded. The wire contract on one page.

What it means stands in `docs/protocol.md`. Parsing raises `ProtocolError`, which becomes the error of the ack.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from storage.conversations import Conversation
from storage.messages import Entry

Json: TypeAlias = dict[str, Any]
ErrorCode: TypeAlias = Literal[
    "bad_request", "unauthorized", "forbidden", "not_found", "conflict", "too_long", "rate_limited", "unavailable"
]
View: TypeAlias = Literal["mine", "waiting", "open", "bot", "snoozed", "resolved", "all"]

LONGEST_TEXT = 4000
_PAGE = 50
_LARGEST_PAGE = 200
_SEQ = Field(ge=0, le=2**53)


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
    """`/client` sync: what came after `after`, and what changed since `rev`."""

    after: int = Field(default=0, ge=0, le=2**53)
    rev: int = Field(default=0, ge=0, le=2**53)
    limit: int = Field(default=_LARGEST_PAGE, ge=1, le=_LARGEST_PAGE)


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


class InConversation(Payload):
    """`/staff`: an event about one conversation."""

    conversation: str = Field(min_length=1, max_length=64)


class Inbox(Payload):
    """`/staff` inbox."""

    view: View = "all"
    q: str | None = Field(default=None, max_length=200)
    cursor: str | None = Field(default=None, max_length=100)
    limit: int = Field(default=_PAGE, ge=1, le=_LARGEST_PAGE)

    @field_validator("cursor")
    @classmethod
    def _is_a_moment(cls, cursor: str | None) -> str | None:
        if cursor is not None and datetime.fromisoformat(cursor).tzinfo is None:
            raise ValueError("must be a cursor from an earlier answer")
        return cursor


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


class Assign(InConversation):
    """`/staff` assign: to a member of staff, or to nobody."""

    staff: str | None


class StaffTyping(InConversation, Typing):
    """`/staff` typing."""


class StaffRead(InConversation, Read):
    """`/staff` read."""


class DecideChange(Payload):
    """`/staff` decide_change: accept a client's change request, or decline it."""

    id: str = Field(min_length=1, max_length=64)
    accept: bool


CLIENT_EVENTS: Mapping[str, type[Payload]] = {
    "sync": Sync,
    "history": History,
    "message": Message,
    "typing": Typing,
    "read": Read,
    "rate": Rate,
}
STAFF_EVENTS: Mapping[str, type[Payload]] = {
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
    "typing": StaffTyping,
    "read": StaffRead,
    "decide_change": DecideChange,
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


def moment(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def message_object(entry: Entry, *, for_staff: bool) -> Json:
    """The message object. A client never gets a note or an act, nor a staff id; `kind` and `act` are for staff."""
    message: Json = {
        "id": entry.id,
        "ref": entry.ref,
        "conversation": entry.conversation,
        "seq": entry.seq,
        "prev": entry.seq - 1 if for_staff else entry.client_prev,
        "at": moment(entry.at),
        "author": {"kind": entry.author.kind, "name": entry.author.name},
        "channel": entry.channel,
        "text": entry.text,
        "buttons": [{"title": button.title, "payload": button.payload} for button in entry.buttons],
        "links": [{"title": link.title, "url": link.url} for link in entry.links],
        "attachments": list(entry.attachments),
        "private": not entry.for_client,
    }
    if entry.in_reply_to is not None:
        message["in_reply_to"] = entry.in_reply_to
    if entry.delivery is not None:
        message["delivery"] = {"state": entry.delivery.state}
        if entry.delivery.error is not None:
            message["delivery"]["error"] = entry.delivery.error
    if for_staff:
        message |= {"kind": entry.kind, "act": entry.act}
        if entry.rating is not None:
            message["rating"] = {"score": entry.rating.score, "comment": entry.rating.comment}
    return message


def client_conversation(conversation: Conversation) -> Json:
    """The conversation as its client sees it."""
    return {
        "id": conversation.id,
        "status": conversation.status,
        "last_seq": conversation.client_last_seq,
        "read_seq": conversation.client_read_seq,
        "staff_read_seq": conversation.staff_read_seq,
        "rev": conversation.rev,
        "rating": conversation.rating.score if conversation.rating else None,
    }


def conversation_summary(conversation: Conversation, assignee_name: str | None) -> Json:
    """The conversation as the inbox lists it."""
    state = conversation.state
    last = {
        "text": conversation.last_text,
        "author": conversation.last_author,
        "at": moment(conversation.last_at) if conversation.last_at else None,
    }
    return {
        "id": conversation.id,
        "title": conversation.title,
        "client": conversation.client_id,
        "phone": conversation.phone,
        "channel": conversation.channel,
        "status": state.status,
        "assignee": {"id": state.assignee, "name": assignee_name or ""} if state.assignee else None,
        "episode": state.episode,
        "unread": conversation.unread,
        "last": last,
        "urgent": conversation.urgent,
        "gist": conversation.gist,
        "rating": conversation.rating.score if conversation.rating else None,
        "last_seq": conversation.last_seq,
        "read_seq": conversation.staff_read_seq,
        "client_read_seq": conversation.client_read_seq,
        "rev": conversation.rev,
        "continued_in": conversation.continued_in,
    }
