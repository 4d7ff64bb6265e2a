"""A real SMTP server on loopback, and what it took."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP


class Inbox:
    """Takes mail; answers `reply` to the recipient or to the data."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.refuse_recipient: str | None = None
        self.answer = "250 taken"
        self.port = 0
        self.came = asyncio.Event()  # a mail

    @property
    def url(self) -> str:
        """For `SMTP_URL`."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's name
        if self.refuse_recipient:
            return self.refuse_recipient
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))
            self.came.set()
        return self.answer


@asynccontextmanager
async def mail_server() -> AsyncIterator[Inbox]:
    """Listens until the context ends."""
    inbox = Inbox()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(inbox), "127.0.0.1", 0)
    inbox.port = server.sockets[0].getsockname()[1]
    yield inbox
    server.close()
    await server.wait_closed()
