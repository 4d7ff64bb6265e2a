"""Shops teach: what was not understood is listed for staff, a click says what was meant, the next training has it."""

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import yaml

from server import Running
from storage.activity import ActivityQuery
from storage.sessions import STAFF_COOKIE
from storage.staff import Staff
from storage.store import Storage
from storage.unclear import UnclearMessage
from tests.cast import MARIA, RAY, RIVAL_RAY, move_in
from tests.e2e.running import Door, serving
from tests.learned import Learned, a_quick_learner
from tests.portal_cast import OTHER_SCRIPT

PAGE = "/staff/settings/understanding"
WORDS = "zorp my frobnicator blurble"
TECH = Staff(id="tess", shop="garage", external_id="S2", email="tess@garage.example", name="Tess", role="technician")


@pytest.fixture
def learned(models: Path) -> Learned:
    """What the service knows: with few examples beside it, so that the shop's own model is trained in a moment."""
    return a_quick_learner(models)


@pytest.fixture
async def running(store: Storage, tmp_path: Path, learned: Learned) -> AsyncIterator[Running]:
    """The service with a data folder of its own: what a shop teaches is trained there."""
    await move_in(store)
    await store.staff.put(TECH)
    async with serving(store, tmp_path, learned=learned) as service:
        yield service


class Desk:
    """One member of staff with a browser."""

    def __init__(self, running: Running, session: aiohttp.ClientSession) -> None:
        self._running = running
        self._session = session

    async def page(self) -> str:
        async with self._session.get(self._running.settings.public_url + PAGE) as response:
            assert response.status == 200
            return await response.text()

    async def press(self, headers: dict[str, str] | None = None, **form: str) -> int:
        url = self._running.settings.public_url + PAGE
        async with self._session.post(url, data=form, headers=headers, allow_redirects=False) as response:
            return response.status

    async def status(self) -> int:
        async with self._session.get(self._running.settings.public_url + PAGE, allow_redirects=False) as response:
            return response.status


async def sit_down(running: Running, staff: Staff | None) -> Desk:
    cookies = {}
    if staff is not None:
        cookies[STAFF_COOKIE] = await running.store.sessions.open(staff.shop, staff_id=staff.id)
    return Desk(running, aiohttp.ClientSession(cookies=cookies))


@pytest.fixture
async def desks(running: Running) -> AsyncIterator[dict[str, Desk]]:
    people = {"ray": RAY, "tess": TECH, "rita": RIVAL_RAY, "nobody": None}
    desks = {name: await sit_down(running, staff) for name, staff in people.items()}
    yield desks
    for desk in desks.values():
        await desk._session.close()


async def waiting(running: Running, shop: str = "garage") -> list[UnclearMessage]:
    await running.hub._answering.close()  # it is kept beside the turn
    return await running.store.unclear.list_waiting(shop, 10)


def row_ids(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'name="id" value="([0-9a-f]+)"', page)))


async def test_one_click_teaches_the_shop_and_no_other(
    running: Running, door: Door, desks: dict[str, Desk], tmp_path: Path, learned: Learned
) -> None:
    maria, visitor = await door.signed_in(MARIA.id), await door.client("rival")
    puzzled = await maria.answer_to(await maria.say(WORDS))
    assert "$286.20" not in puzzled["text"]
    (row,) = await waiting(running)
    assert WORDS in await desks["ray"].page()
    assert WORDS not in await desks["rita"].page()

    assert await desks["ray"].press(id=row.id, meant="ask_balance") == 303
    assert "next training" in await desks["ray"].page() or "in use since" in await desks["ray"].page()
    await running.teaching.settled()
    taught = await desks["ray"].page()
    assert "in use since" in taught
    assert "Ray Ortiz" in taught
    content = yaml.safe_load((tmp_path / "examples" / "garage.yml").read_text())
    assert content == {"ask_balance": {"en": [WORDS]}}

    answer = await maria.answer_to(await maria.say(WORDS + "!"))
    assert "$286.20" in answer["text"]
    near = await maria.answer_to(await maria.say("please zorp the frobnicator blurble"))
    assert "$286.20" in near["text"]  # it has learned, not remembered
    elsewhere = await visitor.answer_to(await visitor.say(WORDS))
    assert elsewhere["text"] == puzzled["text"]

    # another process, or this one after a restart
    async with serving(running.store, tmp_path, learned=learned) as other:
        await other.teaching.settled()
        entrance = Door(other)
        again = await entrance.signed_in(MARIA.id)
        assert "$286.20" in (await again.answer_to(await again.say(WORDS)))["text"]
        await entrance.close()

    assert await desks["ray"].press(id=row.id, act="forget") == 303
    await running.teaching.settled()
    assert not (tmp_path / "examples" / "garage.yml").exists()
    assert "$286.20" not in (await maria.answer_to(await maria.say(WORDS)))["text"]
    assert [one.id for one in await waiting(running)] == [row.id]


