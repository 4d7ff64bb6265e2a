"""What notifications say to staff: a name and a first line, no more. In English, as the inbox is."""

from collections.abc import Mapping
from typing import Final

from chat.notifications import Happening, first_line
from storage.change_requests import ChangeRequest, DetailName
from storage.conversations import Conversation
from storage.estimate_decisions import EstimateDecision
from storage.estimates import Decision, Estimate
from storage.messages import Entry
from storage.news import News
from storage.phones import format_phone
from storage.shops import Shop
from storage.visit import Visit

_DETAILS: Final[Mapping[DetailName, str]] = {
    "name": "name",
    "email": "e-mail",
    "phone": "phone number",
    "address": "address",
    "plate": "license plate",
}
_DECISIONS: Final[Mapping[Decision, str]] = {
    "approved": "Approved",
    "declined": "Declined",
    "call_me": "Call first",
}
_ACTS: Final = {"unassigned": "Nobody has it any more", "woken": "Back from snooze"}


def name_of(conversation: Conversation, shop: Shop) -> str:
    """Whom staff talk to in it."""
    if conversation.client_id is None and conversation.phone:
        return format_phone(conversation.phone, shop.address.country)
    return conversation.title if conversation.client_id else f"{conversation.title} {conversation.id[-4:]}"


def entry_texts(
    happening: Happening, entry: Entry, conversation: Conversation, shop: Shop, asked: Entry | None
) -> tuple[str, str]:
    """Title and text for an entry; `asked` is the message that the bot handed over with."""
    name = name_of(conversation, shop)
    match happening.kind:
        case "mention":
            return f"{entry.author.name} mentions you: {name}", first_line(entry.text)
        case "assigned":
            return f"{entry.author.name} gave you {name}", first_line(conversation.last_text)
    if entry.act is not None:
        return f"{_ACTS[entry.act]}: {name}", first_line(conversation.last_text)
    if entry.author.kind == "client":
        title = f"{name} ({conversation.unread})" if conversation.unread > 1 else name
        return title, first_line(entry.text) or _files(entry)
    return f"{name} waits for a person", first_line((asked.text if asked else "") or entry.gist or entry.text)


def change_texts(request: ChangeRequest, client: str, shop: Shop) -> tuple[str, str]:
    """Title and text for a change request."""
    new = format_phone(request.new, shop.address.country) if request.field == "phone" else request.new
    return f"{client} asks for a change", first_line(f"New {_DETAILS[request.field]}: {new}")


def decision_texts(estimate: Estimate, decisions: Mapping[str, Decision], client: str, shop: Shop) -> tuple[str, str]:
    """Title and text for decisions on an estimate: what was approved first, with its sum."""
    parts = []
    for decision, word in _DECISIONS.items():
        lines = [line for line in estimate.work if decisions.get(line.id) == decision]
        if not lines:
            continue
        what = "all of it" if len(lines) == len(estimate.work) else ", ".join(line.description for line in lines)
        total = shop.money(estimate.sum_of([line.id for line in lines]))
        parts.append(f"{word}: {what} ({total})" if decision == "approved" else f"{word}: {what}")
    return f"{client} decided on estimate {estimate.number}", ". ".join(parts)


def decision_details(kept: EstimateDecision, shop: Shop) -> dict[str, str]:
    """What the activity log says of a decision on an estimate: how it came, and what its client saw."""
    origin = kept.origin
    came_by = {"portal": "a link from a message" if origin.by_link else "the portal, signed in"}.get(
        origin.place, "chat"
    )
    if origin.phone is not None:
        came_by = f"a text from {format_phone(origin.phone, shop.address.country)}"
    lines = [f"{line.description} {shop.money(line.amount)}" for line in kept.lines]
    told = {"came_by": came_by, "approved_total": shop.money(kept.approved or 0)}
    told |= {"browser": origin.agent} if origin.agent else {}
    return told | {"estimate_total": shop.money(kept.total), "saw": "; ".join(lines)}


def visit_texts(visit: Visit, news: News, client: str, shop: Shop) -> tuple[str, str]:
    """Title and text for a visit that its client booked, moved or cancelled: what, and when it is now."""
    what = ", ".join(shop.service_title(code, "en") for code in visit.services) or "Visit"
    when = (news.starts_at or visit.starts_at).astimezone(shop.zone)
    clock = f"{when:%a, %b} {when.day}, {when.hour % 12 or 12}:{when:%M %p}"
    asked = ", to be confirmed" if visit.status == "requested" else ""
    return f"{client} {news.act} a visit", f"{what}, {clock}{asked}"


def _files(entry: Entry) -> str:
    return "Sent a file" if len(entry.attachments) == 1 else f"Sent {len(entry.attachments)} files"
