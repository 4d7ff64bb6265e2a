"""E-mail out, to a real SMTP server on loopback."""

import pytest
from aiohttp.test_utils import unused_port
from pydantic import SecretStr

from chat.channels.channel import OutcomeUnknown, Refused, TryLater
from chat.channels.email import SmtpSender, compose
from config.settings import Mail
from storage.outbox import OutboxRow
from tests.e2e.mail_server import mail_server


@pytest.fixture
async def inbox():
    async with mail_server() as inbox:
        yield inbox


def row(**more) -> OutboxRow:
    given = {"to": "maria@mail.example", "text": "Your code is 123456.\nGracias, año", "subject": "Your code"} | more
    return OutboxRow(
        shop="bayside", kind="email", purpose="code", dedupe_key="k", sender="Bayside <desk@bayside.example>", **given
    )


def sender(port: int) -> SmtpSender:
    return SmtpSender(Mail(url=SecretStr(f"smtp://127.0.0.1:{port}")))


async def test_a_mail_arrives_with_its_subject_and_words(inbox):
    sent = await sender(inbox.port).send(row())
    [mail] = inbox.mails
    assert (mail["To"], mail["Subject"]) == ("maria@mail.example", "Your code")
    assert mail.get_content().replace("\r\n", "\n").strip() == "Your code is 123456.\nGracias, año"
    assert sent.provider_id == mail["Message-ID"]


async def test_a_mail_sent_again_has_the_same_message_id(inbox):
    same = row()
    first, second = await sender(inbox.port).send(same), await sender(inbox.port).send(same)
    assert first.provider_id == second.provider_id


async def test_a_refused_address_is_final(inbox):
    inbox.refuse_recipient = "550 no such person"
    with pytest.raises(Refused):
        await sender(inbox.port).send(row())


async def test_a_busy_server_is_tried_later(inbox):
    inbox.refuse_recipient = "450 later"
    with pytest.raises(TryLater):
        await sender(inbox.port).send(row())
    inbox.refuse_recipient, inbox.answer = None, "451 later"
    with pytest.raises(TryLater):
        await sender(inbox.port).send(row())


async def test_no_server_is_tried_later():
    with pytest.raises(TryLater):
        await sender(unused_port()).send(row())


async def test_a_server_that_hangs_up_in_the_middle_leaves_it_unknown(inbox):
    inbox.answer = "421 going down"
    with pytest.raises((OutcomeUnknown, TryLater)):
        await sender(inbox.port).send(row())


def test_a_subject_cannot_add_headers():
    mail = compose(row(subject="Hi\r\nBcc: all@mail.example"))
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
