"""The bot's drafts: one for several messages in a row, and now and then one for who never pauses."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.turn import Answer, Turn
from chat import suggesting
from chat.suggesting import Suggesting, Suggestion
from chat.turns import Job
from config.clock import BusinessClock
from storage.conversations import Conversation, new_conversation
from storage.messages import Author, Entry, State
from storage.shops import Shop
from tests.cast import SHOP

TALK = new_conversation(SHOP.slug, "phone:+15125550177", title="Caller")


class Echo:
    """Answers every message with its own words."""

    async def answer(self, turn: Turn) -> Answer | None:
        return Answer(text=turn.text, tracker={})

    async def check_code(self, shop: Shop, tracker: Mapping[str, Any], code: str) -> str | None:
        raise AssertionError("a draft proves nobody")


def said(seq: int) -> Job:
    entry = Entry(
        id=f"m{seq}",
        shop=SHOP.slug,
        conversation=TALK.id,
        seq=seq,
        client_prev=seq - 1,
        at=datetime(2026, 3, 11, 15, 30, tzinfo=UTC),
        kind="message",
        author=Author(kind="client", name="Maria"),
        channel="web",
        text=f"line {seq}",
        state=State(status="open", assignee="ray"),
    )
    return Job(SHOP, entry)


async def drafts_of_a_flood(lines: int) -> list[int]:
    """Which of so many messages without a pause had a draft, once all is quiet."""
    told: list[int] = []
    quiet = asyncio.Event()

    async def find(shop: str, conversation: str) -> Conversation:
        return TALK

    async def tell(conversation: Conversation, made: Suggestion) -> None:
        told.append(made.seq)
        if made.seq == lines:
            quiet.set()

    desk = Suggesting(Echo(), BusinessClock(None), find, tell)
    for seq in range(1, lines + 1):
        desk.client_wrote(said(seq))
        await asyncio.sleep(0)  # let it look, no longer than its own pause
    async with asyncio.timeout(10):
        await quiet.wait()
    await desk.close()
    return told


async def test_several_in_a_row_have_one_draft(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "_PAUSE_SECONDS", 0)
    assert await drafts_of_a_flood(20) == [20]


async def test_who_never_pauses_is_drafted_one_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "_PAUSE_SECONDS", 0)
    monkeypatch.setattr(suggesting, "_LONGEST_PAUSE_SECONDS", 0)
    told = await drafts_of_a_flood(20)
    assert told[-1] == 20
    assert len(told) > 1
