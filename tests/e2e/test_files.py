"""Files: what is taken and from whom, what goes with a message, and who may read it."""

import asyncio
import io
import re
import time
import uuid
from datetime import timedelta

import aiohttp
import pytest
from PIL import Image

from config.clock import utc_now
from config.settings import DEVELOPMENT_SECRET
from server import Running
from storage.clients import Portal
from storage.file_links import FileLinks
from storage.files import MOST_BYTES
from storage.hashing import Hasher
from tests.cast import MARIA, OTHER_SHOP, RAY, RIVAL_RAY, SHOP, TOM
from tests.e2e.files_desk import anybody, client, staff, visitor
from tests.e2e.running import Door, Person
from tests.sample_files import CAMERA, PDF, bomb, photo


async def greet(person: Person) -> str:
    """The first sync; the visitor token that it brings, if any."""
    return str((await person.ask("sync"))["visitor"])


async def attach(person: Person, ids: list[str], **more: object) -> dict[str, object]:
    return await person.ask("message", {"ref": str(uuid.uuid4()), "attachments": ids, **more})


async def last_message_of(person: Person) -> dict[str, list[dict[str, str]]]:
    found = [one for one in (await person.ask("sync"))["messages"] if one["author"]["kind"] == "client"]
    return found[-1]  # type: ignore[no-any-return]


async def test_a_clients_photo_is_seen_by_staff_and_by_herself(running: Running, door: Door) -> None:
    maria, ray = await door.signed_in(MARIA.id), await door.staff(RAY.id)
    await maria.ask("sync")
    sent = photo(1200, 800)
    uploaded = await (await client(running, MARIA.id)).upload(sent, "C:\\photos\\bumper.JPG")
    assert uploaded.status == 201
    assert uploaded.json == {
        "id": uploaded.json["id"], "name": "bumper.JPG", "type": "image/jpeg", "size": uploaded.json["size"],
        "width": 1200, "height": 800,
    }  # fmt: skip
    ack = await attach(maria, [uploaded.json["id"]], text="my bumper")
    seen = await ray.hear("message", lambda message: message["id"] == ack["id"])
    (told,) = seen["attachments"]
    assert (told["name"], told["size"], told["state"]) == ("bumper.JPG", uploaded.json["size"], "stored")
    assert ack["attachments"] == seen["attachments"]
    nobody = anybody(running)  # the signature alone: a carrier sends no cookie
    whole, small = await nobody.get(told["url"]), await nobody.get(told["thumbnail"])
    assert (whole.status, small.status) == (200, 200)
    assert Image.open(io.BytesIO(small.body)).size == (480, 320)
    assert CAMERA not in whole.body
    assert len(whole.body) == told["size"]


async def test_a_file_is_shown_with_no_rights_at_all(running: Running, door: Door) -> None:
    person = await door.client()
    mine = visitor(running, await greet(person))
    await attach(person, [await mine.upload_id(photo(), 'a"b;c\r\nX: y.jpg'), await mine.upload_id(PDF, "año.pdf")])
    picture, pdf = [await anybody(running).get(told["url"]) for told in (await last_message_of(person))["attachments"]]
    for shown in (picture, pdf):
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert shown.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "X" not in shown.headers
    assert picture.headers["Content-Disposition"].startswith("inline; filename=")
    assert pdf.headers["Content-Disposition"] == "attachment; filename=\"a_o.pdf\"; filename*=UTF-8''a%C3%B1o.pdf"
    assert (pdf.headers["Content-Type"], pdf.body) == ("application/pdf", PDF)


async def test_a_photo_without_words_is_passed_on_to_a_person(running: Running, door: Door) -> None:
    person, ray = await door.client(), await door.staff(RAY.id)
    mine = visitor(running, await greet(person))
    ack = await attach(person, [await mine.upload_id(photo())])
    answer = await person.answer_to(ack)
    assert answer["text"].startswith("Got it, thank you. I'm passing it on to the shop.")
    waiting = await ray.hear("conversation", lambda one: one["status"] == "waiting")
    assert "sent a file without a word" in waiting["gist"]
    assert waiting["last"]["text"]


