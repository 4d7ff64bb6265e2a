"""Texts out: the outbox, Twilio's REST API as it behaves on bad days, and what becomes of each text."""

import asyncio
from datetime import timedelta

import pytest

from chat.channels.twilio_sender import STATUS_PATH
from chat.hub import Outbound
from storage.files import Claim
from storage.messages import Author
from storage.outbox import OutboxRow
from storage.pictures import check_file
from tests.e2e.fake_twilio import call_back
from tests.e2e.sms_line import MARIA, PUBLIC_URL, SHOP, open_line
from tests.sample_files import PDF, photo

PHONE = MARIA.phones[0]
MARIAS = f"client:{MARIA.id}"
SOON = timedelta(seconds=30)


@pytest.fixture
async def line(store, tmp_path):
    async with open_line(store, tmp_path) as line:
        yield line


@pytest.fixture
async def impatient(store, tmp_path):
    """A line that waits for Twilio's answer for a moment only."""
    async with open_line(store, tmp_path, patience=0.3) as line:
        yield line


async def ask(line, text="hello"):
    await line.text(PHONE, text)
    return (await line.log(MARIAS))[-1]


async def delivery(line):
    return (await line.log(MARIAS))[-1].delivery


async def status(line, message, state, **more) -> int:
    return await call_back(message, state, str(line.server.make_url(STATUS_PATH)), **more)


async def test_an_answer_leaves_by_twilio_from_the_shops_number(line):
    await ask(line)
    assert (await delivery(line)).state == "queued"
    await line.deliver()
    [message] = line.twilio.messages
    assert (message["to"], message["from"], message["body"]) == (PHONE, SHOP.sms_number, "You said: hello")
    assert message["status_callback"] == PUBLIC_URL + STATUS_PATH
    assert (await delivery(line)).state == "sent"


async def test_choices_are_numbered_and_links_follow(line):
    await ask(line, "choose")
    await line.deliver()
    assert line.twilio.bodies == ["Which one?\n1) Oil change\n2) Brakes\nInvoices: https://x.example/k/1"]


async def test_the_worker_wakes_when_a_text_is_queued(line):
    line.worker._poll_seconds = 3600
    running = asyncio.create_task(line.worker.run())
    await line.text(PHONE, "hello")
    async with asyncio.timeout(5):
        await line.twilio.arrived.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert line.twilio.bodies == ["You said: hello"]


async def test_texts_to_one_person_leave_in_order_even_when_the_first_has_trouble(line):
    line.twilio.trouble = [429]
    for text in ("one", "two", "three"):
        await ask(line, text)
    await line.deliver()
    assert line.twilio.bodies == []
    for _ in range(4):
        await line.deliver(later=SOON)
    assert line.twilio.bodies == ["You said: one", "You said: two", "You said: three"]


async def test_one_persons_trouble_does_not_hold_up_another(line):
    line.twilio.trouble = [429]
    await ask(line)
    await line.deliver()
    await line.text("+15125550102", "hi")
    await line.log("phone:+15125550102")
    await line.deliver()
    assert line.twilio.bodies == ["You said: hi"]


@pytest.mark.parametrize("trouble", [429, 500, "slow"])
async def test_a_passing_fault_is_tried_again_and_sent_once(impatient, trouble):
    impatient.twilio.trouble = [trouble]
    await ask(impatient)
    await impatient.deliver()
    assert impatient.twilio.messages == []
    for _ in range(3):  # a busy machine may make it lose patience once more
        await impatient.deliver(later=SOON)
    assert impatient.twilio.bodies == ["You said: hello"]
    assert (await delivery(impatient)).state == "sent"


async def test_after_an_answer_that_was_lost_the_text_is_looked_for_and_not_sent_twice(impatient):
    impatient.twilio.trouble = ["lost"]
    await ask(impatient)
    await impatient.deliver()
    assert (await delivery(impatient)).state == "queued"
    for _ in range(3):  # a busy machine may make it lose patience once more
        await impatient.deliver(later=SOON)
    assert impatient.twilio.posts == 1
    assert impatient.twilio.lookups >= 1
    assert (await delivery(impatient)).state == "sent"


async def test_the_same_words_sent_before_are_not_taken_for_the_lost_text(impatient):
    await ask(impatient)
    await impatient.deliver()
    impatient.twilio.trouble = ["slow"]
    await ask(impatient)
    await impatient.deliver()
    for _ in range(3):  # a busy machine may make it lose patience once more
        await impatient.deliver(later=SOON)
    assert impatient.twilio.bodies == ["You said: hello"] * 2
    [first, second] = await impatient.rows(PHONE)
    assert first.provider_id != second.provider_id


async def test_a_sender_that_died_with_a_claim_is_followed_by_one_that_looks_first(line):
    await ask(line)
    await line.store.outbox.claim_due((await line.rows(PHONE))[0].next_at + timedelta(seconds=1))
    await line.deliver(later=timedelta(minutes=2))
    assert line.twilio.lookups == 1
    assert line.twilio.bodies == ["You said: hello"]


