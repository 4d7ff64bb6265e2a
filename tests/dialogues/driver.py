"""Drives a dialogue: says a client's lines to the assistant and hands back its answers.

`Driver` is all that the runner knows, so the same scripts can be run through the hub, or over real sockets.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.assistant import Assistant
from bot.turn import Answer, Turn
from config.clock import utc_now
from storage.messages import ChannelName, Status
from storage.proof import Identity, LinkScope, Proof
from storage.store import Storage
from tests.dialogues.people import ANN, PHONES, SHARED_PHONE, SHOP, TOM, UNKNOWN_PHONE


class Driver(Protocol):
    """One peer in one conversation on one channel."""

    async def say(self, text: str) -> Answer | None:
        """The answer to a message."""
        ...

    async def pick(self, place: int) -> Answer | None:
        """The answer to the choice at this place (from 1) of the last answer, as the channel picks it."""
        ...

    async def press(self, payload: str) -> Answer | None:
        """The answer to a payload, whatever it is."""
        ...

    async def press_old(self, place: int) -> Answer | None:
        """The answer to a choice of the answer before the last one."""
        ...

    async def type_code(self, *, right: bool) -> Answer | None:
        """The answer to a one-time code: the one that went out, or a wrong one."""
        ...

    async def again(self) -> Answer | None:
        """The answer when the turn of the last message is run once more, as after a crash."""
        ...

    def set_status(self, status: Status) -> None:
        """Who answers in the conversation from now on."""
        ...


def identity_for(peer: str, channel: ChannelName) -> Identity:
    """How well the channel knows this peer."""
    if peer == "visitor":
        return Identity(proof=Proof.VISITOR, phone=UNKNOWN_PHONE if channel == "sms" else None)
    if peer == "shared":
        return Identity(proof=Proof.SHARED_PHONE, candidates=(ANN, TOM), phone=SHARED_PHONE)
    client_id, _, goal = peer.partition("@")
    if goal:
        page, _, record_id = goal.partition("/")
        scope = LinkScope(page=page, record_id=record_id or None)
        return Identity(proof=Proof.LINK, client_id=client_id, scope=scope)
    if channel == "sms":
        return Identity(proof=Proof.PHONE, client_id=peer, phone=PHONES[peer])
    return Identity(proof=Proof.FULL, client_id=peer)


@dataclass
class AssistantDriver:
    """Talks to the assistant itself; keeps the tracker and does what the hub does with codes."""

    assistant: Assistant
    store: Storage
    identity: Identity
    channel: ChannelName
    now: datetime
    status: Status = "bot"
    tracker: dict[str, Any] = field(default_factory=dict)
    count: int = 0
    answers: list[Answer] = field(default_factory=list)
    said: tuple[str, str | None] = ("", None)
    before: dict[str, Any] = field(default_factory=dict)

    async def say(self, text: str) -> Answer | None:
        """The answer to a message."""
        self.count += 1
        self.before = self.tracker
        return await self._turn(text, None)

    async def pick(self, place: int) -> Answer | None:
        """By SMS its number is typed; on the web its button is pressed."""
        if self.channel == "sms":
            return await self.say(str(place))
        return await self.press(self.answers[-1].buttons[place - 1].payload)

    async def press(self, payload: str) -> Answer | None:
        """The answer to a payload, whatever it is."""
        self.count += 1
        self.before = self.tracker
        return await self._turn("", payload)

    async def press_old(self, place: int) -> Answer | None:
        """A button that is still on the page."""
        return await self.press(self.answers[-2].buttons[place - 1].payload)

    async def type_code(self, *, right: bool) -> Answer | None:
        """Take the code out of the last text or e-mail that went out and prove with it."""
        code = await self._sent_code() if right else "000000"
        client_id = await self.assistant.check_code(SHOP, self.tracker, code)
        self.count += 1
        self.before = self.tracker
        if client_id is None:
            return await self._turn("", "/code_refused")
        self.identity = Identity(proof=Proof.FULL, client_id=client_id)
        return await self._turn("", "/code_accepted")

    async def again(self) -> Answer | None:
        """The last turn once more, from the same tracker, under the same message id."""
        self.tracker = self.before
        return await self._turn(*self.said)

    def set_status(self, status: Status) -> None:
        """Who answers in the conversation from now on."""
        self.status = status

    async def _turn(self, text: str, payload: str | None) -> Answer | None:
        self.said = (text, payload)
        turn = Turn(
            shop=SHOP,
            conversation_id="conversation",
            message_id=f"message{self.count}",
            text=text,
            payload=payload,
            channel=self.channel,
            identity=self.identity,
            status=self.status,
            tracker=self.tracker,
            now=self.now,
        )
        answer = await self.assistant.answer(turn)
        if answer is not None:
            self.tracker = answer.tracker
            self.answers.append(answer)
        return answer

    async def _sent_code(self) -> str:
        rows = await self.store.outbox.claim_due(utc_now() + timedelta(seconds=1), 50)
        codes = [row for row in rows if row.purpose == "code"]
        found = re.search(r"\b\d{6}\b", codes[-1].text) if codes else None
        assert found is not None, "no code went out"
        return found[0]
