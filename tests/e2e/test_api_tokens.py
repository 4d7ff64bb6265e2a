"""Programs at the inbox, with an API token: as whom they act, what ends them, what they may not, what is never said."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from config.clock import utc_now
from server import Running
from storage.attempts import LIMITS, Limits
from storage.change_requests import ChangeRequest
from storage.sessions import STAFF_COOKIE
from storage.staff import Staff
from storage.store import Storage
from tests.cast import MARIA, RAY, RIVAL_RAY, move_in
from tests.e2e.files_desk import program, staff
from tests.e2e.running import Door, Person, Refused, serving
from tests.sample_files import photo

TESS = Staff(id="tess", shop="garage", external_id="S2", email="tess@garage.example", name="Tess", role="technician")
OLGA = Staff(id="olga", shop="garage", external_id="S9", email="olga@garage.example", name="Olga Novak", role="owner")
FEW = Limits(window=timedelta(days=400), pair=3, account=1000, address=3, hard=True)


@dataclass
class Watched:
    """A service that looks at its connections all the time, and the door to it."""

    running: Running
    door: Door


@pytest.fixture
async def watched(store: Storage, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    monkeypatch.setattr("chat.service.BEAT_SECONDS", 0.05)
    await move_in(store)
    async with serving(store, data_dir) as running:
        door = Door(running)
        try:
            yield Watched(running, door)
        finally:
            await door.close()


async def token_of(store: Storage, person: Staff = RAY, lifetime: timedelta | None = None) -> tuple[str, str]:
    """The id and the text of a new token that acts as this person."""
    made = await store.api_tokens.make(person.shop, person.id, "Our software", lifetime=lifetime)
    assert made is not None
    return made[0].id, made[1]


async def conversation_of(person: Person) -> str:
    await person.answer_to(await person.say("hello"))
    return str((await person.ask("sync"))["conversation"]["id"])


async def is_gone(person: Person) -> bool:
    async with asyncio.timeout(10):
        return await person.gone.wait()


async def test_a_program_reads_and_writes_as_its_person_and_is_nobody_at_a_desk(running: Running, door: Door) -> None:
    _, token = await token_of(running.store)
    ours, maria = await door.program(token), await door.signed_in(MARIA.id)
    conversation = await conversation_of(maria)
    told = await ours.ask("shop")
    assert told["staff"] == {"id": RAY.id, "name": "Ray Ortiz", "role": "advisor"}
    assert told["presence"] == []  # nobody waits for an answer from a program
    opened = await ours.ask("open", {"conversation": conversation})
    assert [one["author"]["kind"] for one in opened["messages"]] == ["client", "bot"]
    assert (await ours.ask("take", {"conversation": conversation}))["conversation"]["assignee"]["name"] == "Ray Ortiz"
    sent = await ours.say("Hi from our software", conversation=conversation)
    assert sent["ok"]
    heard = await maria.hear("message", lambda message: message["author"]["kind"] == "staff")
    assert heard["author"] == {"kind": "staff", "name": "Ray Ortiz"}
    ack = await maria.say("thanks")
    assert (await ours.hear("message", lambda message: message["id"] == ack["id"]))["text"] == "thanks"

    ray = await door.staff(RAY.id)
    await ours.ask("close", {"conversation": conversation})
    present = (await ray.ask("shop"))["presence"]
    assert present == [{"staff": RAY.id, "name": "Ray Ortiz", "conversations": []}]
    await ours.socket.disconnect()
    assert (await ray.ask("shop"))["presence"] == present
    (listed,) = await running.store.api_tokens.list("garage")
    assert listed.used_at is not None


async def test_a_program_that_looks_at_a_conversation_gets_its_beat(watched: Watched) -> None:
    _, token = await token_of(watched.running.store)
    ours, maria = await watched.door.program(token), await watched.door.signed_in(MARIA.id)
    conversation = await conversation_of(maria)
    await ours.ask("open", {"conversation": conversation})
    beat = await ours.hear("beat", lambda one: one["last_seq"] == 2)
    assert beat["conversation"] == conversation


async def test_another_shops_program_finds_nothing(running: Running, door: Door) -> None:
    _, token = await token_of(running.store, RIVAL_RAY)
    theirs, maria = await door.program(token), await door.signed_in(MARIA.id)
    conversation = await conversation_of(maria)
    assert (await theirs.ask("inbox"))["conversations"] == []
    assert (await theirs.ask("open", {"conversation": conversation}))["error"]["code"] == "not_found"
    assert theirs.heard("message") == []


async def test_what_does_not_count_is_refused_whatever_cookie_comes_with_it(running: Running, door: Door) -> None:
    store = running.store
    _, over = await token_of(store, lifetime=timedelta(seconds=-1))
    revoked_id, revoked = await token_of(store)
    await store.api_tokens.revoke("garage", revoked_id)
    await store.staff.put(replace(TESS, active=False))
    _, of_nobody = await token_of(store, TESS)
    cookie = await store.sessions.open("garage", staff_id=RAY.id)
    for given in (over, revoked, of_nobody, "pitline_" + "x" * 34, "", cookie):
        with pytest.raises(Refused, match="not a token that counts") as refused:
            await door.program(given, **{STAFF_COOKIE: cookie})
        assert refused.value.data == {"code": "unauthorized"}, given
    for odd in (5, ["x"], {"a": 1}, False):
        with pytest.raises(Refused, match=r"auth\.token: must be a string") as refused:
            await door.program(odd)
        assert refused.value.data == {"code": "bad_request"}
    with pytest.raises(Refused, match="sign in") as refused:
        await door.program(None)
    assert refused.value.data == {"code": "unauthorized"}


async def test_a_token_opens_no_page(running: Running) -> None:
    _, token = await token_of(running.store, RIVAL_RAY)
    url = running.settings.public_url
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, cookies={STAFF_COOKIE: token}) as http:
        for path in ("/staff/", "/staff/settings/tokens", "/staff/clients", "/staff/logs"):
            async with http.get(url + path, allow_redirects=False) as answer:
                assert answer.status in (302, 303), path
                assert answer.headers["Location"].startswith("/staff/login")


async def test_the_role_is_the_persons_and_no_more(running: Running, door: Door) -> None:
    store = running.store
    await store.staff.put(TESS)
    request = ChangeRequest(
        id="r1",
        shop="garage",
        client_id=MARIA.id,
        field="email",
        old=MARIA.email,
        new="m@new.example",
        message_id="m1",
        at=utc_now(),
    )
    await store.change_requests.append(request)
    _, techs = await token_of(store, TESS)
    _, advisors = await token_of(store, RAY)
    refused = await (await door.program(techs)).ask("decide_change", {"id": request.id, "accept": True})
    assert refused["error"]["code"] == "forbidden"
    assert (await door.program(advisors)).socket.connected
    decided = await door.people[-1].ask("decide_change", {"id": request.id, "accept": True})
    assert decided["ok"]


async def test_revoked_on_the_page_it_is_out_at_once(running: Running, door: Door) -> None:
    store = running.store
    await store.staff.put(OLGA)
    token_id, token = await token_of(store)
    _, other = await token_of(store)
    ours, ray, stays = await door.program(token), await door.staff(RAY.id), await door.program(other)
    cookie = await store.sessions.open("garage", staff_id=OLGA.id)
    async with (
        aiohttp.ClientSession(cookies={STAFF_COOKIE: cookie}) as olga,
        olga.post(
            f"{running.settings.public_url}/staff/settings/tokens", data={"act": "revoke", "id": token_id}
        ) as done,
    ):
        assert done.status == 200
    assert await is_gone(ours)
    assert (await ray.ask("shop"))["ok"]
    assert (await stays.ask("shop"))["ok"]
    with pytest.raises(Refused):
        await door.program(token)


@pytest.mark.parametrize("end", ["revoked", "over", "person", "role"])
async def test_what_ended_elsewhere_is_out_at_the_next_look(watched: Watched, end: str) -> None:
    store, door = watched.running.store, watched.door
    await store.staff.put(TESS)
    token_id, token = await token_of(store, lifetime=timedelta(hours=1))
    _, other = await token_of(store, TESS)
    ours, stays = await door.program(token), await door.program(other)
    match end:
        case "revoked":
            await store.api_tokens.revoke("garage", token_id)
        case "over":
            change = {"$set": {"expires_at": utc_now() - timedelta(seconds=1)}}
            await store.database["api_tokens"].update_one({"_id": token_id}, change)
        case "person":
            await store.staff.set_active("garage", RAY.id, active=False)
        case _:
            await store.staff.set_role("garage", RAY.id, "technician")
    assert await is_gone(ours)
    assert (await stays.ask("shop"))["ok"]
    assert not stays.gone.is_set()
    if end == "role":
        again = await door.program(token)
        assert (await again.ask("shop"))["staff"]["role"] == "technician"
    else:
        with pytest.raises(Refused):
            await door.program(token)


async def test_a_session_of_somebody_who_left_by_an_import_is_out_too(watched: Watched) -> None:
    ray = await watched.door.staff(RAY.id)
    await watched.running.store.staff.put(replace(RAY, active=False))
    assert await is_gone(ray)


async def test_a_program_uploads_from_anywhere_and_sends_what_it_uploaded(running: Running, door: Door) -> None:
    _, token = await token_of(running.store)
    ours, maria = await door.program(token), await door.signed_in(MARIA.id)
    conversation = await conversation_of(maria)
    desk = program(running, token)
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    uploaded = await desk.upload(photo(), "bumper.jpg", **foreign)
    assert uploaded.status == 201
    note = {"conversation": conversation, "ref": str(uuid.uuid4()), "private": True}
    ack = await ours.ask("message", note | {"attachments": [uploaded.json["id"]]})
    assert ack["ok"], ack
    path = ack["attachments"][0]["url"].removeprefix(running.settings.public_url)
    assert (await desk.get(path)).status == 200
    _, theirs = await token_of(running.store, RIVAL_RAY)
    assert (await program(running, theirs).get(path)).status == 404
    assert (await program(running, "pitline_" + "x" * 34).get(path)).status == 401


async def test_a_cookie_does_not_come_in_under_a_wrong_token(running: Running) -> None:
    store = running.store
    cookie = await store.sessions.open("garage", staff_id=RAY.id)
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    rays = await staff(running, RAY.id)
    assert (await rays.upload(photo(), **foreign)).status == 403
    wrong = program(running, "pitline_" + "x" * 34, **{STAFF_COOKIE: cookie})
    for headers in ({}, foreign):
        refused = await wrong.upload(photo(), **headers)
        assert refused.status == 401
        assert refused.json["error"]["code"] == "unauthorized"
        assert refused.headers["WWW-Authenticate"] == "Bearer"
    basic = replace(rays, headers={"Authorization": "Basic cGl0OmxpbmU="})  # a proxy's; a browser adds it by itself
    assert (await basic.upload(photo(), **foreign)).status == 403
    assert (await basic.upload(photo())).status == 201
    _, token = await token_of(store)
    async with aiohttp.ClientSession(cookies={STAFF_COOKIE: cookie}) as http:  # nothing but uploads is opened so
        url, headers = f"{running.settings.public_url}/staff/sign-out", {"Authorization": f"Bearer {token}"}
        async with http.post(url, headers=headers | foreign, allow_redirects=False) as answer:
            assert answer.status == 403


async def test_wrong_tokens_are_limited_and_the_right_one_is_not(
    running: Running, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, "api_token", FEW)
    _, token = await token_of(running.store)
    for number in range(2):
        with pytest.raises(Refused, match="not a token that counts"):
            await door.program(f"pitline_{number}")
    wrong = program(running, "pitline_" + "y" * 34)
    assert (await wrong.upload(photo())).status == 401
    with pytest.raises(Refused, match="too many") as refused:
        await door.program("pitline_" + "z" * 34)
    assert refused.value.data["code"] == "rate_limited"
    assert refused.value.data["retry_after"] > 0
    late = await wrong.upload(photo())
    assert late.status == 429
    assert late.json["error"]["retry_after"] == int(late.headers["Retry-After"])
    assert (await program(running, token).upload(photo())).status == 201
    assert (await (await door.program(token)).ask("shop"))["ok"]


async def test_a_token_is_in_no_log_and_nowhere_in_the_database(
    running: Running, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, token = await token_of(running.store)
    wrong = "pitline_" + "w" * 34
    await (await door.program(token)).ask("shop")
    await program(running, token).upload(photo())
    with pytest.raises(Refused) as refused:
        await door.program(wrong)
    told = await program(running, wrong).upload(photo())
    names = await running.store.database["api_tokens"].database.list_collection_names()
    assert {"api_tokens", "attempts", "activity", "files"} <= set(names)
    stored = [repr(await running.store.database[name].find({}).to_list(None)) for name in names]
    ours = [record for record in caplog.records if not record.name.startswith(("socketio.client", "engineio.client"))]
    said = [str(refused.value), str(told.json), *(record.getMessage() for record in ours), *stored]
    for text in (token, wrong):
        assert not any(text in one for one in said)
        assert not any(text.removeprefix("pitline_") in one for one in said)
