"""Texting without a phone: the simulator page, its one address for curl, and the command line."""

import asyncio
import io
import json
import shlex
import stat

import pytest
from aiohttp.test_utils import unused_port
from rich.console import Console

from chat.simulator import SimulatorContext, simulator_routes
from chat.texting import curl_line, run_sms
from config.settings import Settings
from tests.e2e.sms_line import MARIA, SHOP, make_settings, open_line

PHONE = MARIA.phones[0]


@pytest.fixture
async def line(store, tmp_path):
    async with open_line(store, tmp_path, with_twilio=False, simulator=True) as line:
        running = asyncio.create_task(line.worker.run())
        yield line
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def command(line, *arguments, settings=None) -> tuple[int, str]:
    out = io.StringIO()
    shop, number, text = arguments
    status = await run_sms(settings or line.settings, shop, number, text, Console(file=out, width=200))
    return status, out.getvalue()


async def test_the_page_lists_the_clients_and_shows_a_phone(line):
    async with line.http.get(line.server.make_url("/simulator")) as response:
        page = await response.text()
    assert response.status == 200
    assert "Maria Lopez" in page
    assert "<script>" not in page
    assert " style=" not in page


async def test_a_number_that_cannot_be_dialled_is_said_to_be_so(line):
    async with line.http.get(line.server.make_url("/simulator?number=%3Cb%3E12")) as response:
        page = await response.text()
    assert "not a phone number" in page
    assert "<b>12" not in page


async def test_a_pasted_text_goes_by_the_webhook_and_its_replies_come_back_as_plain_text(line):
    form = {"from": PHONE, "text": "hello"}
    async with line.http.post(line.server.make_url("/simulator/text"), data=form) as response:
        assert await response.text() == "You said: hello\n"
    assert [kind for kind, _ in await line.said(f"client:{MARIA.id}")] == ["client", "bot"]


async def test_pasting_it_again_is_a_new_text(line):
    for _ in range(2):
        await line.http.post(line.server.make_url("/simulator/text"), data={"from": PHONE, "text": "hello"})
    assert len(await line.said(f"client:{MARIA.id}")) == 4


async def test_a_bare_plus_in_a_form_is_read_as_one(line):
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    data = f"from={PHONE}&text=hi"
    async with line.http.post(line.server.make_url("/simulator/text"), data=data, headers=headers) as response:
        assert (await response.json())["replies"] == ["You said: hi"]


@pytest.mark.parametrize(
    "form", [{}, {"from": "x", "text": "hi"}, {"from": PHONE, "text": ""}, {"from": PHONE, "text": "a", "shop": "no"}]
)
async def test_what_cannot_be_texted_is_refused_with_a_reason(line, form):
    headers = {"Accept": "application/json"}
    async with line.http.post(line.server.make_url("/simulator/text"), data=form, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["error"]["message"]


async def test_the_phone_shows_what_was_texted_and_what_came_back(line):
    await line.http.post(line.server.make_url("/simulator/text"), data={"from": PHONE, "text": "choose"})
    url = line.server.make_url("/simulator/thread").with_query(shop="bayside", number=PHONE)
    async with line.http.get(url) as response:
        thread = await response.json()
    assert [text["mine"] for text in thread["texts"]] == [True, False]
    assert "1) Oil change" in thread["texts"][1]["text"]
    assert thread["stopped"] is False


async def test_it_answers_under_this_machines_names_only(line):
    async with line.http.get(line.server.make_url("/simulator"), headers={"Host": "evil.example"}) as response:
        assert response.status == 403


async def test_production_has_no_simulator(line, tmp_path):
    settings = Settings(env="production", data_dir=tmp_path)
    context = SimulatorContext(settings=settings, store=line.store, hub=line.hub, http=line.http)
    assert simulator_routes(context) == []


async def test_what_the_console_sends_is_a_line_of_a_file_that_only_its_owner_reads(line):
    await line.http.post(line.server.make_url("/simulator/text"), data={"from": PHONE, "text": "hello"})
    path = line.settings.data_dir / "outgoing.jsonl"
    async with asyncio.timeout(5):
        while not path.exists():
            await asyncio.sleep(0.01)
    [sent] = [json.loads(one) for one in path.read_text().splitlines()]
    assert set(sent) == {"at", "kind", "to", "from", "text"}
    assert (sent["kind"], sent["to"], sent["from"], sent["text"]) == ("sms", PHONE, SHOP.sms_number, "You said: hello")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_command_prints_the_replies(line):
    assert await command(line, None, PHONE, "hello") == (0, "You said: hello\n")


async def test_the_command_says_why_there_is_no_reply(line):
    await command(line, "bayside", PHONE, "STOP")
    status, out = await command(line, "bayside", PHONE, "hello")
    assert status == 0
    assert "not sent, opted_out" in out


@pytest.mark.parametrize(
    ("shop", "number", "text", "piece"),
    [("no", PHONE, "hi", "no shop 'no'"), (None, "abc", "hi", "not a phone"), (None, PHONE, " ", "empty")],
)
async def test_the_command_refuses_in_one_line(line, shop, number, text, piece):
    status, out = await command(line, shop, number, text)
    assert status == 1
    assert piece in out
    assert out.count("\n") == 1


async def test_the_command_says_when_no_server_runs(line, tmp_path):
    settings = make_settings(tmp_path, port=unused_port())
    status, out = await command(line, None, PHONE, "hi", settings=settings)
    assert status == 1
    assert "no server answers" in out


async def test_the_command_says_when_the_server_has_other_secrets(line, tmp_path):
    settings = make_settings(tmp_path, port=line.settings.port, secret_key="another")
    status, out = await command(line, None, PHONE, "hi", settings=settings)
    assert status == 1
    assert "refused the signature" in out


def test_the_line_for_curl_can_be_pasted(tmp_path):
    words = shlex.split(curl_line(make_settings(tmp_path), SHOP, PHONE, "what's up?"))
    assert words[0] == "curl"
    assert "text=what's up?" in words
    assert words[-1] == "http://localhost:8080/simulator/text"
