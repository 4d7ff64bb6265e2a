"""The base of every intent: a `rasa_sdk` Action that answers with a typed `Reply`. The only place that knows rasa-sdk.

A turn runs an intent through the SDK's own `ActionExecutor`, in process, so the same classes serve a real Rasa server
by the stock action-server protocol (`bot/rasa.py`).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.context import Context
from bot.reply import PageName, Reply
from bot.tracker import Slots, Tracker
from config.imports import imported_without
from storage.proof import Asked
from storage.shops import Section

with imported_without(empty="rasa_sdk.plugin"):  # only its server has plugins, and imports them itself
    from rasa_sdk import Action
    from rasa_sdk import Tracker as RasaTracker
    from rasa_sdk.events import ActiveLoop, SlotSet
    from rasa_sdk.executor import ActionExecutor, CollectingDispatcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A reply and what it does to the dialogue: slots to set (None empties one), the form that is open from now on."""

    reply: Reply
    slots: Slots = field(default_factory=dict)
    active_loop: str | None = None
    requested_slot: str | None = None
    understood: bool = True  # False: the form could make nothing of the message


class TurnDispatcher(CollectingDispatcher):
    """Carries the typed context of a turn in, and its outcome out, past the SDK's untyped values."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.outcome: Outcome | None = None


class Intent(Action):
    """What one intent does. Subclasses say which row of "Who may what" they ask, and implement `answer`."""

    asks: ClassVar[Asked] = Asked.PUBLIC
    page: ClassVar[PageName | None] = None  # the portal page that shows the same: what a link must be for
    section: ClassVar[Section | None] = None  # of the portal; switched off, the bot does not tell it either
    by_record: ClassVar[bool] = False  # a link for one record of that page opens it too: it then keeps to that record
    changes: ClassVar[bool] = False  # it may change something, or calls a person: never run on a doubtful message
    urgent: bool = False  # heard in the middle of anything, and while a person is due
    is_form: ClassVar[bool] = False

    def __init__(self, intent: str, desk: "Desk | None" = None) -> None:
        self.intent = intent
        self._desk = desk

    def name(self) -> str:
        """The action's name in Rasa's domain."""
        return action_name(self.intent)

    def is_rival(self, context: Context, intent: str) -> bool:  # noqa: ARG002
        """Whether another intent that the message may be would do something else with it: then the client is asked."""
        return True

    async def answer(self, context: Context) -> Reply:
        """The answer to one message. The table has been asked before; errors of storage may pass."""
        raise NotImplementedError

    async def step(self, context: Context) -> Outcome:
        """The answer and what it does to the dialogue; a plain intent leaves an open form as it is."""
        tracker = context.tracker
        return Outcome(
            reply=await self.answer(context),
            active_loop=tracker.active_loop,
            requested_slot=tracker.requested_slot,
        )

    async def run(
        self,
        dispatcher: CollectingDispatcher,
        tracker: RasaTracker,
        domain: Mapping[str, Any],  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        """The SDK's entry. In process the context comes with the dispatcher, else it is made from Rasa's tracker."""
        if isinstance(dispatcher, TurnDispatcher):
            outcome = dispatcher.outcome = await self.step(dispatcher.context)
            return _events(outcome)
        if self._desk is None:
            raise RuntimeError(f"{self.name()} was called from outside without a desk to receive it")
        outcome = await self._desk(self, tracker)
        reply = outcome.reply
        if reply.text:
            dispatcher.utter_message(
                text=reply.text,
                buttons=[{"title": choice.title, "payload": choice.payload} for choice in reply.choices],
            )
        return _events(outcome)


Desk = Callable[[Intent, RasaTracker], Awaitable[Outcome]]


class Runner:
    """Runs intents by name, each through the SDK's executor."""

    def __init__(self, intents: Iterable[Intent]) -> None:
        self._executor = ActionExecutor()
        for intent in intents:
            self._executor.register_action(intent)

    async def run(self, intent: str, context: Context) -> tuple[Outcome, Tracker]:
        """The outcome of an intent in this context, and the dialogue after it."""
        dispatcher = TurnDispatcher(context)
        call = {"next_action": action_name(intent), "tracker": _rasa_tracker(context), "domain": {}}
        result = await self._executor.run(call, dispatcher=dispatcher)
        if dispatcher.outcome is None or result is None:
            raise KeyError(intent)
        return dispatcher.outcome, context.tracker.with_events(result.events)


def action_name(intent: str) -> str:
    """The action that answers an intent."""
    return f"action_{intent}"


def _rasa_tracker(context: Context) -> dict[str, Any]:
    tracker = context.tracker
    return {
        "sender_id": context.turn.conversation_id,
        "slots": tracker.slots,
        "latest_message": {"intent": {"name": context.heard.intent}, "entities": [], "text": context.turn.text},
        "active_loop": {"name": tracker.active_loop} if tracker.active_loop else {},
    }


def _events(outcome: Outcome) -> list[dict[str, Any]]:
    changed = [SlotSet(name, value) for name, value in outcome.slots.items()]
    return [*changed, ActiveLoop(outcome.active_loop), SlotSet("requested_slot", outcome.requested_slot)]
