"""STOP, START and HELP: obeyed, recorded, never forgotten, never answered with more than they allow."""

from datetime import timedelta

import pytest

from chat.channels.sms import TEXT_PATH
from chat.channels.sms_text import segments
from config.clock import utc_now
from storage.outbox import OutboxRow
from tests.e2e.sms_line import MARIA, SHOP, STRANGER, open_line

MARIA_PHONE = MARIA.phones[0]
MARIAS = f"client:{MARIA.id}"


@pytest.fixture
async def line(store, tmp_path):
    async with open_line(store, tmp_path) as line:
        yield line


async def stopped(line, phone=MARIA_PHONE) -> bool:
    stopped: bool = await line.store.consents.is_stopped("bayside", phone)
    return stopped


@pytest.mark.parametrize(
    "word", ["STOP", "stop", "StopAll", "unsubscribe", "END", "quit", "Revoke", "OPTOUT", " Stop. ", "ALTO"]
)
async def test_stop_and_its_kin_are_recorded_logged_and_not_answered(line, word):
    await line.text(MARIA_PHONE, word)
    assert await stopped(line)
    assert await line.said(MARIAS) == [("client", word.strip())]
    assert await line.rows(MARIA_PHONE) == []


@pytest.mark.parametrize(
    "text", ["please stop by my house", "cancel my visit", "the end of June", "start at 9?", "Cancelar"]
)
async def test_the_words_inside_a_sentence_are_ordinary_text(line, text):
    await line.text(MARIA_PHONE, text)
    assert not await stopped(line)
    assert (await line.said(MARIAS))[-1] == ("bot", f"You said: {text}")


async def test_after_stop_an_answer_is_kept_as_failed_and_nothing_is_sent(line):
    await line.text(MARIA_PHONE, "STOP")
    await line.text(MARIA_PHONE, "what do I owe?")
    answer = (await line.log(MARIAS))[-1]
    assert (answer.author.kind, answer.delivery.state, answer.delivery.error) == ("bot", "failed", "opted_out")
    await line.deliver()
    assert line.twilio.posts == 0


async def test_what_was_queued_before_the_stop_does_not_leave_after_it(line):
    await line.text(MARIA_PHONE, "hello")
    await line.log(MARIAS)
    await line.text(MARIA_PHONE, "STOP")
    await line.deliver()
    answer = (await line.log(MARIAS))[1]
    assert line.twilio.posts == 0
    assert (answer.delivery.state, answer.delivery.error) == ("failed", "opted_out")


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
async def test_start_and_its_kin_opt_in_again(line, word):
    await line.text(MARIA_PHONE, "STOP")
    await line.text(MARIA_PHONE, word)
    assert not await stopped(line)
    record = await line.store.consents.find("bayside", MARIA_PHONE)
    assert [act.act for act in record.history] == ["stop", "start"]


async def test_yes_from_a_number_that_is_not_stopped_is_a_plain_yes(line):
    await line.text(MARIA_PHONE, "YES")
    assert (await line.said(MARIAS))[-1] == ("bot", "You said: YES")
    assert await line.store.consents.find("bayside", MARIA_PHONE) is None


async def test_an_old_stop_that_is_replayed_does_not_undo_the_start_after_it(line):
    form = {"MessageSid": "SMold", "From": MARIA_PHONE, "To": SHOP.sms_number, "Body": "STOP"}
    await line.post(TEXT_PATH, form)
    await line.text(MARIA_PHONE, "START")
    await line.post(TEXT_PATH, form)
    assert not await stopped(line)


async def test_a_stop_counts_for_its_shop_only_and_for_the_number_whoever_has_it(line):
    await line.text("+15125550102", "STOP")
    assert await stopped(line, "+15125550102")
    assert not await line.store.consents.is_stopped("other", "+15125550102")


@pytest.mark.parametrize(
    ("word", "piece"), [("HELP", "Reply STOP"), ("info", "Reply STOP"), ("Ayuda", "Responda STOP")]
)
async def test_help_says_who_the_shop_is_and_how_to_stop(line, word, piece):
    await line.text(MARIA_PHONE, word)
    kind, text = (await line.said(MARIAS))[-1]
    assert kind == "system"
    assert "Bayside Auto" in text
    assert "(512) 555-0100" in text
    assert piece in text
    await line.deliver()
    assert len(line.twilio.bodies) == 1
    assert segments(line.twilio.bodies[0]) == 1


async def test_the_carriers_own_word_for_what_a_text_is_decides(line):
    await line.text(MARIA_PHONE, "no mas", OptOutType="STOP")
    assert await stopped(line)
    await line.text(MARIA_PHONE, "otra vez", OptOutType="START")
    assert not await stopped(line)


async def test_cancel_opts_out_cancels_nothing_asks_for_a_person_and_tells_the_client_by_mail(line):
    await line.text(MARIA_PHONE, "CANCEL")
    entries = await line.log(MARIAS)
    assert await stopped(line)
    assert [(entry.kind, entry.author.kind) for entry in entries] == [("message", "client"), ("note", "system")]
    assert "call" in entries[1].text
    conversation = await line.hub.conversation_for(SHOP, entries[0].identity)
    assert (conversation.status, conversation.urgent) == ("waiting", True)
    [mail] = await line.rows(MARIA.email)
    assert mail.kind == "email"
    assert "START" in mail.text
    assert await line.rows(MARIA_PHONE) == []


async def test_cancel_from_an_unknown_number_still_asks_for_a_person(line):
    await line.text(STRANGER, "cancel")
    assert [kind for kind, _ in await line.said(f"phone:{STRANGER}")] == ["client", "system"]
    assert await stopped(line, STRANGER)


@pytest.mark.parametrize(("source", "texts"), [("chat:m1", 1), ("sms:SM1", 0)])
async def test_only_a_stop_in_words_is_confirmed_by_a_text_of_ours(line, source, texts):
    await line.store.consents.stop("bayside", MARIA_PHONE, utc_now(), source)
    for number, purpose in enumerate(("opt_out", "reply")):
        row = OutboxRow(
            shop="bayside", kind="sms", to=MARIA_PHONE, text="Done", purpose=purpose, dedupe_key=f"row{number}"
        )
        await line.store.outbox.add(row)
    await line.deliver()
    await line.deliver(later=timedelta(minutes=1))
    assert len(line.twilio.bodies) == texts
