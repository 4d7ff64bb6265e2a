"""The demo shop's conversations: `conversations.txt` as log entries, at moments before now.

What follows from the log (documents of conversations, reports, search) the first sweep makes of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

from storage.canned_replies import CannedReply
from storage.conversations import Conversation, applied, new_conversation
from storage.labels import LabelColor, new_label
from storage.messages import Author, ChannelName, Entry, EntryKind, Rating, State, Status, entry_id
from storage.proof import Identity, Proof
from storage.shops import Shop
from storage.staff import Staff
from storage.store import Storage

FILE = Path(__file__).with_name("conversations.txt")

_HEAD = re.compile(r"== (?P<who>[^|]+)\|(?P<channel>[^|]+)\|(?P<at>[^|]+)(?:\|(?P<labels>.+))?")
_PASSES = re.compile(r"\+(\d+)m")
_BETWEEN = timedelta(seconds=40)
_LABELS: tuple[tuple[str, LabelColor], ...] = (
    ("Fleet", "blue"),
    ("Parts ordered", "orange"),
    ("Warranty", "purple"),
    ("Call back", "red"),
)
_REPLIES = (
    ("ready", "Car is ready", "Hi {client.first_name}, your {vehicle} is ready. Today we are here {shop.hours}.",
     "Hola {client.first_name}, su {vehicle} está listo. Hoy atendemos: {shop.hours}."),
    ("balance", "What is open", "Hi {client.first_name}, {invoice.balance} is open. You can see it here: {portal.link}",
     "Hola {client.first_name}, quedan {invoice.balance} por pagar. Aquí lo ve: {portal.link}"),
    ("call", "Please call", "Could you give us a call at {shop.phone}? It is quicker to explain. {staff.name}",
     "¿Nos puede llamar al {shop.phone}? Por teléfono se explica más rápido. {staff.name}"),
    ("thanks", "Thank you", "Thank you, {client.first_name}! Have a good day.",
     "¡Gracias, {client.first_name}! Que tenga buen día."),
)  # fmt: skip


@dataclass(slots=True)
class _Story:
    """One conversation while it is being written."""

    head: Conversation
    name: str
    identity: Identity
    staff: dict[str, Staff]
    shop: Shop
    channel: ChannelName
    at: datetime
    entries: list[Entry] = field(default_factory=list)

    def write(self, author: Author, kind: EntryKind, state: State, **more: object) -> None:
        """One more entry, a little later."""
        number = self.head.last_seq + 1
        entry = Entry(
            id=entry_id(self.head.id, ref=f"demo-{number}"),
            shop=self.shop.slug,
            conversation=self.head.id,
            seq=number,
            client_prev=self.head.client_last_seq,
            kind=kind,
            author=author,
            at=self.at,
            state=state,
            channel=self.channel,
            **more,  # type: ignore[arg-type]
        )
        self.head = applied(self.head, entry)
        self.entries.append(entry)
        self.at += _BETWEEN


async def load_conversations(store: Storage, shop: Shop, now: datetime) -> None:
    """Write the demo's labels, canned replies and conversations. `now` is the system clock's."""
    for name, color in _LABELS:
        await store.labels.put(new_label(shop.slug, name, color))
    for shortcut, title, en, es in _REPLIES:
        await store.canned_replies.put(
            CannedReply(
                id=f"demo-{shortcut}", shop=shop.slug, shortcut=shortcut, title=title, text={"en": en, "es": es}
            )
        )
    clients = {client.external_id: client for client in await store.clients.list(shop.slug)}
    staff = {one.external_id: one for one in await store.staff.list(shop.slug)}
    heads: dict[str, Conversation] = {}
    for ago, who, channel, at, labels, lines in sorted(_scripts(), key=lambda script: -script[0]):
        client = clients.get(who)
        key = f"client:{client.id}" if client else "visitor:demo"
        title = client.name if client else "Visitor"
        made = new_conversation(shop.slug, key, title=title, client_id=client.id if client else None)
        phone = client.phones[0] if client and client.phones else None
        identity = Identity(
            proof=Proof.VISITOR if client is None else Proof.PHONE if channel == "sms" else Proof.FULL,
            client_id=client.id if client else None,
            phone=phone if channel == "sms" else None,
        )
        begin = _moment(shop, now, ago, at)
        head = replace(heads.get(key, made), created_at=heads[key].created_at if key in heads else begin)
        story = _Story(head, title, identity, staff, shop, channel, begin)
        _tell(story, lines, labels)
        if key not in heads:
            await store.conversations.add(replace(made, created_at=begin))
        await store.messages.append(story.entries)
        heads[key] = story.head


def _scripts() -> Iterator[tuple[int, str, ChannelName, time, tuple[str, ...], Sequence[str]]]:
    """Days ago, who, channel, time of day, labels, lines; one for each client that a head names."""
    for block in FILE.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.strip().splitlines() if not line.startswith("#")]
        if not lines:
            continue
        head = _HEAD.fullmatch(lines[0])
        assert head is not None, lines[0]
        hour, minute = head["at"].strip().split(":")
        labels = tuple(label.strip() for label in (head["labels"] or "").split(",") if label.strip())
        channel: ChannelName = "sms" if head["channel"].strip() == "sms" else "web"
        for part in head["who"].split():
            who, _, ago = part.partition("@")
            yield int(ago), who, channel, time(int(hour), int(minute)), labels, lines[1:]


def _moment(shop: Shop, now: datetime, ago: int, at: time) -> datetime:
    """That time of day so many days ago in the shop's zone; what would still be to come today was an hour ago."""
    day: date = now.astimezone(shop.zone).date() - timedelta(days=ago)
    moment = datetime.combine(day, at, shop.zone)
    return min(moment, now - timedelta(hours=1) - timedelta(minutes=at.minute))


