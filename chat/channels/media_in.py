"""Files that come with a text: which of them are fetched, and the rows that see to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args
from urllib.parse import urlsplit

from chat.channels.channel import Wake
from chat.channels.twilio_media import is_ours
from config.settings import Settings
from storage.conversations import Conversation
from storage.files import file_id
from storage.media_fetches import MediaFetch, fetch_id
from storage.messages import Attachment, entry_id
from storage.pictures import FileType, safe_name
from storage.store import Storage

_MOST = 10  # files of one text, as Twilio has it
_TYPES = frozenset(get_args(FileType))
_ALSO_CALLED = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Media:
    """A file that Twilio has for us; the type is what the sender's carrier calls it, its content is yet to be seen."""

    index: int
    url: str
    type: FileType


class IncomingFiles:
    """`wake` is rung when there is something to fetch."""

    def __init__(self, settings: Settings, store: Storage, wake: Wake) -> None:
        self._base = urlsplit(settings.twilio.api_base_url) if settings.twilio.configured else None
        self._store = store
        self.wake = wake

    def find(self, form: Mapping[str, str]) -> list[Media]:
        """The files of a text that are of a kind that is kept, and that lie at the configured Twilio."""
        found = []
        for index in range(min(count_of(form), _MOST)):
            url = form.get(f"MediaUrl{index}", "")
            said = form.get(f"MediaContentType{index}", "").partition(";")[0].strip().lower()
            kind = _ALSO_CALLED.get(said, said)
            if kind in _TYPES and self._is_ours(url):
                found.append(Media(index, url, cast(FileType, kind)))
        return found

    async def expect(
        self, conversation: Conversation, sender: str, sid: str, found: Sequence[Media]
    ) -> tuple[Attachment, ...]:
        """What the message says of its files as long as they are fetched. The same text again has the same files."""
        entry = entry_id(conversation.id, ref=sid)
        uploader = f"sms:{sender}"
        expected = []
        for one in found:
            row = fetch_id(conversation.shop, entry, one.index)
            name = safe_name(f"mms-{one.index + 1}", one.type)
            file = file_id(conversation.shop, uploader, row)
            expected.append(Attachment(id=file, name=name, type=one.type, state="fetching"))
            await self._store.media_fetches.add(
                MediaFetch(
                    id=row,
                    shop=conversation.shop,
                    conversation=conversation.id,
                    entry=entry,
                    file=file,
                    uploader=uploader,
                    ref=row,
                    name=name,
                    url=one.url,
                )
            )
        return tuple(expected)

    def _is_ours(self, url: str) -> bool:
        try:
            return self._base is not None and is_ours(self._base, url)
        except ValueError:
            return False


def count_of(form: Mapping[str, str]) -> int:
    """How many files came with a text."""
    count = form.get("NumMedia", "")
    return int(count) if count.isdecimal() and len(count) < 4 else 0
