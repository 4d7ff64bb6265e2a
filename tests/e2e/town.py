"""The service with real carriers on loopback: a fake Twilio, and a mail server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from config.settings import Mail, Twilio
from storage.clients import Consent
from storage.store import Storage
from tests.cast import MARIA, move_in
from tests.e2e.fake_twilio import ACCOUNT, TOKEN, FakeTwilio, start
from tests.e2e.mail_server import Inbox, mail_server
from tests.e2e.running import Door, serving

SOON = 0.2  # seconds that an answer stays unread here
FAR = datetime(2100, 1, 1, tzinfo=UTC)
AGREED = Consent(service=True)


@dataclass
class Town:
    """The service with its carriers, and who is in it."""

    door: Door
    twilio: FakeTwilio
    mail: Inbox
    store: Storage

    async def text(self) -> dict[str, Any]:
        """The next text that goes out."""
        async with asyncio.timeout(10):
            await self.twilio.arrived.wait()
        self.twilio.arrived.clear()
        return self.twilio.messages[-1]

    async def letter(self) -> str:
        """The next mail that goes out."""
        async with asyncio.timeout(10):
            await self.mail.came.wait()
        self.mail.came.clear()
        return str(self.mail.mails[-1].get_content()).replace("\r\n", "\n")

    async def quiet(self) -> None:
        """Nothing is due any more."""
        async with asyncio.timeout(10):
            while await self.store.absences.list_due(FAR):
                await asyncio.sleep(SOON / 4)


@asynccontextmanager
async def living(store: Storage, data_dir: Path, *, empty: bool = True) -> AsyncIterator[Town]:
    """`empty`: nobody has moved in yet."""
    if empty:
        await move_in(store)
    await store.clients.put(replace(MARIA, consent=AGREED))
    twilio = FakeTwilio()
    server = await start(twilio)
    account = Twilio(
        account_sid=ACCOUNT, auth_token=SecretStr(TOKEN), api_base_url=str(server.make_url("")).rstrip("/")
    )
    async with mail_server() as mail:
        sent_by = Mail(url=SecretStr(mail.url), sender="desk@garage.example")
        async with serving(store, data_dir, reach_after=SOON, twilio=account, mail=sent_by) as running:
            door = Door(running)
            try:
                yield Town(door, twilio, mail, store)
            finally:
                await door.close()
                await server.close()
