"""E-mail: the channel for an answer by mail, and the sender that hands mail to an SMTP server."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from chat.channels.channel import OutcomeUnknown, Refused, Sent, TryLater, Wake
from chat.channels.media import links_for_mail
from config.clock import utc_now
from config.settings import Mail
from storage.conversations import Conversation
from storage.messages import ChannelName, Delivery, Entry, Link
from storage.outbox import OutboxRow
from storage.shops import Shop
from storage.store import Storage

_TIMEOUT_SECONDS = 20.0
_ANSWER = {"en": "A message from {shop}", "es": "Un mensaje de {shop}"}


class EmailChannel:
    """Answers by e-mail, to the address on the client's file."""

    name: ChannelName = "email"

    def __init__(self, store: Storage, wake: Wake, public_url: str) -> None:
        self._store = store
        self._wake = wake
        self._origin = public_url

    async def deliver(self, shop: Shop, conversation: Conversation, entry: Entry) -> Delivery | None:
        """Put the entry into the outbox; failed with `no_address` when the client has none on file."""
        client_id = conversation.client_id
        client = await self._store.clients.find(shop.slug, client_id) if client_id else None
        if client is None or client.email is None:
            return Delivery(state="failed", error="no_address")
        subject = _ANSWER[client.language or shop.language].format(shop=shop.name)
        await self._store.outbox.add(
            OutboxRow(
                shop=shop.slug,
                kind="email",
                to=client.email,
                subject=subject,
                text=render(entry, links_for_mail(entry, self._store.file_links, self._origin)),
                purpose="reply",
                dedupe_key=entry.id,
                conversation=conversation.id,
                message_id=entry.id,
            )
        )
        self._wake()
        return Delivery(state="queued")


def render(entry: Entry, files: Sequence[Link] = ()) -> str:
    """An answer as the plain text of a mail: the words, the choices, the links, the files as links."""
    lines = [f"- {button.title}" for button in entry.buttons]
    lines += [f"{link.title}: {link.url}" for link in (*entry.links, *files)]
    return "\n\n".join(part for part in (entry.text, "\n".join(lines)) if part)


class SmtpSender:
    """Hands rows to the mail server of `SMTP_URL`: `smtp://` (STARTTLS where it is offered) or `smtps://`."""

    def __init__(self, mail: Mail) -> None:
        assert mail.url is not None
        url = urlsplit(mail.url.get_secret_value())
        self._host = url.hostname or "localhost"
        self._tls = url.scheme == "smtps"
        self._port = url.port or (465 if self._tls else 587 if url.username else 25)
        self._user = unquote(url.username) if url.username else None
        self._password = unquote(url.password) if url.password else None

    async def send(self, row: OutboxRow) -> Sent:
        """Hand the mail over. Raises `Refused` for a 5xx answer."""
        message = compose(row)
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                timeout=_TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [refused.code for refused in error.recipients]
            if all(code >= 500 for code in codes):
                raise Refused("address_refused") from error
            raise TryLater("address_deferred") from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise TryLater("mail_login_refused") from error  # ours to set right; the mail is not at fault
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= 500:
                raise Refused(f"mail_{error.code}") from error
            raise TryLater(f"mail_{error.code}") from error
        except (aiosmtplib.SMTPConnectError, OSError) as error:
            raise TryLater("mail_unreachable") from error
        except aiosmtplib.SMTPException as error:
            raise OutcomeUnknown("mail_broke_off") from error
        return Sent(provider_id=str(message["Message-ID"]))

    async def find_sent(self, row: OutboxRow) -> Sent | None:  # noqa: ARG002 - a sender is asked with the row
        """A mail server cannot be asked; a second copy has the same Message-ID, by which mail programs know it."""
        return None


def compose(row: OutboxRow) -> EmailMessage:
    """The row as a mail. Header values are cut to one line, so a subject cannot add headers."""
    message = EmailMessage()
    message["From"] = _one_line(row.sender or "")
    message["To"] = _one_line(row.to)
    message["Subject"] = _one_line(row.subject or "")
    message["Date"] = format_datetime(utc_now())
    domain = parseaddr(row.sender or "")[1].partition("@")[2] or "localhost"
    message["Message-ID"] = f"<{row.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.text)
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())
