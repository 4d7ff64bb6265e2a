"""What goes out over socket.io: the message object, and a conversation as its client and as staff see it."""

from datetime import UTC, datetime
from typing import cast

from bot.links import portal_path
from bot.reply import PageName
from chat.events import Json
from storage.conversations import Conversation
from storage.file_links import FileLinks, plain_path, thumbnail_path
from storage.messages import Attachment, Entry
from storage.notifications import Notification
from storage.shops import Language


def moment(at: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def attachment_objects(entry: Entry, files: FileLinks) -> list[Json]:
    """The files of a message, each with its addresses. A note's are not signed: staff have their session."""
    return [_attachment(one, entry, files) for one in entry.attachments]


def _attachment(attachment: Attachment, entry: Entry, files: FileLinks) -> Json:
    told: Json = {
        "id": attachment.id,
        "name": attachment.name,
        "type": attachment.type,
        "size": attachment.size,
        "state": attachment.state,
    }
    if attachment.state != "stored":
        return told
    signed = entry.for_client
    told["url"] = files.path(entry.shop, attachment.id) if signed else plain_path(attachment.id)
    if attachment.width and attachment.height:
        told["thumbnail"] = thumbnail_path(told["url"])
        told |= {"width": attachment.width, "height": attachment.height}
    return told


def message_object(entry: Entry, *, for_staff: bool, files: FileLinks) -> Json:
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
        "attachments": attachment_objects(entry, files),
        "private": not entry.for_client,
    }
    if entry.in_reply_to is not None:
        message["in_reply_to"] = entry.in_reply_to
    if entry.delivery is not None:
        message["delivery"] = {"state": entry.delivery.state}
        if entry.delivery.error is not None:
            message["delivery"]["error"] = entry.delivery.error
    if for_staff:
        message |= {"kind": entry.kind, "act": entry.act, "mentions": list(entry.mentions)}
        if entry.rating is not None:
            message["rating"] = {"score": entry.rating.score, "comment": entry.rating.comment}
    return message


def client_conversation(conversation: Conversation, queue: Json | None, reach: Json | None) -> Json:
    """The conversation as its client sees it; `queue` is its place where it waits for a person, `reach` where they are
    told of an answer should they leave.
    """
    return {
        "id": conversation.id,
        "status": conversation.status,
        "last_seq": conversation.client_last_seq,
        "read_seq": conversation.client_read_seq,
        "staff_read_seq": conversation.staff_read_seq,
        "rev": conversation.rev,
        "rating": conversation.rating.score if conversation.rating else None,
        "queue": queue,
        "reach": reach,
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
        "contact": conversation.contact,
        "channel": conversation.channel,
        "status": state.status,
        "assignee": {"id": state.assignee, "name": assignee_name or ""} if state.assignee else None,
        "episode": state.episode,
        "unread": conversation.unread,
        "labels": list(state.labels),
        "until": moment(state.until) if state.until else None,
        "waiting_since": moment(conversation.waiting_since) if conversation.waiting_since else None,
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


def notification_object(told: Notification, language: Language, public_url: str, unseen: int) -> Json:
    """What is new under a client's bell, in their language; `unseen` is what the bell shows with it."""
    path = portal_path(cast(PageName, told.scope.page), told.scope.record_id)
    return {
        "id": told.id,
        "kind": told.kind,
        "title": told.title.get(language) or next(iter(told.title.values())),
        "text": told.text.get(language) or next(iter(told.text.values()), ""),
        "url": f"{public_url.rstrip('/')}/s/{told.shop}/portal/{path}",
        "at": moment(told.at),
        "unseen": unseen,
    }
