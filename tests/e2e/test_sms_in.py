"""Texts in: the signed webhook, whose text it is, and nothing lost."""

import asyncio

import pytest

from chat.channels.sms import TEXT_PATH, sign
from config.settings import Settings
from tests.e2e.fake_twilio import post_signed
from tests.e2e.sms_line import MARIA, NUMBER, PUBLIC_URL, SHOP, STRANGER, open_line

MARIA_PHONE = MARIA.phones[0]


@pytest.fixture
async def line(store, tmp_path):
    async with open_line(store, tmp_path) as line:
        yield line


def form(**more: str) -> dict[str, str]:
    return {"MessageSid": "SM1", "From": STRANGER, "To": NUMBER, "Body": "hello"} | more


async def test_a_signed_text_is_stored_in_the_clients_conversation_and_answered(line):
    assert await line.text(MARIA_PHONE, "what do I owe?") == 200
    assert await line.said(f"client:{MARIA.id}") == [("client", "what do I owe?"), ("bot", "You said: what do I owe?")]


async def test_the_text_is_on_disk_when_the_webhook_answers(line):
    await line.text(MARIA_PHONE, "hello")
    conversation = await line.store.conversations.find_by_key("bayside", f"client:{MARIA.id}")
    assert conversation is not None
    assert (await line.store.messages.after("bayside", conversation.id, 0, 1))[0].text == "hello"


async def test_an_unsigned_text_is_refused_and_not_stored(line):
    assert await line.post(TEXT_PATH, form(), signature="") == 403
    assert await line.log(f"phone:{STRANGER}") == []


async def test_a_forged_text_is_refused_and_not_stored(line):
    forged = sign(line.settings, TEXT_PATH, form(Body="hullo"))
    assert await line.post(TEXT_PATH, form(), signature=forged) == 403
    assert await line.log(f"phone:{STRANGER}") == []


async def test_another_accounts_signature_is_refused(line):
    url = str(line.server.make_url(TEXT_PATH))
    assert await post_signed(url, form(), signed_url=PUBLIC_URL + TEXT_PATH, token="another") == 403


async def test_the_signature_is_checked_against_the_public_url_and_not_the_requests_own(line):
    url = str(line.server.make_url(TEXT_PATH))
    assert await post_signed(url, form(), signed_url=url) == 403
    assert await post_signed(url, form(), signed_url=PUBLIC_URL + TEXT_PATH) == 200


async def test_the_query_of_the_webhook_address_is_signed_too(line):
    path = TEXT_PATH + "?from=fallback%20url"
    assert (
        await post_signed(
            str(line.server.make_url(TEXT_PATH)) + "?from=fallback%20url", form(), signed_url=PUBLIC_URL + path
        )
        == 200
    )
    assert (
        await post_signed(str(line.server.make_url(TEXT_PATH)) + "?from=else", form(), signed_url=PUBLIC_URL + path)
        == 403
    )


@pytest.mark.parametrize("body", [b"\xff\xfe=%ff", b"a=1&" * 500, b"", b"{}"])
async def test_what_is_no_form_of_twilios_is_refused(line, body):
    headers = {"X-Twilio-Signature": "x", "Content-Type": "application/x-www-form-urlencoded"}
    async with line.http.post(line.server.make_url(TEXT_PATH), data=body, headers=headers) as response:
        assert response.status == 403
        assert (await response.json())["error"]["code"] == "forbidden"


async def test_the_answer_is_empty_twiml(line):
    headers = {"X-Twilio-Signature": sign(line.settings, TEXT_PATH, form())}
    async with line.http.post(line.server.make_url(TEXT_PATH), data=form(), headers=headers) as response:
        assert response.content_type == "text/xml"
        assert (await response.text()).endswith("<Response></Response>")


async def test_a_replayed_text_is_stored_once_and_answered_once(line):
    statuses = await asyncio.gather(*(line.post(TEXT_PATH, form()) for _ in range(12)))
    assert set(statuses) == {200}
    assert await line.said(f"phone:{STRANGER}") == [("client", "hello"), ("bot", "You said: hello")]
    assert len(await line.rows(STRANGER)) == 1


async def test_a_number_on_several_files_has_its_own_conversation_with_all_as_candidates(line):
    await line.text("+15125550102", "hi")
    first = (await line.log("phone:+15125550102"))[0]
    assert first.identity is not None
    assert set(first.identity.candidates) == {"c2", "c3"}
    assert first.identity.client_id is None


@pytest.mark.parametrize("sender", ["28849", "VERIZON", "MG" + "1" * 32])
async def test_a_text_from_what_is_no_phone_is_kept_and_not_answered(line, sender):
    assert await line.text(sender, "Your bill is ready") == 200
    assert await line.said(f"phone:{sender}") == [("client", "Your bill is ready")]


async def test_the_shops_own_number_is_not_answered(line):
    await line.text(SHOP.sms_number, "echo")
    assert await line.said(f"phone:{SHOP.sms_number}") == [("client", "echo")]


async def test_a_text_to_nobodys_number_is_kept_once_for_the_operator(line):
    for _ in range(2):
        assert await line.post(TEXT_PATH, form(To="+15125559999")) == 200
    kept = await line.store.unrouted.list()
    assert [(text.to, text.sender, text.text) for text in kept] == [("+15125559999", STRANGER, "hello")]


async def test_a_photo_without_words_is_noted_and_nothing_is_fetched(line):
    await line.text(MARIA_PHONE, "", NumMedia="2", MediaUrl0="http://169.254.169.254/x", MediaContentType0="image/png")
    assert (await line.said(f"client:{MARIA.id}"))[0] == ("client", "[2 attachments]")


async def test_a_photo_with_words_is_noted_beside_them(line):
    await line.text(MARIA_PHONE, "my bumper", NumMedia="1")
    assert (await line.said(f"client:{MARIA.id}"))[0] == ("client", "my bumper\n[1 attachment]")


async def test_an_empty_text_is_kept_and_not_answered(line):
    await line.text(MARIA_PHONE, "")
    assert await line.said(f"client:{MARIA.id}") == [("client", "[empty text]")]


async def test_a_signed_form_without_a_sid_is_a_bad_request(line):
    assert await line.post(TEXT_PATH, {"From": STRANGER, "To": NUMBER, "Body": "x"}) == 400


async def test_production_without_an_account_believes_nobody(store, tmp_path):
    settings = Settings(env="production", data_dir=tmp_path, base_url=PUBLIC_URL)
    async with open_line(store, tmp_path, settings=settings) as line:
        development = Settings(env="development", data_dir=tmp_path, base_url=PUBLIC_URL)
        assert await line.post(TEXT_PATH, form(), signature=sign(development, TEXT_PATH, form())) == 403
    with pytest.raises(ValueError, match="no Twilio account"):
        sign(settings, TEXT_PATH, form())
