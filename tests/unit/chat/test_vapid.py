"""Our keys to push services: one pair for the deployment, whoever starts first; and what is said with them."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from chat.channels.vapid import make_private_key, open_vapid
from config.settings import Mail, Push, Settings, SettingsError, load_settings
from storage.store import Storage
from tests.e2e.fake_push import decode

HERE = Settings(data_dir=Path("var"), base_url="http://localhost:8080")


async def test_processes_that_start_at_once_have_the_same_keys_and_keep_them(store: Storage) -> None:
    opened = await asyncio.gather(*(open_vapid(HERE, store.deployment) for _ in range(5)))
    assert len({one.public_key for one in opened}) == 1
    assert (await open_vapid(HERE, store.deployment)).public_key == opened[0].public_key
    assert opened[0].private_key not in repr(opened[0])


async def test_keys_that_are_given_are_taken_and_not_kept(store: Storage) -> None:
    key = make_private_key()
    given = HERE.model_copy(update={"push": Push(private_key=SecretStr(key))})
    assert (await open_vapid(given, store.deployment)).private_key == key
    assert await store.deployment.find("vapid_private_key") is None


@pytest.mark.parametrize(
    ("base_url", "contact", "sender", "wanted"),
    [
        ("https://garage.example:8443", "", "desk@garage.example", "https://garage.example:8443"),
        ("http://localhost:8080", "", "Garage <desk@garage.example>", "mailto:desk@garage.example"),
        ("https://garage.example", "mailto:ops@garage.example", "x@y.example", "mailto:ops@garage.example"),
        ("https://garage.example", "https://garage.example/contact", "x@y.example", "https://garage.example/contact"),
    ],
)
async def test_it_says_whom_to_turn_to(store: Storage, base_url: str, contact: str, sender: str, wanted: str) -> None:
    settings = Settings(base_url=base_url, push=Push(contact=contact), mail=Mail(sender=sender))
    vapid = await open_vapid(settings, store.deployment)
    header = vapid.header("https://push.example/send/1")
    claims = json.loads(decode(header.split("t=")[1].split(",")[0].split(".")[1]))
    assert (claims["aud"], claims["sub"]) == ("https://push.example", wanted)
    assert time.time() + 3600 < claims["exp"] <= time.time() + 24 * 3600
    assert vapid.header("https://push.example/send/2") == header  # signed once for each push service


@pytest.mark.parametrize(
    ("name", "value"),
    [("VAPID_PRIVATE_KEY", "short"), ("VAPID_CONTACT", "ops"), ("PUSH_ALSO_TO", "push.example/x")],
)
def test_wrong_settings_are_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({name: value})


def test_origins_are_a_list() -> None:
    settings = load_settings({"PUSH_ALSO_TO": "https://push.example, http://10.0.0.5:9000"})
    assert settings.push.also_to == ("https://push.example", "http://10.0.0.5:9000")
