"""`rasa-sender`: a sender id for somebody whom the operator has made sure of."""

import pytest
from pydantic import SecretStr

from bot.rasa_commands import print_sender
from bot.rasa_sender import Senders
from config.commands import parse_command
from config.settings import Settings
from storage.proof import Proof
from storage.store import Storage
from tests.dialogues.people import MARIA, move_in

SETTINGS = Settings(secret_key=SecretStr("a secret key for the tests only, long enough"))


async def run(store: Storage, *arguments: str) -> int:
    await move_in(store)
    return await print_sender(SETTINGS, store, parse_command(["rasa-sender", *arguments]))


async def test_it_stands_for_the_client(store: Storage, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(store, "--shop", "elm", "--client", MARIA) == 0
    sender = Senders(SETTINGS.secret_key.get_secret_value()).parse_sender_id(capsys.readouterr().out.strip())
    assert (sender.shop, sender.identity.client_id, sender.identity.proof) == ("elm", MARIA, Proof.FULL)


async def test_without_a_client_it_stands_for_a_visitor(store: Storage, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run(store, "--shop", "elm") == 0
    sender = Senders(SETTINGS.secret_key.get_secret_value()).parse_sender_id(capsys.readouterr().out.strip())
    assert (sender.identity.client_id, sender.identity.proof) == (None, Proof.VISITOR)


@pytest.mark.parametrize(
    "arguments",
    [("--shop", "rival"), ("--shop", "elm", "--client", "nobody"), ("--shop", "elm", "--minutes", "2000")],
)
async def test_what_cannot_be_signed_is_said_in_one_line(
    store: Storage, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert await run(store, *arguments) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
