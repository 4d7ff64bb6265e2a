"""Fetches the files that came with texts, and puts them where they belong: into their messages.

Every step may be repeated: the file has one id from the first, its message claims it once, and what became of it
first counts. So a worker that dies leaves nothing but a row that falls due again.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chat.channels.twilio_media import CannotFetch, FetchLater, TwilioMedia, open_twilio_media
from chat.hub import Hub
from chat.updating import Updating
from config.clock import utc_now
from config.settings import Settings
from storage.files import Claim
from storage.media_fetches import MediaFetch
from storage.messages import Attachment
from storage.pictures import NotTaken, check_file
from storage.store import Storage

_log = logging.getLogger(__name__)

_AT_ONCE = 4  # files of up to 10 MB each in memory
_POLL_SECONDS = 2.0


async def fetch_files(settings: Settings, hub: Hub, bell: asyncio.Event) -> None:
    """Fetch until cancelled. `bell` is set when there is something to fetch."""
    async with open_twilio_media(settings) as media:
        await MediaWorker(hub.store, media, hub.updating, bell=bell).run()


class MediaWorker:
    """One per process that works; several share the rows by claiming them. `bell` is set when a row was added."""

    def __init__(
        self,
        store: Storage,
        media: TwilioMedia,
        updating: Updating,
        *,
        bell: asyncio.Event,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._media = media
        self._updating = updating
        self._bell = bell
        self._clock = clock
        self._one_at_a_time = asyncio.Semaphore(1)  # a large picture takes 200 MB while it is looked at

    async def run(self) -> None:
        """Fetch until cancelled; what is under way then falls due again."""
        while True:
            self._bell.clear()
            taken = 0
            try:
                taken = await self.fetch_due()
            except Exception:  # noqa: BLE001  # the worker outlives whatever it is
                _log.exception("files of texts could not be fetched; it is tried again")
            if taken == 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), _POLL_SECONDS)

    async def fetch_due(self) -> int:
        """Fetch what is due now; returns when that is over. How many rows were taken up."""
        rows = await self._store.media_fetches.claim_due(self._clock(), _AT_ONCE)
        await asyncio.gather(*(self._fetch_one(row) for row in rows))
        return len(rows)

    async def _fetch_one(self, row: MediaFetch) -> None:
        try:
            await self._fetch(row)
        except Exception:  # noqa: BLE001  # one file that cannot be fetched holds up no other
            _log.exception("media fetch %s failed; it is tried again", row.id)

    async def _fetch(self, row: MediaFetch) -> None:
        rows = self._store.media_fetches
        waiting = await self._waiting(row)
        if waiting is not None and waiting.state == "fetching":
            try:
                if row.is_spent:
                    raise CannotFetch("tries")
                await self._record(row, await self._stored(row))
            except (CannotFetch, NotTaken) as error:
                await self._give_up(row, waiting, str(error))
            except FetchLater as error:
                if not row.is_last_try:
                    await rows.put_off(row, self._clock())
                    return
                await self._give_up(row, waiting, str(error))
        elif waiting is None and not row.is_last_try:  # its message is being stored, or never was
            await rows.put_off(row, self._clock())
            return
        await rows.remove(row)

    async def _waiting(self, row: MediaFetch) -> Attachment | None:
        """What its message says of the file, or None where there is no such message as yet."""
        entry = await self._store.messages.find(row.shop, row.conversation, row.entry)
        return next((one for one in entry.attachments if one.id == row.file), None) if entry else None

    async def _stored(self, row: MediaFetch) -> Attachment:
        """The file, fetched, checked as an upload is, and its message's own."""
        content = await self._media.fetch(row.url)
        async with self._one_at_a_time:
            checked = await asyncio.to_thread(check_file, content)
        await self._store.files.add(row.shop, row.uploader, row.ref, row.name, checked)
        claim = Claim(shop=row.shop, uploaders=[row.uploader], conversation=row.conversation, entry=row.entry)
        [attachment] = await self._store.files.claim([row.file], claim)
        return attachment

    async def _give_up(self, row: MediaFetch, waiting: Attachment, why: str) -> None:
        _log.warning("media fetch %s for shop %s was given up: %s", row.id, row.shop, why)
        await self._record(row, replace(waiting, state="failed"))

    async def _record(self, row: MediaFetch, file: Attachment) -> None:
        await self._updating.record_attachment(row.shop, row.conversation, row.entry, file)
