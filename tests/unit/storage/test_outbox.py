"""The outbox: added once, claimed by one, tried again, given up on; the carrier's words in any order."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from config.clock import utc_now
from storage.outbox import BACKOFF, LATE, LEASE, RANK, Outbox, OutboxRow
from storage.store import Storage

AT = utc_now()
SECOND = timedelta(seconds=1)


def text(key: str, **changes) -> OutboxRow:
    given = {"shop": "garage", "kind": "sms", "to": "+15125550101", "text": "Hi", "purpose": "reply", "next_at": AT}
    return OutboxRow(dedupe_key=key, **{**given, **changes})


async def add_claimed(outbox: Outbox, key: str = "m1", **changes) -> OutboxRow:
    await outbox.add(text(key, **changes))
    (row,) = await outbox.claim_due(AT)
    return row


@pytest.fixture
def outbox(store: Storage) -> Outbox:
    return store.outbox


async def test_a_row_comes_back_as_it_was_added(outbox: Outbox) -> None:
    row = text("m1", subject="Hi", conversation="k1", message_id="m1", best_before=AT + SECOND, sender="+15125550100")
    assert await outbox.add(row) == row
    assert await outbox.find("garage", row.id) == row
    assert await outbox.find("other", row.id) is None
    assert await outbox.list_to("garage", "+15125550101", row.created_at) == [row]
    assert await outbox.list_to("other", "+15125550101", row.created_at) == []


async def test_the_same_key_is_one_row_in_its_shop(outbox: Outbox) -> None:
    rows = await asyncio.gather(*(outbox.add(text("m1")) for _ in range(10)))
    assert len({row.id for row in rows}) == 1
    assert (await outbox.add(text("m1", shop="other"))).id != rows[0].id


async def test_each_row_that_is_due_is_claimed_by_one(outbox: Outbox) -> None:
    for number in range(10):
        await outbox.add(text(f"m{number}"))
    claims = await asyncio.gather(*(outbox.claim_due(AT, 10) for _ in range(4)))
    claimed = [row.dedupe_key for rows in claims for row in rows]
    assert sorted(claimed) == [f"m{number}" for number in range(10)]
    assert await outbox.claim_due(AT, 10) == []


async def test_the_earliest_due_come_first_and_the_future_waits(outbox: Outbox) -> None:
    for number, wait in enumerate((30, 10, 20, 40)):
        await outbox.add(text(f"m{number}", next_at=AT + wait * SECOND))
    rows = await outbox.claim_due(AT + 30 * SECOND)
    assert [row.dedupe_key for row in rows] == ["m1", "m2", "m0"]


async def test_a_claim_whose_sender_died_falls_due_again_and_says_that_it_may_have_been_sent(outbox: Outbox) -> None:
    first = await add_claimed(outbox)
    assert (first.attempts, first.uncertain) == (1, False)
    assert await outbox.claim_due(AT + LEASE - SECOND) == []
    (again,) = await outbox.claim_due(AT + LEASE)
    assert (again.id, again.attempts, again.uncertain) == (first.id, 2, True)


async def test_a_retry_waits_longer_each_time_and_then_fails(outbox: Outbox) -> None:
    row = await add_claimed(outbox)
    waits = []
    for _ in BACKOFF:
        before = utc_now()
        row = await outbox.mark_retry(row, "http_503")
        assert (row.state, row.error, row.uncertain) == ("queued", "http_503", False)
        waits.append(round((row.next_at - before).total_seconds()))
        (row,) = await outbox.claim_due(row.next_at)
        assert not row.uncertain
    assert waits == [wait.total_seconds() for wait in BACKOFF]
    assert (await outbox.mark_retry(row, "http_503")).state == "failed"


async def test_a_retry_of_a_claim_that_another_has_is_left_alone(outbox: Outbox) -> None:
    slow = await add_claimed(outbox)
    (quick,) = await outbox.claim_due(AT + LEASE)
    left = await outbox.mark_retry(slow, "timeout")
    assert (left.attempts, left.next_at, left.error) == (quick.attempts, quick.next_at, None)


async def test_what_would_be_too_late_is_not_tried_again(outbox: Outbox) -> None:
    row = await add_claimed(outbox, best_before=utc_now() + 2 * SECOND)
    failed = await outbox.mark_retry(row, "http_503")
    assert (failed.state, failed.error) == ("failed", "http_503")


async def test_what_is_too_late_is_failed_and_told_once(outbox: Outbox) -> None:
    row = await outbox.add(text("m1", best_before=AT))
    await outbox.add(text("m2", best_before=AT + SECOND))
    late = await outbox.fail_late(AT)
    assert [(one.id, one.state, one.error) for one in late] == [(row.id, "failed", LATE)]
    assert await outbox.fail_late(AT) == []
    assert [one.dedupe_key for one in await outbox.claim_due(AT)] == ["m2"]


async def test_what_is_too_late_is_never_claimed(outbox: Outbox) -> None:
    row = await outbox.add(text("m1", best_before=AT))
    assert await outbox.claim_due(AT) == []
    failed = await outbox.find("garage", row.id)
    assert failed is not None
    assert failed.state == "failed"


async def test_what_was_sent_is_not_claimed_again(outbox: Outbox) -> None:
    sent = await outbox.mark_sent(await add_claimed(outbox), "SM1")
    assert (sent.state, sent.provider_id, sent.uncertain) == ("sent", "SM1", False)
    assert await outbox.claim_due(AT + timedelta(days=1)) == []
    assert await outbox.find_by_provider_id("SM1") == sent


async def test_sending_after_a_failed_try_clears_its_error(outbox: Outbox) -> None:
    row = await outbox.mark_retry(await add_claimed(outbox), "http_503")
    (row,) = await outbox.claim_due(row.next_at)
    assert (await outbox.mark_sent(row, "SM1")).error is None


async def test_a_refused_message_fails_with_its_reason(outbox: Outbox) -> None:
    failed = await outbox.mark_failed(await add_claimed(outbox), "21610")
    assert (failed.state, failed.error) == ("failed", "21610")
    assert await outbox.claim_due(AT + timedelta(days=1)) == []


@pytest.mark.parametrize("order", list(itertools.permutations(("sent", "delivered", "read"))))
async def test_in_whatever_order_the_words_come_the_state_only_moves_forward(outbox: Outbox, order) -> None:
    await outbox.mark_sent(await add_claimed(outbox), "SM1")
    ranks = []
    for state in order:
        row = await outbox.record_status("SM1", state)
        assert row is not None
        ranks.append(RANK[row.state])
    assert ranks == sorted(ranks)
    assert ranks[-1] == RANK["read"]


async def test_that_it_arrived_counts_for_more_than_that_it_failed(outbox: Outbox) -> None:
    await outbox.mark_sent(await add_claimed(outbox), "SM1")
    failed = await outbox.record_status("SM1", "failed", "30008")
    delivered = await outbox.record_status("SM1", "delivered")
    failed_again = await outbox.record_status("SM1", "failed", "30008")
    assert failed is not None
    assert (failed.state, failed.error) == ("failed", "30008")
    assert delivered is not None
    assert (delivered.state, delivered.error) == ("delivered", None)
    assert failed_again == delivered


async def test_a_word_that_comes_before_the_id_is_stored_is_kept(outbox: Outbox) -> None:
    row = await add_claimed(outbox)
    assert await outbox.record_status("SM1", "delivered") is None
    assert await outbox.record_status("SM1", "sent") is None
    assert (await outbox.mark_sent(row, "SM1")).state == "delivered"


async def test_a_word_that_comes_while_the_id_is_stored_is_not_lost(outbox: Outbox) -> None:
    for number in range(10):
        row = await add_claimed(outbox, f"m{number}")
        name = f"SM{number}"
        await asyncio.gather(outbox.mark_sent(row, name), outbox.record_status(name, "delivered"))
        found = await outbox.find_by_provider_id(name)
        assert found is not None
        assert found.state == "delivered"


async def test_a_word_about_nothing_of_ours_is_none(outbox: Outbox) -> None:
    assert await outbox.find_by_provider_id("SM9") is None
    assert await outbox.record_status("SM9", "sent") is None
