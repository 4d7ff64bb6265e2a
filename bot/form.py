"""Forms: an intent that asks until its slots are filled, reads back what it will do, and does it after a plain yes.

Each slot says whether it is needed, what of a message fills it, and how it is asked for. A later message may change a
slot that is filled ("no wait, make it Thursday"): then all is read back again. A yes counts only as the answer to a
read-back, and a quick-reply yes only to the very read-back that it stood under.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from bot.action import Intent, Outcome
from bot.context import Context
from bot.hearing import find_named_choice, parse_payload
from bot.reply import Choice, Reply, Thing
from bot.tracker import LASTING, Slots
from bot.understanding.features import fold

CONFIRM = "confirm"

_LONGEST_YES = 8  # words
_CONDITIONS = frozenset(
    {"but", "except", "instead", "wait", "actually", "unless", "if", "pero", "mejor", "salvo", "espere", "excepto"}
)
_CORRECTS = re.compile(r"\b(make it|make that|instead|rather|how about|what about|actually|mejor|que sea|en vez)\b")
_YES = re.compile(r"\W*(yes|yeah|yep|yup|sure|ok|okay|si|claro|dale)\b")
_CANCEL = re.compile(
    r"(never ?mind|forget (it|about it)|cancel( (it|that|this|the booking))?|stop|drop it|leave it|"
    r"olvidalo|dejalo|no importa|cancelar|cancelalo|ya no( quiero)?)( please| por favor| gracias| thanks)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What a message does to a slot: values to set (None empties), or, as `problem`, what to say instead of asking."""

    values: Slots = field(default_factory=dict)
    problem: Reply | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """A form in the middle of a message: what is filled so far, and whether this slot is what was asked for last."""

    context: Context
    filled: Mapping[str, Any]
    asked: bool = False


class Slot(Protocol):
    """One thing that a form needs to know."""

    @property
    def name(self) -> str:
        """What it is called in the tracker and in a text's key."""
        ...

    @property
    def clears(self) -> tuple[str, ...]:
        """The tracker's slots that are emptied when it is to be asked anew."""
        ...

    async def fill(self, state: FormState) -> Filling:
        """What the message says about this slot."""
        ...

    async def is_filled(self, state: FormState) -> bool:
        """Whether nothing has to be asked: it is known, or not needed."""
        ...

    async def ask(self, state: FormState) -> Reply:
        """The question."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The form's end: what is said, and whether it is really over (else the slots in `empty` are asked for again)."""

    reply: Reply
    empty: tuple[str, ...] = ()
    ask: str | None = None


