"""Chats as a file: JSON for programs, or a page that opens alone and holds no script. Made while it is sent."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal_views.chat_lines import Before, chat_name, lines, without_keys
from portal_views.formats import Formats
from portal_views.pages import render
from portal_views.statics import static_files
from storage.conversations import Conversation
from storage.file_links import plain_path
from storage.messages import Attachment, Entry
from storage.shops import Language, Shop
from storage.store import Storage

_PAGE = 500  # entries that are read at once
_SHEETS = ("/static/tokens.css", "/static/portal/transcript.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatExport:
    """What every export needs: whose chats, how values are written, what the staff are called, where files are."""

    store: Storage
    shop: Shop
    f: Formats
    language: Language
    names: dict[str, str]
    origin: str
    now: datetime

    async def as_json(self, chats: AsyncIterator[Conversation]) -> AsyncIterator[str]:
        """One JSON object: the shop, the moment, and `conversations` with all their `entries`."""
        head = {"shop": {"slug": self.shop.slug, "name": self.shop.name}, "exported_at": _moment(self.now)}
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "conversations": ['
        first = True
        async for chat in chats:
            about = json.dumps(_conversation(chat, self.names), ensure_ascii=False)
            yield ("\n" if first else ",\n") + about[:-1] + ', "entries": ['
            first, start = False, True
            async for entries in self._log(chat):
                told = ",\n  ".join(json.dumps(self._entry(one), ensure_ascii=False) for one in entries)
                yield ("\n  " if start else ",\n  ") + told
                start = False
            yield "]}"
        yield "\n]}\n"

    async def as_page(self, chats: AsyncIterator[Conversation], title: str) -> AsyncIterator[str]:
        """An HTML page with its style in it."""
        style = "\n".join(static_files()[sheet].packed.plain.decode() for sheet in _SHEETS)
        yield self._render("chat_file_head.html", style=style, title=title, now=self.now)
        async for chat in chats:
            assignee = self.names.get(chat.state.assignee or "", "")
            yield self._render("chat_file_chat.html", chat=chat, name=chat_name(chat, self.f), assignee=assignee)
            before = None
            async for entries in self._log(chat):
                shown = lines(entries, self.f, self.names, before=before, origin=self.origin)
                yield self._render("chat_lines.html", day_tag="h3", lines=shown)
                before = Before.of(entries, self.f)
        yield self._render("chat_file_tail.html")

    async def _log(self, chat: Conversation) -> AsyncIterator[list[Entry]]:
        seq = 0
        while entries := await self.store.messages.after(chat.shop, chat.id, seq, _PAGE):
            yield entries
            seq = entries[-1].seq

    def _render(self, template: str, **values: Any) -> str:
        return render(template, self.language, self.shop, **values)

    def _entry(self, entry: Entry) -> dict[str, Any]:
        """All that people may want to know of an entry; not the dialogue's state, nor who a client proved to be."""
        told: dict[str, Any] = {
            "id": entry.id,
            "seq": entry.seq,
            "at": _moment(entry.at),
            "kind": entry.kind,
            "author": {"kind": entry.author.kind, "name": entry.author.name, "id": entry.author.id},
            "channel": entry.channel,
            "text": without_keys(entry.text),
            "status": entry.state.status,
            "assignee": entry.state.assignee,
            "episode": entry.state.episode,
            "labels": list(entry.state.labels),
            "act": entry.act,
            "in_reply_to": entry.in_reply_to,
            "payload": entry.payload,
            "buttons": [button.title for button in entry.buttons],
            "links": [{"title": link.title, "url": without_keys(link.url)} for link in entry.links],
            "files": [self._file(one) for one in entry.attachments],
            "mentions": [self.names.get(one, one) for one in entry.mentions],
            "delivery": entry.delivery.state if entry.delivery else None,
            "gist": entry.gist,
            "urgent": entry.urgent or None,
            "rating": {"score": entry.rating.score, "comment": entry.rating.comment} if entry.rating else None,
        }
        return {name: value for name, value in told.items() if value not in (None, [], "")}

    def _file(self, file: Attachment) -> dict[str, Any]:
        told: dict[str, Any] = {"name": file.name, "type": file.type, "size": file.size}
        return told | ({"url": self.origin + plain_path(file.id)} if file.state == "stored" else {"state": file.state})


def _conversation(chat: Conversation, names: dict[str, str]) -> dict[str, Any]:
    assignee = chat.state.assignee
    return {
        "id": chat.id,
        "title": chat.title,
        "client": chat.client_id,
        "phone": chat.phone,
        "channel": chat.channel,
        "status": chat.status,
        "assignee": {"id": assignee, "name": names.get(assignee, "")} if assignee else None,
        "labels": list(chat.state.labels),
        "episodes": chat.state.episode,
        "started_at": _moment(chat.created_at),
        "last_at": _moment(chat.last_at) if chat.last_at else None,
        "continued_in": chat.continued_in,
    }


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
