"""The whole line, with the real bot, by text: from the client's own file, and a person one step away."""

import asyncio
import io
import re
from datetime import timedelta

import aiohttp
import pytest
from rich.console import Console

from chat.channels.sms import TEXT_PATH, sign
from chat.texting import run_sms
from config.clock import utc_now
from tests.cast import MARIA, SHOP

PHONE = MARIA.phones[0]


@pytest.fixture
async def texting(running):
    """Text as a number; what is printed."""

    async def text(body: str, number: str = PHONE) -> str:
        out = io.StringIO()
        status = await run_sms(running.settings, SHOP.slug, number, body, Console(file=out, width=300))
        assert status == 0, out.getvalue()
        return out.getvalue()

    return text


async def test_a_client_asks_what_is_owed_and_is_told_from_the_file(texting):
    answer = await texting("what do I owe?")
    assert "$" in answer


async def test_an_unknown_number_is_told_hours_and_not_what_anybody_owes(texting):
    assert "$" not in await texting("what do I owe?", "+15125550177")
    assert ":" in await texting("when are you open?", "+15125550177")


async def test_a_code_answers_the_question_on_the_very_number_that_asked(running, texting):
    stranger = "+15125550177"
    await texting("hi")  # Maria has a conversation of her own
    assert "code" in await texting("what do I owe?", stranger)
    await texting(PHONE, stranger)
    rows = await running.store.outbox.list_to(SHOP.slug, PHONE, utc_now() - timedelta(hours=1))
    code = next(found[0] for row in rows if row.purpose == "code" and (found := re.search(r"\b\d{6}\b", row.text)))
    assert "286.20" in await texting(code, stranger)
    assert "286.20" not in await texting("what do I owe?", stranger)  # it proved that question and no more


async def test_a_number_on_two_files_is_asked_who_it_is_and_a_number_answers(texting):
    asked = await texting("what do I owe?", "+15125550102")
    assert "1) " in asked
    assert "2) " in asked
    assert "1) " not in await texting("2", "+15125550102")


async def test_asking_for_a_person_hands_off(running, texting):
    await texting("I want to talk to a person")
    conversation = await running.store.conversations.find_by_key(SHOP.slug, f"client:{MARIA.id}")
    assert conversation is not None
    assert (await running.hub.directory.get(SHOP.slug, conversation.id)).status == "waiting"


async def test_a_burst_of_replayed_texts_is_answered_once_each_and_written_down_in_order(running):
    forms = [
        {"MessageSid": f"SM{number}", "From": PHONE, "To": SHOP.sms_number, "Body": f"what do I owe? {number}"}
        for number in range(5)
    ]
    url = f"http://127.0.0.1:{running.settings.port}{TEXT_PATH}"
    async with aiohttp.ClientSession() as http:

        async def post(form):
            headers = {"X-Twilio-Signature": sign(running.settings, TEXT_PATH, form)}
            async with http.post(url, data=form, headers=headers) as response:
                return response.status

        assert set(await asyncio.gather(*(post(form) for form in forms * 4))) == {200}
    conversation = await running.store.conversations.find_by_key(SHOP.slug, f"client:{MARIA.id}")
    await running.hub.settled(conversation.id)
    entries = await running.store.messages.after(SHOP.slug, conversation.id, 0, 100)
    assert len({entry.ref for entry in entries if entry.author.kind == "client"}) == 5
    assert len(entries) == 10
    rows = await running.store.outbox.list_to(SHOP.slug, PHONE, utc_now() - timedelta(hours=1))
    assert len(rows) == 5


async def test_a_wish_for_no_more_texts_is_confirmed_by_one_last_text_and_start_undoes_it(running, texting):
    async def sent() -> list[str]:
        rows = await running.store.outbox.list_to(SHOP.slug, PHONE, utc_now() - timedelta(hours=1))
        return [row.text for row in rows]

    await texting("please stop texting me")
    assert "no more texts to this number" in await texting("yes")
    assert await running.store.consents.is_stopped(SHOP.slug, PHONE)
    assert len(await sent()) == 2
    await texting("what do I owe?")
    assert len(await sent()) == 2
    await texting("START")
    assert not await running.store.consents.is_stopped(SHOP.slug, PHONE)
    assert "$" in await texting("what do I owe?")


async def test_a_carriers_stop_after_the_wish_holds_the_last_text_back_as_well(running):
    consents = running.store.consents
    await consents.stop(SHOP.slug, PHONE, utc_now(), "chat:m1")
    assert await consents.is_last_word(SHOP.slug, PHONE)
    assert await consents.is_last_word(SHOP.slug, PHONE, "m1")
    assert not await consents.is_last_word(SHOP.slug, PHONE, "m2")
    await consents.stop(SHOP.slug, PHONE, utc_now(), "carrier")
    assert not await consents.is_last_word(SHOP.slug, PHONE)