class Form(Intent):
    """An intent with slots. Subclasses give `slots`, `read_back` and `submit`."""

    changes: ClassVar[bool] = True
    slots: ClassVar[tuple[Slot, ...]] = ()
    corrections: ClassVar[frozenset[str]] = frozenset()  # intents that, while it is open, change what it holds
    cancels: ClassVar[frozenset[str]] = frozenset()  # intents that, while it is open, drop it
    drops_on_cancel: ClassVar[bool] = True  # "cancel it" means the form
    yields: ClassVar[bool] = False  # in the middle of another form it answers with one message and leaves that open
    no_drops: ClassVar[bool] = False  # a no to the read-back drops it, where there is nothing to change

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """What will be done, as a question that a yes answers."""
        raise NotImplementedError

    def more_choices(self, context: Context, filled: Mapping[str, Any]) -> tuple[Choice, ...]:  # noqa: ARG002
        """What else is offered below the read-back, after yes and no."""
        return ()

    def speaks_of(self, filled: Mapping[str, Any]) -> Mapping[Thing, tuple[str, ...]]:  # noqa: ARG002
        """The records that the read-back is about."""
        return {}

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Do it. Idempotent by the message's id."""
        raise NotImplementedError

    async def find_hindrance(self, context: Context, filled: Mapping[str, Any]) -> Done | None:  # noqa: ARG002
        """What stands in the way of what is filled, asked before the read-back and before it is done."""
        return None

    def is_answer(self, context: Context) -> bool:
        """Whether a message of another intent is rather for the form: a change to it, or what it asked for."""
        return (
            self.corrects(context)
            or self._named_change(context) is not None
            or context.heard.intent in self.corrections | self.cancels
        )

    @staticmethod
    def corrects(context: Context) -> bool:
        """Whether the message gives another day or time for what was just said: "no wait, make it Friday"."""
        return _CORRECTS.search(fold(context.turn.text)) is not None and context.entities.when is not None

    async def step(self, context: Context) -> Outcome:
        """One message: fill what it says, then ask, read back, do it, or drop it."""
        opened = context.tracker.active_loop == self.intent
        filled = {**context.tracker.slots} if opened else {}
        requested = context.tracker.requested_slot if opened else None
        if context.resuming:
            return await self._ask_on(context, filled, {})
        change = context.given.get("change") if opened else None
        if opened and (change == "none" or self._gives_up(context)):
            return self._closed(filled, Reply(text=context.say("dropped")))
        if any(slot.name == change for slot in self.slots):
            return await self._changed(context, filled, str(change))
        values, problem = await self._fill(context, filled, requested)
        filled.update(values)
        if problem is not None:
            return self._open(problem, values, requested)
        if not values and opened:
            return await self._unfilled(context, filled, requested)
        return await self._ask_on(context, filled, values)

    async def _fill(
        self, context: Context, filled: Mapping[str, Any], requested: str | None
    ) -> tuple[Slots, Reply | None]:
        """All that the message says. Only a change counts; the first slot with a problem speaks."""
        values: Slots = {}
        problem: Reply | None = None
        for slot in self.slots:
            so_far = {**filled, **values}
            filling = await slot.fill(FormState(context=context, filled=so_far, asked=requested == slot.name))
            values.update({name: v for name, v in filling.values.items() if so_far.get(name) != v})
            if filling.problem is not None and problem is None:
                problem, values["requested_slot"] = filling.problem, slot.name
        return values, problem

    async def _unfilled(self, context: Context, filled: Mapping[str, Any], requested: str | None) -> Outcome:
        """The message changed nothing: a yes, a no, or something else."""
        if requested == CONFIRM and self._says_yes(context) and _fits(context, filled):
            if "of" in context.given or _is_plain_yes(context.turn.text):
                return await self._submit(context, filled)
            return self._denied(context, filled, requested)
        if context.heard.intent == "deny":
            return self._denied(context, filled, requested)
        if (name := self._named_change(context)) is not None:
            return await self._changed(context, filled, name)
        asked = await self._ask_on(context, filled, {})
        known = context.heard.intent in ("affirm", self.intent)
        text = asked.reply.text if known else f"{context.say('not_caught')} {asked.reply.text}"
        reply = replace(asked.reply, text=text)
        # the same question again is no progress, however well the words were understood: twice, and a person is called
        asked_again = asked.requested_slot == requested and requested != CONFIRM
        return self._open(reply, {}, asked.requested_slot, understood=known and not asked_again)

    async def _changed(self, context: Context, filled: Mapping[str, Any], name: str) -> Outcome:
        """One slot is to be asked for anew."""
        emptied = next(slot.clears for slot in self.slots if slot.name == name)
        kept = {name: value for name, value in filled.items() if name not in emptied}
        return await self._ask_on(context, kept, dict.fromkeys(emptied))

    def _denied(self, context: Context, filled: Mapping[str, Any], requested: str | None) -> Outcome:
        """A no to the read-back asks what to change; any other no drops the form."""
        if requested != CONFIRM or self.no_drops:
            return self._closed(filled, Reply(text=context.say("dropped")))
        drop = context.choice("drop", f'/{self.intent}{{"change": "none"}}')
        choices = (*self._changes(context), drop)
        return self._open(Reply(text=context.say("what_to_change"), choices=choices), {}, "change")

    def _says_yes(self, context: Context) -> bool:
        """Whether the answer to a read-back is a yes: by itself, or before the wish said again ("yes, cancel it")."""
        if context.heard.intent == "affirm":
            return True
        return context.heard.intent == self.intent and _YES.match(fold(context.turn.text)) is not None

    def _gives_up(self, context: Context) -> bool:
        """Whether the message is of an intent that drops the form; "no wait, make it Friday" changes it instead."""
        said = " ".join(re.findall(r"\w+", fold(context.turn.text)))
        if _CANCEL.fullmatch(said) and (self.drops_on_cancel or "cancel" not in said):
            return True
        return context.heard.intent in self.cancels and not self.corrects(context)

    def _named_change(self, context: Context) -> str | None:
        """The slot that a message at the read-back names ("change the car")."""
        if context.tracker.requested_slot != CONFIRM:
            return None
        choice = find_named_choice(context.turn.text, self._changes(context))
        return str((parse_payload(choice.payload) or ("", {}))[1]["change"]) if choice is not None else None

    def _changes(self, context: Context) -> tuple[Choice, ...]:
        """What may be changed, by name."""
        return tuple(
            Choice(context.say(f"change_{slot.name}"), f'/{self.intent}{{"change": "{slot.name}"}}')
            for slot in self.slots
            if f"change_{slot.name}" in context.answers
        )

    async def _ask_on(self, context: Context, filled: Mapping[str, Any], values: Slots) -> Outcome:
        """The next question, or the read-back when there is none."""
        state = FormState(context=context, filled=filled)
        for slot in self.slots:
            if not await slot.is_filled(state):
                return self._open(await slot.ask(state), values, slot.name)
        hindrance = await self.find_hindrance(context, filled)
        if hindrance is not None:
            return self._ended(filled, hindrance, values)
        mark = _mark(filled)
        choices = (
            context.choice("confirm_yes", f'/affirm{{"of": "{mark}"}}'),
            context.choice("confirm_no", "/deny"),
            *self.more_choices(context, filled),
        )
        text = await self.read_back(context, filled)
        return self._open(Reply(text=text, choices=choices, about=self.speaks_of(filled)), values, CONFIRM)

    async def _submit(self, context: Context, filled: Mapping[str, Any]) -> Outcome:
        hindrance = await self.find_hindrance(context, filled)
        return self._ended(filled, hindrance or await self.submit(context, filled), {})

    def _ended(self, filled: Mapping[str, Any], done: Done, values: Slots) -> Outcome:
        if done.ask is None:
            return self._closed(filled, done.reply)
        return self._open(done.reply, {**values, **dict.fromkeys(done.empty)}, done.ask)

    def _open(self, reply: Reply, values: Slots, requested: str | None, *, understood: bool = True) -> Outcome:
        values = dict(values)
        requested = values.pop("requested_slot", requested)
        return Outcome(
            reply=reply, slots=values, active_loop=self.intent, requested_slot=requested, understood=understood
        )

    def _closed(self, filled: Mapping[str, Any], reply: Reply) -> Outcome:
        gone = dict.fromkeys(name for name in filled if name not in LASTING)
        return Outcome(reply=reply, slots=gone)


def _mark(filled: Mapping[str, Any]) -> str:
    """Eight hex digits that stand for what was read back."""
    # what was emptied is gone from the tracker by the time of the yes
    content = {name: value for name, value in filled.items() if name not in LASTING and value is not None}
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=4).hexdigest()


def _fits(context: Context, filled: Mapping[str, Any]) -> bool:
    """Whether a yes is for this read-back: a typed one always is, a button may be an older one's."""
    mark = _mark(filled)
    return bool(context.given.get("of", mark) == mark)


def _is_plain_yes(text: str) -> bool:
    """Whether a yes has no condition to it: "yes but make it 11" is none."""
    words = re.findall(r"\w+", fold(text))
    return len(words) <= _LONGEST_YES and _CONDITIONS.isdisjoint(words) and not any(word.isdigit() for word in words)