async def test_did_you_mean_and_its_answer_are_listed(running: Running, door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    for text in ("my car", "my car and the bill", "the brakes thing on my car"):
        asked = await maria.answer_to(await maria.say(text))
        if len(asked.get("buttons", ())) == 3 and asked["buttons"][2]["payload"] == "/help":
            break
    else:
        pytest.fail("none of these was doubtful: say something that is")
    button = asked["buttons"][1]
    await maria.answer_to(await maria.say(button["title"], payload=button["payload"]))
    row = next(one for one in await waiting(running) if one.text == text)
    assert button["payload"].startswith(f"/{row.picked}{{")
    assert len(row.guesses) >= 2
    assert row.guesses[0].confidence > 0

    await maria.answer_to(await maria.say(text))
    await maria.answer_to(await maria.say("none", payload="/help"))
    row = next(one for one in await waiting(running) if one.text == text)
    assert (row.picked, row.count) == ("out_of_scope", 2)


async def test_only_owner_and_advisor_see_it_and_teach(running: Running, door: Door, desks: dict[str, Desk]) -> None:
    visitor = await door.client()
    await visitor.answer_to(await visitor.say(WORDS))
    (row,) = await waiting(running)
    assert await desks["nobody"].status() == 303
    assert await desks["tess"].status() == 403
    assert await desks["nobody"].press(id=row.id, meant="ask_balance") == 303
    assert await desks["tess"].press(id=row.id, meant="ask_balance") == 403
    assert await desks["rita"].press(id=row.id, meant="ask_balance") == 303
    assert await desks["ray"].press({"Origin": "https://evil.example"}, id=row.id, meant="ask_balance") == 403
    assert await desks["ray"].press(id=row.id, meant="rm_rf") == 303
    assert await desks["ray"].press(id=row.id, act="other", other="") == 303
    assert [one.id for one in await waiting(running)] == [row.id]
    client = aiohttp.ClientSession(cookies={STAFF_COOKIE: await running.store.sessions.open("garage", client_id="tom")})
    async with client, client.get(running.settings.public_url + PAGE, allow_redirects=False) as response:
        assert response.status == 303
    assert await desks["ray"].press(id=row.id, act="dismiss") == 303
    assert WORDS not in await desks["ray"].page()
    noted = (await running.store.activity.list("garage", ActivityQuery(group="settings"), 5)).entries
    assert [(one.action, one.actor.id, one.subject) for one in noted] == [("settings.dismissed", "ray", WORDS)]


async def test_what_people_write_is_shown_as_text(running: Running, door: Door, desks: dict[str, Desk]) -> None:
    visitor = await door.client()
    nasty = '<script>alert(1)</script> "><img src=x onerror=alert(2)> {{ 7*7 }}'
    await visitor.answer_to(await visitor.say(nasty))
    (row,) = await waiting(running)
    page = await desks["ray"].page()
    assert html.escape(nasty, quote=False) in page.replace("&#34;", '"')
    assert re.findall(OTHER_SCRIPT, page) == []
    assert "<img" not in page
    assert row_ids(page) == [row.id]
    await desks["ray"].press(id=row.id, act="other", other="out_of_scope")
    page = await desks["ray"].page()
    assert re.findall(OTHER_SCRIPT, page) == []
    assert "<img" not in page
