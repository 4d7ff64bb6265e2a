"""Every dialogue of `scripts/`, over each of its channels."""

import re
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.turn import Answer
from bot.understanding import Understander
from bot.understanding.shop_models import SharedModel
from storage.messages import ChannelName
from storage.store import Storage
from tests.dialogues.driver import AssistantDriver, Driver, identity_for
from tests.dialogues.people import LATE, NOW, PHONES, SHARED_PHONE, SHOP, UNKNOWN_PHONE, move_in
from tests.dialogues.script import Line, Script, read_scripts
from tests.learned import the_catalog

SCRIPTS = read_scripts(Path(__file__).parent / "scripts")
CASES = [
    pytest.param(script, channel, id=f"{script.name} ({channel})") for script in SCRIPTS for channel in script.channels
]


def test_there_are_dialogues() -> None:
    assert len(SCRIPTS) >= 25


@pytest.fixture
def assistant(store: Storage, understander: Understander) -> Assistant:
    return Assistant(
        store=store, models=SharedModel(understander), catalog=the_catalog(), public_url="https://shop.test"
    )


@pytest.mark.parametrize(("script", "channel"), CASES)
async def test_dialogue(script: Script, channel: ChannelName, store: Storage, assistant: Assistant) -> None:
    await move_in(store)
    identity = identity_for(script.peer, channel)
    driver = AssistantDriver(assistant, store, identity, channel, now=LATE if script.late else NOW)
    await play(script, driver, channel, store)
    assert len(repr(driver.tracker)) < 2000


async def play(script: Script, driver: Driver, channel: str, store: Storage) -> None:
    """Say what the script says and check what it checks, line by line."""
    answer: Answer | None = None
    for line in script.lines:
        where = f"{script.name}, line {line.number}: {line.verb}: {line.text}\n  got: {answer}"
        match line.verb:
            case "client":
                answer = await driver.say(line.text)
            case "pick":
                answer = await driver.pick(int(line.text))
            case "payload":
                answer = await driver.press(line.text)
            case "old":
                answer = await driver.press_old(int(line.text))
            case "code":
                answer = await driver.type_code(right=line.text == "right")
            case "again":
                answer = await driver.again()
            case "status":
                driver.set_status("waiting")
            case "booked" | "changes" | "wishes" | "decided":
                assert await _ON_FILE[line.verb](store, script.peer) == line.text, where
            case "silent":
                assert answer is None, where
            case _:
                assert answer is not None, where
                check(line, answer, channel, where)


def check(line: Line, answer: Answer, channel: str, where: str) -> None:
    """One check of one answer."""
    match line.verb:
        case "bot":
            pattern = ".*".join(re.escape(part.strip()) for part in line.text.split("..."))
            assert re.search(pattern, answer.text, re.DOTALL | re.IGNORECASE), where
        case "not":
            assert line.text not in answer.text, where
        case "choices":
            assert " | ".join(button.title for button in answer.buttons) == line.text, where
        case "link":
            assert line.text in [link.title for link in answer.links], where
        case "page":
            urls = [link.url for link in answer.links]
            wanted = "/k/" if channel == "sms" else line.text
            assert any(f"https://shop.test/s/elm{wanted}" in url for url in urls), where
        case "url":
            assert any(link.url.startswith(line.text) for link in answer.links), where
        case "handoff":
            assert answer.hand_off is not None, where
            assert answer.hand_off.reason == line.text, where
        case "who":
            assert answer.identified_as == line.text, where


async def _changes(store: Storage, peer: str) -> str:
    """What the peer asked to have changed: `email old > new`, in the order of the details' names."""
    requests = await store.change_requests.list_for_client(SHOP.slug, peer)
    return " | ".join(sorted(f"{one.field} {one.old or '-'} > {one.new}" for one in requests))


async def _wishes(store: Storage, peer: str) -> str:
    """What the peer wants no more of."""
    phone = {"visitor": UNKNOWN_PHONE, "shared": SHARED_PHONE}.get(peer) or PHONES[peer]
    stopped = ["stopped"] if await store.consents.is_stopped(SHOP.slug, phone) else []
    record = await store.consents.find_for_client(SHOP.slug, peer)
    return ", ".join([*stopped, *sorted(record.withdrawn if record else ())])


async def _decided(store: Storage, peer: str) -> str:
    """What the peer decided here: `E-204: pads approved, wipers declined`, an estimate after the other."""
    estimates = await store.estimates.list_for_client(SHOP.slug, peer.partition("@")[0])
    own = {
        estimate.number: [f"{line.id} {line.decision}" for line in estimate.lines if line.decided_at is not None]
        for estimate in estimates
    }
    return "; ".join(f"{number}: {', '.join(lines)}" for number, lines in sorted(own.items()) if lines) or "-"


async def _booked(store: Storage, peer: str) -> str:
    """The peer's visits: `oil_change 2026-03-12 10:00 confirmed`, in order."""
    if peer == "visitor":
        every = await store.visits.list_between(SHOP.slug, NOW, NOW.replace(year=2027))
        visits = [visit for visit in every if visit.contact is not None]
    else:
        visits = await store.visits.list_for_client(SHOP.slug, peer)
    local = [(visit, visit.starts_at.astimezone(SHOP.zone)) for visit in visits]
    return ", ".join(f"{'+'.join(visit.services)} {at:%Y-%m-%d %H:%M} {visit.status}" for visit, at in local)


_ON_FILE = {"booked": _booked, "changes": _changes, "wishes": _wishes, "decided": _decided}
