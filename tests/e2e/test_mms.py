"""Texts with pictures: fetched from Twilio after the webhook is answered, and shown as files of their message."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer
from PIL import Image
from pydantic import SecretStr

from chat.channels.push_hosts import PublicResolver
from chat.channels.sms import TEXT_PATH
from chat.channels.twilio_media import FetchLater, TwilioMedia
from config.settings import Twilio
from storage.files import MOST_BYTES
from storage.media_fetches import BACKOFF, LEASE
from storage.messages import Attachment, Entry
from tests.cast import MARIA as TOWN_MARIA
from tests.cast import RAY, move_in
from tests.cast import SHOP as TOWN
from tests.e2e.fake_twilio import ACCOUNT, TOKEN, post_signed
from tests.e2e.files_desk import anybody
from tests.e2e.running import Door, serving
from tests.e2e.sms_line import MARIA, Line, make_settings, open_line
from tests.sample_files import photo

PHONE = MARIA.phones[0]
MARIAS = f"client:{MARIA.id}"
LOGIN = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
MEDIA = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/"


@dataclass
class MediaHost:
    """Twilio's media: the API asks for a login and leads on to a place that must not be told it."""

    api: TestServer = field(init=False)
    cdn: TestServer = field(init=False)
    contents: dict[str, bytes] = field(default_factory=dict)  # by the media's name
    elsewhere: dict[str, str] = field(default_factory=dict)  # where the API leads for it instead
    trouble: list[int] = field(default_factory=list)  # the API's next answers
    slow: bool = False  # the API never answers
    asked: list[str] = field(default_factory=list)
    told_login: list[str] = field(default_factory=list)  # what the other host was told

    async def on_api(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        self.asked.append(name)
        if request.headers.get("Authorization") != LOGIN:
            return web.Response(status=401)
        if self.slow:
            await asyncio.Event().wait()
        if self.trouble:
            return web.Response(status=self.trouble.pop(0))
        if name in self.elsewhere:
            return web.Response(status=302, headers={"Location": self.elsewhere[name]})
        if name not in self.contents:
            return web.Response(status=404)
        return web.Response(status=307, headers={"Location": str(self.cdn.make_url("/kept/")) + f"{name}?s=a%2Fb"})

    async def on_cdn(self, request: web.Request) -> web.Response:
        if "Authorization" in request.headers:
            self.told_login.append(request.path)
        assert request.raw_path.endswith("?s=a%2Fb")
        name = request.match_info["name"]
        if name != "without_length":
            return web.Response(body=self.contents[name], content_type="image/jpeg")
        response = web.Response(body=self.contents[name], content_type="image/jpeg")
        response.enable_chunked_encoding()
        return response

    def url(self, name: str) -> str:
        return str(self.api.make_url(MEDIA + name))


class PrivateNames(AbstractResolver):
    """Every name leads into a private network."""

    async def resolve(self, host, port=0, family=0):
        return [ResolveResult(hostname=host, host="10.0.0.7", port=port, family=2, proto=0, flags=0)]

    async def close(self):
        return None


@asynccontextmanager
async def media_host() -> AsyncIterator[MediaHost]:
    host = MediaHost()
    api, cdn = web.Application(), web.Application()
    api.router.add_get(MEDIA + "{name}", host.on_api)
    cdn.router.add_get("/kept/{name}", host.on_cdn)
    host.api, host.cdn = TestServer(api), TestServer(cdn)
    async with host.api, host.cdn:
        yield host


def settings_for(host: MediaHost, tmp_path):
    base = str(host.api.make_url("")).rstrip("/")
    return make_settings(tmp_path, twilio=Twilio(account_sid=ACCOUNT, auth_token=SecretStr(TOKEN), api_base_url=base))


@pytest.fixture
async def host() -> AsyncIterator[MediaHost]:
    async with media_host() as host:
        yield host


@pytest.fixture
async def line(store, tmp_path, host) -> AsyncIterator[Line]:
    async with open_line(store, tmp_path, settings=settings_for(host, tmp_path)) as line:
        yield line


async def send(line: Line, host: MediaHost, *names: str, body: str = "", sid: str = "MM1", kind="image/jpeg") -> None:
    media = {f"MediaUrl{at}": host.url(name) for at, name in enumerate(names)}
    kinds = {f"MediaContentType{at}": kind for at in range(len(names))}
    assert await line.text(PHONE, body, MessageSid=sid, NumMedia=str(len(names)), **media, **kinds) == 200


async def first(line: Line) -> Entry:
    return (await line.log(MARIAS))[0]


async def files(line: Line) -> list[Attachment]:
    return list((await first(line)).attachments)


async def states(line: Line) -> list[str]:
    return [one.state for one in await files(line)]


async def test_a_picture_appears_in_its_message_with_a_thumbnail(line, host):
    host.contents["ME1"] = photo(640, 400)
    await send(line, host, "ME1", body="my bumper")
    assert await states(line) == ["fetching"]
    assert host.asked == []
    assert await line.fetch() == 1
    [file] = await files(line)
    assert (file.state, file.type, file.width, file.height, file.name) == (
        "stored",
        "image/jpeg",
        640,
        400,
        "mms-1.jpg",
    )
    stored = await line.store.files.find(file.id)
    message = await first(line)
    assert (stored.state, stored.conversation, stored.entry) == ("claimed", message.conversation, message.id)
    assert stored.has_thumbnail
    assert message.text == "my bumper"


async def test_the_login_goes_to_twilio_alone(line, host):
    host.contents["ME1"] = photo()
    await send(line, host, "ME1")
    await line.fetch()
    assert await states(line) == ["stored"]
    assert host.told_login == []


async def test_a_picture_without_words_puts_no_words_into_anybodys_mouth(line, host):
    host.contents |= {"ME1": photo(), "ME2": photo(form="PNG")}
    await send(line, host, "ME1", "ME2")
    assert await line.said(MARIAS) == [("client", ""), ("bot", "You said: ")]
    await line.fetch()
    assert [(one.state, one.name) for one in await files(line)] == [("stored", "mms-1.jpg"), ("stored", "mms-2.png")]


async def test_what_is_of_no_kind_that_is_kept_stays_words(line, host):
    await send(line, host, "ME1", kind="video/mp4")
    assert (await first(line)).text == "[1 attachment]"
    assert await files(line) == []
    assert await line.fetch() == 0


async def test_the_same_webhook_again_fetches_nothing_again(line, host):
    host.contents["ME1"] = photo()
    await asyncio.gather(*(send(line, host, "ME1") for _ in range(4)))
    assert await line.fetch() == 1
    await send(line, host, "ME1")
    await line.fetch()
    assert await line.fetch() == 0
    assert host.asked == ["ME1"]
    assert await states(line) == ["stored"]
    assert [author for author, _ in await line.said(MARIAS)] == ["client", "bot"]


async def test_a_picture_that_is_gone_has_failed(line, host):
    await send(line, host, "gone")
    await line.fetch()
    assert await states(line) == ["failed"]
    assert await line.fetch(later=timedelta(days=1)) == 0


@pytest.mark.parametrize("name", ["ME1", "without_length"])
async def test_what_is_too_large_has_failed_whatever_is_said_of_its_size(line, host, name):
    host.contents[name] = photo() + bytes(MOST_BYTES)  # a picture, were it read to its end
    await send(line, host, name)
    await line.fetch()
    assert await states(line) == ["failed"]
    [file] = await files(line)
    assert await line.store.files.find(file.id) is None


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script></html>", b"\xff\xd8\xff no picture", b""])
async def test_what_is_only_called_a_picture_has_failed(line, host, content):
    host.contents["ME1"] = content
    await send(line, host, "ME1")
    await line.fetch()
    assert await states(line) == ["failed"]


@pytest.mark.parametrize(
    "where",
    [
        "http://localhost:{port}/kept/ME1?s=a%2Fb",
        "https://localhost/kept/ME1",
        "https://10.0.0.7/x",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "http://public.example/x",
        "https://user:secret@public.example/x",
        "file:///etc/passwd",
        "//[broken",
    ],
)
async def test_a_redirect_to_where_we_do_not_go_is_refused(line, host, where):
    host.contents["ME1"] = photo()
    host.elsewhere["ME1"] = where.format(port=host.cdn.port)
    await send(line, host, "ME1")
    await line.fetch()
    assert await states(line) == ["failed"]


async def test_a_name_that_leads_into_a_private_network_is_not_followed(host, tmp_path):
    host.elsewhere["ME1"] = "https://media.example/x"
    private = aiohttp.TCPConnector(resolver=PublicResolver(PrivateNames()))
    async with aiohttp.ClientSession() as own, aiohttp.ClientSession(connector=private) as public:
        media = TwilioMedia(settings_for(host, tmp_path), own=own, public=public)
        with pytest.raises(FetchLater, match="DNSError"):
            await media.fetch(host.url("ME1"))


async def test_one_that_takes_for_ever_is_let_go(host, tmp_path):
    host.slow = True
    async with aiohttp.ClientSession() as own:
        media = TwilioMedia(settings_for(host, tmp_path), own=own, public=own, patience=0.05)
        with pytest.raises(FetchLater, match="TimeoutError"):
            await media.fetch(host.url("ME1"))
    assert host.asked == ["ME1"]


async def test_redirects_without_end_are_given_up(line, host):
    host.elsewhere["ME1"] = host.url("ME1")
    await send(line, host, "ME1")
    await line.fetch()
    assert await states(line) == ["failed"]
    assert len(host.asked) == 4


async def test_a_bad_moment_of_twilios_is_waited_for(line, host):
    host.contents["ME1"] = photo()
    host.trouble = [503, 429]
    await send(line, host, "ME1")
    for wait in (timedelta(), *BACKOFF[:2]):
        assert await states(line) == ["fetching"]
        assert await line.fetch(later=wait) == 1
    assert await states(line) == ["stored"]


async def test_bad_moments_without_end_are_a_failure(line, host):
    host.trouble = [500] * 20
    await send(line, host, "ME1")
    for wait in (timedelta(), *BACKOFF):
        assert await states(line) == ["fetching"]
        assert await line.fetch(later=wait) == 1
    assert await states(line) == ["failed"]
    assert len(host.asked) == len(BACKOFF) + 1


async def test_what_a_process_that_died_had_taken_up_is_fetched_by_the_next(store, tmp_path, host):
    host.contents["ME1"] = photo()
    settings = settings_for(host, tmp_path)
    async with open_line(store, tmp_path, settings=settings) as line:
        await send(line, host, "ME1")
        [row] = await store.media_fetches.claim_due(line.fetcher._clock(), 5)
        await line.fetcher._stored(row)  # and it dies before the message says so
        assert await states(line) == ["fetching"]
    async with open_line(store, tmp_path, settings=settings) as line:
        assert await line.fetch() == 0
        assert await line.fetch(later=LEASE) == 1
        assert await states(line) == ["stored"]


async def test_peers_that_were_away_learn_of_the_change(line, host):
    host.contents["ME1"] = photo()
    await send(line, host, "ME1")
    before = await line.store.conversations.find_by_key("bayside", MARIAS)
    await line.fetch()
    after = await line.store.conversations.find_by_key("bayside", MARIAS)
    assert after.rev == before.rev + 1
    [changed] = await line.store.messages.changed_between("bayside", after.id, before.rev, after.rev)
    assert [one.state for one in changed.attachments] == ["stored"]


async def test_staff_and_the_client_see_the_picture_come_while_they_look(store, data_dir, host):
    host.contents["ME1"] = photo(1200, 800)
    await move_in(store)
    async with serving(store, data_dir, twilio=settings_for(host, data_dir).twilio) as running:
        door = Door(running)
        ray, maria = await door.staff(RAY.id), await door.signed_in(TOWN_MARIA.id)
        await asyncio.gather(ray.ask("sync"), maria.ask("sync"))
        form = {
            "MessageSid": "MM1", "From": TOWN_MARIA.phones[0], "To": TOWN.sms_number, "Body": "", "NumMedia": "1",
            "MediaUrl0": host.url("ME1"), "MediaContentType0": "image/jpeg",
        }  # fmt: skip
        public = running.settings.public_url + TEXT_PATH
        assert await post_signed(public, form, signed_url=public) == 200
        for person in (ray, maria):
            [coming] = (await person.hear("message", lambda one: one["attachments"]))["attachments"]
            assert (coming["state"], coming["name"]) == ("fetching", "mms-1.jpg")
            [told] = (await person.hear("updated", lambda one: one["message"]["attachments"]))["message"]["attachments"]
            assert (told["state"], told["id"], told["width"]) == ("stored", coming["id"], 1200)
            small = await anybody(running).get(told["thumbnail"])
            assert Image.open(io.BytesIO(small.body)).size == (480, 320)
        await door.close()
