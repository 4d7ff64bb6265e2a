"""What was said in a chat, by mail: to the client's address on file, or where a visitor asks for it.

It holds what this peer sees in the chat and no more, with days and times in the shop's zone. Addresses that sign
somebody in are left out: a mailbox may have more readers than the chat had.
"""

from collections.abc import Callable
from datetime import date

from bot.answers import Wording
from chat.contact import claim, parse_email
from chat.events import ProtocolError
from chat.hub import Hub
from chat.notice import hidden, language_of
from config.clock import utc_now
from storage.clients import Client
from storage.conversations import Conversation
from storage.messages import Entry
from storage.outbox import OutboxRow
from storage.phones import format_phone
from storage.proof import Identity, Proof
from storage.shops import Shop
from storage.store import Storage

_MOST = 1000  # messages, the newest
_PAGE = 200
_WORDS = {
    "en": {
        "subject": "Your chat with {shop}",
        "title": "Your chat with {shop}, as of {when}. Times are those of the shop.",
        "left_out": "(Earlier messages are left out.)",
        "you": "You",
        "file": "[File: {name}]",
        "foot": "{shop} · {phone}\nYou asked for this mail in the chat. If you did not, you need do nothing.",
    },
    "es": {
        "subject": "Su chat con {shop}",
        "title": "Su chat con {shop}, hasta {when}. Las horas son las del taller.",
        "left_out": "(Faltan los mensajes anteriores.)",
        "you": "Usted",
        "file": "[Archivo: {name}]",
        "foot": "{shop} · {phone}\nPidió este correo en el chat. Si no fue usted, no tiene que hacer nada.",
    },
}


class Transcripts:
    """Sends transcripts; `wake` rings the outbox."""

    def __init__(self, store: Storage, wake: Callable[[], None]) -> None:
        self._store = store
        self._wake = wake

    async def send(
        self,
        hub: Hub,
        shop: Shop,
        conversation: Conversation,
        identity: Identity,
        *,
        typed: str | None,
        language: str | None,
        address: str,
    ) -> str:
        """Put the mail into the outbox; to which address, as this peer may see it. `address` is of the network.

        Raises `ProtocolError`: `conflict` where nothing was said to the peer yet, `bad_request` where an address is
        needed, `rate_limited`.
        """
        client_id = identity.client_id
        client = await self._store.clients.find(shop.slug, client_id) if client_id else None
        to, shown = _recipient(identity, client, typed)
        head = await hub.writer.refresh(conversation) if conversation.last_seq else conversation
        entries, whole = await self._entries(head)
        if all(entry.author.kind == "client" for entry in entries):
            raise ProtocolError("conflict", "nothing was said here yet")
        await claim(hub, shop, "transcript", to, address)
        spoken = language or language_of(shop, head, client)
        await self._store.outbox.add(
            OutboxRow(
                shop=shop.slug,
                kind="email",
                to=to,
                subject=_WORDS[spoken]["subject"].format(shop=shop.name),
                text=self._text(shop, entries, spoken, whole=whole),
                purpose="transcript",
                dedupe_key=f"transcript:{head.id}:{head.client_last_seq}:{to}",
            )
        )
        self._wake()
        return shown

    async def _entries(self, head: Conversation) -> tuple[list[Entry], bool]:
        """What the client sees, the newest of it, in order; and whether that is all."""
        found: list[Entry] = []
        before = head.last_seq + 1
        while before > 1 and len(found) < _MOST:
            page = await self._store.messages.before(head.shop, head.id, before, _PAGE)
            if not page:
                break
            before = page[0].seq
            found = [entry for entry in page if entry.for_client] + found
        return found[-_MOST:], before <= 1 and len(found) <= _MOST

    @staticmethod
    def _text(shop: Shop, entries: list[Entry], language: str, *, whole: bool) -> str:
        words, wording = _WORDS[language], Wording(language, shop.zone)
        now = utc_now()  # as the messages have it, whatever day the business clock says
        parts = [words["title"].format(shop=shop.name, when=wording.moment(now))]
        if not whole:
            parts.append(words["left_out"])
        day: date | None = None
        for entry in entries:
            today = entry.at.astimezone(shop.zone).date()
            if today != day:
                parts.append(f"{wording.day(today, now.astimezone(shop.zone).date())}\n{'-' * 24}")
                day = today
            who = words["you"] if entry.author.kind == "client" else entry.author.name
            parts.append(f"{wording.time(entry.at)}  {who}\n{_said(entry, words)}")
        foot = words["foot"].format(shop=shop.name, phone=format_phone(shop.phone, shop.address.country))
        return "\n\n".join([*parts, f"-- \n{foot}"])


def _recipient(identity: Identity, client: Client | None, typed: str | None) -> tuple[str, str]:
    """The address, and how it is shown: who came by a link sends to what is on file only, and sees a part of it."""
    on_file = client.email if client is not None else None
    if typed is not None and (on_file is None or identity.proof is Proof.FULL):
        email = parse_email(typed, "email")
        return email, email
    if on_file is None:
        raise ProtocolError("bad_request", "email: where to send it is needed")
    return on_file, hidden(on_file)


def _said(entry: Entry, words: dict[str, str]) -> str:
    lines = [entry.text] if entry.text else []
    lines += [f"- {button.title}" for button in entry.buttons]
    lines += [link.title if "/k/" in link.url else f"{link.title}: {link.url}" for link in entry.links]
    lines += [words["file"].format(name=file.name) for file in entry.attachments]
    return "\n".join(f"    {line}" for text in lines for line in text.splitlines())