async def test_a_photo_with_a_question_is_answered_as_the_question_is(running: Running, door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    await maria.ask("sync")
    ack = await attach(maria, [await (await client(running, MARIA.id)).upload_id(photo())], text="What do I owe?")
    assert "286.20" in (await maria.answer_to(ack))["text"]


async def test_staff_send_a_pdf_and_the_client_reads_it(running: Running, door: Door) -> None:
    maria, ray = await door.signed_in(MARIA.id), await door.staff(RAY.id)
    conversation = (await maria.say("hello"))["id"] and (await maria.ask("sync"))["conversation"]["id"]
    wanted = await (await staff(running, RAY.id)).upload_id(PDF, "estimate 12.pdf")
    await attach(ray, [wanted], conversation=conversation)
    seen = await maria.hear("message", lambda message: message["author"]["kind"] == "staff")
    assert (await (await client(running, MARIA.id)).get(seen["attachments"][0]["url"])).body == PDF


async def test_a_session_reads_without_a_signature_what_is_in_its_conversation(running: Running, door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    await maria.ask("sync")
    sender = await client(running, MARIA.id)
    wanted = await sender.upload_id(photo())
    await attach(maria, [wanted])
    path = f"/files/{wanted}"
    assert (await sender.get(path)).status == 200
    assert (await (await staff(running, RAY.id)).get(path)).status == 200
    assert (await (await client(running, TOM.id)).get(path)).status == 404
    assert (await (await staff(running, RIVAL_RAY.id, OTHER_SHOP.slug)).get(path)).status == 404
    assert (await anybody(running).get(path)).status == 404


async def test_a_notes_file_is_for_staff_alone(running: Running, door: Door) -> None:
    maria, ray = await door.signed_in(MARIA.id), await door.staff(RAY.id)
    await maria.say("hello")
    conversation = (await maria.ask("sync"))["conversation"]["id"]
    desk = await staff(running, RAY.id)
    wanted = await desk.upload_id(photo())
    ack = await attach(ray, [wanted], conversation=conversation, private=True)
    told: dict[str, str] = ack["attachments"][0]  # type: ignore[index]
    assert told["url"] == f"/files/{wanted}", "never signed"
    assert (await desk.get(told["thumbnail"])).status == 200
    signed = running.store.file_links.path(SHOP.slug, wanted)
    for who in (anybody(running), await client(running, MARIA.id), await staff(running, RIVAL_RAY.id, "rival")):
        assert (await who.get(signed)).status == 404
        assert (await who.get(told["thumbnail"])).status == 404
    assert not any(one["attachments"] for one in (await maria.ask("sync"))["messages"])


async def test_a_signature_is_over_in_time_and_is_good_for_one_file(running: Running, door: Door) -> None:
    person = await door.client()
    mine = visitor(running, await greet(person))
    one, other = await mine.upload_id(photo()), await mine.upload_id(PDF, "x.pdf")
    await attach(person, [one, other])
    told = (await last_message_of(person))["attachments"][0]["url"]
    seconds = int(re.findall(r"e=(\d+)", told)[0]) - time.time()
    assert timedelta(days=7) <= timedelta(seconds=seconds) <= timedelta(days=8)
    nobody = anybody(running)
    assert (await nobody.get(told.replace(one, other))).status == 404
    assert (await nobody.get(told[:-1] + ("0" if told[-1] != "0" else "1"))).status == 404
    assert (await nobody.get(re.sub(r"e=\d+", "e=9999999999", told))).status == 404
    assert (await nobody.get(re.sub(r"e=\d+", "e=٣", told))).status == 404
    long_ago = FileLinks(Hasher(DEVELOPMENT_SECRET), lambda: utc_now() - timedelta(days=9))
    assert (await nobody.get(long_ago.path(SHOP.slug, one))).status == 410


async def test_an_upload_is_its_senders_alone_until_it_is_sent(running: Running, door: Door) -> None:
    maria, ray = await door.signed_in(MARIA.id), await door.staff(RAY.id)
    stranger = await door.client()
    token = await greet(stranger)
    conversation = (await maria.ask("sync"))["conversation"]["id"]
    await maria.say("hello")
    mine = await (await client(running, MARIA.id)).upload_id(photo())
    theirs = await visitor(running, token).upload_id(photo())
    rival = await (await staff(running, RIVAL_RAY.id, OTHER_SHOP.slug)).upload_id(photo())
    for person, ids, more in (
        (stranger, [mine], {}),
        (maria, [theirs], {}),
        (maria, [mine, theirs], {}),
        (maria, [mine, "nothing"], {}),
        (ray, [mine], {"conversation": conversation}),
        (ray, [rival], {"conversation": conversation}),
    ):
        refused = await attach(person, ids, **more)
        assert refused["error"]["code"] == "not_found"  # type: ignore[index]
    assert (await (await client(running, MARIA.id)).get(f"/files/{mine}")).status == 404, "nobody has sent it yet"
    assert (await attach(maria, [mine]))["ok"]
    assert (await attach(maria, [mine]))["error"]["code"] == "not_found", "it belongs to its message"  # type: ignore[index]


async def test_a_message_that_is_sent_again_is_the_same_with_the_same_file(running: Running, door: Door) -> None:
    person = await door.client()
    wanted = await visitor(running, await greet(person)).upload_id(photo())
    message = {"ref": str(uuid.uuid4()), "attachments": [wanted]}
    first, again = await person.ask("message", message), await person.ask("message", message)
    assert (again["duplicate"], again["id"], again["attachments"]) == (True, first["id"], first["attachments"])


async def test_an_upload_that_is_repeated_makes_no_second_file(running: Running) -> None:
    sender, ref = await client(running, MARIA.id), str(uuid.uuid4())
    answers = await asyncio.gather(*(sender.upload(photo(), ref=ref) for _ in range(4)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    other = await (await client(running, TOM.id)).upload(photo(), ref=ref)
    assert other.json["id"] != answers[0].json["id"]
    contents = running.store.database["file_contents.files"]
    assert await contents.count_documents({}) == 4, "one picture and its thumbnail each; what was slower is gone"


async def test_a_form_is_taken_like_a_file_as_it_is(running: Running) -> None:
    form = aiohttp.FormData()
    form.add_field("note", "beside it")
    form.add_field("file", photo(), filename="IMG_7.png", content_type="application/x-msdownload")
    answer = await (await client(running, MARIA.id)).upload(form)
    assert (answer.status, answer.json["name"], answer.json["type"]) == (201, "IMG_7.jpg", "image/jpeg")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 400, "bad_request"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "unsupported_type"),
        (b"MZ" + bytes(500), 415, "unsupported_type"),
        (photo()[:900], 415, "unsupported_type"),
        (bomb(), 413, "too_long"),
        (bytes(MOST_BYTES + 1), 413, "too_long"),
    ],
)
async def test_what_is_not_taken_is_refused_with_what_would_be_right(
    running: Running, content: bytes, status: int, code: str
) -> None:
    answer = await (await client(running, MARIA.id)).upload(content)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    if status == 415:
        assert "JPEG, PNG, GIF or WebP picture, or a PDF" in answer.json["error"]["message"]


async def test_a_file_without_an_end_is_refused_while_it_comes(running: Running) -> None:
    async def endless():
        sent = 0
        while sent < 40 * MOST_BYTES:
            yield bytes(256 * 1024)
            sent += 256 * 1024

    token = await running.store.sessions.open(SHOP.slug, staff_id=RAY.id)
    url = running.settings.public_url + "/uploads"
    async with aiohttp.ClientSession(cookies={"pitline_staff": token}) as http:
        try:
            async with http.post(url, data=endless()) as response:
                assert response.status == 413
        except aiohttp.ClientError:
            pass  # the line was closed on it
    assert await running.store.database["files"].count_documents({}) == 0


async def test_nobody_uploads_for_somebody_else(running: Running) -> None:
    assert (await anybody(running).upload(photo())).status == 401
    assert (await visitor(running, "not a token").upload(photo())).status == 401
    assert (await visitor(running, "x" * 32, shop="nowhere").upload(photo())).status == 404
    maria = await client(running, MARIA.id)
    maria.shop = OTHER_SHOP.slug
    assert (await maria.upload(photo())).status == 401
    bad_ref = await (await client(running, MARIA.id)).upload(photo(), **{"X-Upload-Ref": "1"})
    assert (bad_ref.status, bad_ref.json["error"]["code"]) == (400, "bad_request")


async def test_another_sites_page_cannot_upload_with_our_cookie(running: Running) -> None:
    ray = await staff(running, RAY.id)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert (await ray.upload(photo(), **headers)).status == 403


async def test_too_many_files_at_once_have_to_wait(running: Running) -> None:
    sender = await client(running, MARIA.id)
    statuses = [(await sender.upload(b"x")).status for _ in range(61)]
    assert set(statuses[:60]) == {415}
    last = await sender.upload(photo())
    assert (last.status, last.json["error"]["code"]) == (429, "rate_limited")
    assert int(last.headers["Retry-After"]) > 0


async def test_what_nobody_sends_is_gone_after_a_day(running: Running, door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    await maria.ask("sync")
    sender = await client(running, MARIA.id)
    kept, left = await sender.upload_id(photo()), await sender.upload_id(photo())
    await attach(maria, [kept])
    files = running.store.files
    assert await files.remove_expired(utc_now()) == 0
    assert await files.remove_expired(utc_now() + timedelta(days=1, minutes=1)) == 1
    assert await files.find(left) is None
    assert (await sender.get(f"/files/{kept}")).status == 200
    assert await running.store.database["file_contents.files"].count_documents({}) == 2
    assert (await attach(maria, [left]))["error"]["code"] == "not_found"  # type: ignore[index]


async def test_a_visitor_who_proves_who_it_is_still_sends_what_it_had_uploaded(running: Running, door: Door) -> None:
    person = await door.client()
    token = await greet(person)
    wanted = await visitor(running, token).upload_id(photo())
    visitors = running.store.visitors
    await visitors.raise_to_client(SHOP.slug, visitors.hash_of(SHOP.slug, token), MARIA.id)
    again = await door.client(visitor=token)
    assert (await again.ask("sync"))["client"] == MARIA.name
    assert (await attach(again, [wanted]))["ok"]


async def test_who_is_switched_off_reads_nothing_by_session(running: Running, door: Door) -> None:
    maria = await door.signed_in(MARIA.id)
    await maria.ask("sync")
    sender = await client(running, MARIA.id)
    wanted = await sender.upload_id(photo())
    await attach(maria, [wanted])
    await running.store.clients.set_portal(SHOP.slug, MARIA.id, Portal(enabled=False))
    assert (await sender.get(f"/files/{wanted}")).status == 404