def _tell(story: _Story, lines: Sequence[str], labels: tuple[str, ...]) -> None:
    last = story.head.state
    episode = last.episode + 1 if last.status == "resolved" else last.episode
    state = State(status="bot", episode=episode, labels=tuple(sorted({*last.labels, *labels})))
    gist: tuple[str, bool] | None = None
    for line in lines:
        if passed := _PASSES.fullmatch(line):
            story.at += timedelta(minutes=int(passed[1]))
            continue
        what, _, text = (part.strip() for part in line.partition(":"))
        if what.startswith("bot hands off"):
            gist = (text, what.endswith("urgent"))
            continue
        state = _entry(story, state, what, text, gist)
        gist = None


def _entry(story: _Story, state: State, what: str, text: str, gist: tuple[str, bool] | None) -> State:
    """Write what one line says; the state after it."""
    client = Author(kind="client", name=story.name, id=story.head.client_id)
    bot = Author(kind="bot", name=story.shop.name)
    words = what.split()
    match words:
        case ["client"]:
            story.write(client, "message", state, text=text, identity=story.identity)
        case ["bot"] if gist is not None:
            state = replace(state, status="waiting")
            story.write(bot, "message", state, text=text, gist=gist[0], urgent=gist[1])
        case ["bot"]:
            story.write(bot, "message", state, text=text)
        case ["rate", score]:
            story.write(client, "act", state, act="rated", rating=Rating(score=int(score), comment=text))
        case ["resolve", "bot"]:
            state = replace(state, status="resolved", assignee=None)
            story.write(Author(kind="system", name=story.shop.name), "act", state, act="resolved")
        case [verb, who, *more] if verb in ("take", "resolve", "return", "snooze"):
            state = _acted(state, verb, story.staff[who].id, story.at, more)
            acts = {"take": "taken", "resolve": "resolved", "return": "returned_to_bot", "snooze": "snoozed"}
            story.write(_author(story.staff[who]), "act", state, act=acts[verb])
        case [who, *note]:
            story.write(_author(story.staff[who]), "note" if note else "message", state, text=text)
    return state


def _acted(state: State, verb: str, staff_id: str, at: datetime, more: Sequence[str]) -> State:
    statuses: dict[str, Status] = {"take": "open", "resolve": "resolved", "return": "bot", "snooze": "snoozed"}
    assignee = None if verb == "return" else staff_id
    until = at + timedelta(hours=int(more[0].rstrip("h"))) if verb == "snooze" else None
    return replace(state, status=statuses[verb], assignee=assignee, until=until)


def _author(staff: Staff) -> Author:
    return Author(kind="staff", name=staff.name, id=staff.id)