async def test_what_twilio_refuses_fails_with_its_code_and_is_not_tried_again(line):
    line.twilio.trouble = [21211]
    await ask(line)
    await line.deliver()
    await line.deliver(later=SOON)
    assert line.twilio.posts == 1
    assert (await delivery(line)).error == "twilio_21211"


async def test_the_carriers_21610_is_recorded_as_a_stop(line):
    line.twilio.trouble = [21610]
    await ask(line)
    await line.deliver()
    assert (await delivery(line)).error == "opted_out"
    assert await line.store.consents.is_stopped("bayside", PHONE)


async def test_it_is_given_up_on_aloud_in_the_end(line, caplog):
    line.twilio.trouble = [429] * 20
    await ask(line)
    for _ in range(9):
        await line.deliver(later=timedelta(hours=2))
    assert (await delivery(line)).state == "failed"
    assert "was not delivered" in caplog.text
    assert PHONE not in caplog.text


async def test_a_text_that_is_too_late_is_not_sent(line):
    now = (await ask(line)).at
    row = OutboxRow(
        shop="bayside", kind="sms", to="+15125550188", text="Your code is 123456", purpose="code", dedupe_key="k",
        best_before=now + timedelta(minutes=10),
    )  # fmt: skip
    await line.store.outbox.add(row)
    await line.deliver(later=timedelta(minutes=11))
    assert [found.error for found in await line.rows("+15125550188")] == ["too_late"]


async def test_a_row_without_a_sender_goes_from_the_shops_number(line):
    row = OutboxRow(shop="bayside", kind="sms", to=PHONE, text="hi", purpose="code", dedupe_key="k")
    await line.store.outbox.add(row)
    await line.deliver()
    assert line.twilio.messages[0]["from"] == SHOP.sms_number


async def test_a_status_is_recorded_on_the_row_and_on_the_message(line):
    await ask(line)
    await line.deliver()
    assert await status(line, line.twilio.messages[0], "delivered") == 204
    assert (await delivery(line)).state == "delivered"
    assert (await line.rows(PHONE))[0].state == "delivered"


async def test_statuses_only_move_forward_in_whatever_order_they_come(line):
    await ask(line)
    await line.deliver()
    for state in ("delivered", "sent", "queued", "delivered", "sending"):
        await status(line, line.twilio.messages[0], state)
    assert (await delivery(line)).state == "delivered"


async def test_a_status_that_comes_before_the_posts_answer_is_not_lost(line):
    async def early(message):
        assert await status(line, message, "delivered") == 204

    line.twilio.before_answer = early
    await ask(line)
    await line.deliver()
    assert (await delivery(line)).state == "delivered"


async def test_a_failed_status_carries_the_carriers_code(line):
    await ask(line)
    await line.deliver()
    await status(line, line.twilio.messages[0], "undelivered", error=30003)
    assert ((await delivery(line)).state, (await delivery(line)).error) == ("failed", "twilio_30003")


async def test_a_status_of_a_text_that_came_in_with_the_same_sid_is_not_taken_for_a_text(line):
    await line.post(
        "/webhooks/twilio/sms", {"MessageSid": "SMx", "From": PHONE, "To": SHOP.sms_number, "Body": "hello"}
    )
    assert await line.post(STATUS_PATH, {"MessageSid": "SMx", "MessageStatus": "received"}) == 204
    assert len(await line.log(MARIAS)) == 2


async def test_a_forged_status_is_refused(line):
    await ask(line)
    await line.deliver()
    sid = line.twilio.messages[0]["sid"]
    assert await line.post(STATUS_PATH, {"MessageSid": sid, "MessageStatus": "failed"}, signature="bad") == 403
    assert (await delivery(line)).state == "sent"


async def test_stopping_lets_what_is_under_way_end(line):
    await ask(line)
    running = asyncio.create_task(line.worker.run())
    async with asyncio.timeout(5):
        await line.twilio.arrived.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await line.rows(PHONE))[0].state == "sent"


async def test_a_picture_goes_with_the_text_and_a_pdf_as_a_link(line):
    await line.text(PHONE, "hello")
    await line.log(MARIAS)
    store, origin = line.store, PUBLIC_URL
    conversation = await store.conversations.find_by_key("bayside", MARIAS)
    assert conversation is not None
    claim = Claim(shop="bayside", uploaders=["staff:ray"], conversation=conversation.id, entry="e1")
    stored = [
        await store.files.add("bayside", "staff:ray", None, name, check_file(content))
        for name, content in (("brakes.jpg", photo()), ("estimate.pdf", PDF))
    ]
    attachments = await store.files.claim([file.id for file in stored], claim)
    ray = Author(kind="staff", name="Ray", id="ray")
    await line.hub.send(
        Outbound(shop=SHOP, conversation=conversation, author=ray, text="look", attachments=attachments, channel="sms")
    )
    await line.deliver()
    sent = line.twilio.messages[-1]
    (picture,) = sent["media"]
    assert picture.startswith(f"{origin}/files/{attachments[0].id}?e=")
    assert sent["body"].startswith(f"look\nestimate.pdf: {origin}/files/{attachments[1].id}?e=")
