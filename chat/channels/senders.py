"""Which carrier sends what, in this deployment."""

import aiohttp

from chat.channels.channel import Refused, Sender, Sent
from chat.channels.console import console_sender
from chat.channels.email import SmtpSender
from chat.channels.twilio_sender import TwilioSender
from config.settings import Settings
from storage.outbox import Outbox, OutboxKind, OutboxRow


class NoSender:
    """Stands where production has no carrier configured: what would go by it fails, and staff see why."""

    async def send(self, row: OutboxRow) -> Sent:
        """Raises `Refused` with `sms_not_configured` or `email_not_configured`."""
        raise Refused(f"{row.kind}_not_configured")

    async def find_sent(self, row: OutboxRow) -> Sent | None:  # noqa: ARG002 - a sender is asked with the row
        """Nothing was ever sent."""
        return None


def senders(
    settings: Settings, http: aiohttp.ClientSession, outbox: Outbox, push: Sender | None = None
) -> dict[OutboxKind, Sender]:
    """Twilio and the mail server where they are configured; else the console, and in production nothing. `push` needs
    no configuration.
    """
    stand_in: Sender = NoSender() if settings.production else console_sender(settings)

    async def is_known(provider_id: str) -> bool:
        return await outbox.find_by_provider_id(provider_id) is not None

    return {
        "sms": TwilioSender(settings, http, is_known) if settings.twilio.configured else stand_in,
        "push": push or NoSender(),
        "email": SmtpSender(settings.mail) if settings.mail.url is not None else stand_in,
    }
