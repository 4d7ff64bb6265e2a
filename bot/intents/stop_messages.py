"""No more messages, in other words than STOP: what kind, read-back, yes. The bare keyword is the gateway's.

By text everything may be stopped, for the number that writes. Reminders and offers are the client's, so only who is
known to be that client may withdraw them. Who writes from the web is told how to stop texts: the phone's own STOP does.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from bot.action import Outcome
from bot.context import Context
from bot.form import CONFIRM, Done, Filling, Form, FormState, Slot
from bot.reply import Reply
from bot.understanding.features import fold
from config.clock import utc_now
from storage.consents import ConsentRecord, Purpose, said_in_chat
from storage.proof import Proof

_KINDS = ("all", "reminders", "marketing")
_WITHDRAWN: Mapping[str, tuple[Purpose, ...]] = {
    "all": get_args(Purpose),
    "reminders": ("reminders",),
    "marketing": ("marketing",),
}
_REMINDERS = re.compile(r"\b(?:reminders?|recordatorios?)\b")
_MARKETING = re.compile(r"\b(?:marketing|promo\w*|offers?|ads?|advert\w*|ofertas?|publicidad|anuncios?)\b")
_EVERYTHING = re.compile(
    r"\b(?:text\w*|txt\w*|sms|messag\w*|msgs?|contact\w*|all|everything|anything|alone|number"
    r"|mensajes?|textos?|escrib\w+|molest\w+|numero|todo|nada)\b"
)
_STOP = re.compile(r"\W*(?:please )?(?:stop|alto|parar|basta)(?: please)?\W*")


class KindSlot:
    """What is to stop: `all`, `reminders` or `marketing`, in `kind`."""

    name = "kind"
    clears = ("kind",)

    async def fill(self, state: FormState) -> Filling:
        """What was picked or named; a number that is no client's own gets nothing but texts."""
        context = state.context
        kind = _kind(context)
        if kind is None and not _is_known(context) and not state.filled:
            kind = "all"
        return Filling(values={"kind": kind} if kind else {})

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        return bool(state.filled.get("kind"))

    async def ask(self, state: FormState) -> Reply:
        """With all three as choices."""
        context = state.context
        choices = tuple(context.choice(f"kind_{kind}", f'/stop_messages{{"kind": "{kind}"}}') for kind in _KINDS)
        return Reply(text=context.say("ask_kind"), choices=choices)


class StopMessages(Form):
    """No more messages."""

    slots: ClassVar[tuple[Slot, ...]] = (KindSlot(),)

    async def step(self, context: Context) -> Outcome:
        """A form, unless what is wanted cannot be stopped from here: then how it can."""
        opened = context.tracker.active_loop == self.intent
        filled = context.tracker.slots if opened else {}
        if opened and context.tracker.requested_slot == CONFIRM and _STOP.fullmatch(fold(context.turn.text)):
            return await self._submit(context, filled)  # what would drop another form means yes to this one
        kind = _kind(context) or filled.get("kind") or "all"
        if not (_is_known(context) or (kind == "all" and _number(context))):
            return self._closed(filled, Reply(text=_how(context)))
        return await super().step(context)

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """What will stop, and by text what undoes it."""
        kind = filled["kind"]
        if kind != "all":
            return context.say(f"read_back_{kind}", shop=context.shop.name)
        return context.say("read_back_texts" if _number(context) else "read_back_notices", shop=context.shop.name)

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Record it, once for each message. After a stop of all texts this answer is the one that still goes out."""
        kind, shop, source = filled["kind"], context.shop.slug, said_in_chat(context.turn.message_id)
        consents, number = context.store.consents, _number(context)
        if kind == "all" and number is not None:
            if not _was_said(await consents.find(shop, number), source):
                await consents.stop(shop, number, utc_now(), source)
            return Done(reply=Reply(text=context.say("stopped", shop=context.shop.name)))
        client_id = context.peer.known_client_id()
        if not _was_said(await consents.find_for_client(shop, client_id), source):
            for purpose in _WITHDRAWN[kind]:
                await consents.withdraw(shop, client_id, purpose, utc_now(), source)
        text = context.say(f"withdrawn_{kind}")
        return Done(reply=Reply(text=f"{text} {_how(context)}" if kind == "all" else text))


def _kind(context: Context) -> str | None:
    """What is picked or named; "texting me reminders" are reminders."""
    picked = context.given.get("kind")
    if picked in _KINDS:
        return str(picked)
    folded = fold(context.turn.text)
    patterns = {"reminders": _REMINDERS, "marketing": _MARKETING, "all": _EVERYTHING}
    return next((kind for kind, pattern in patterns.items() if pattern.search(folded)), None)


def _number(context: Context) -> str | None:
    """The number that writes, where this is a text."""
    return context.peer.identity.phone if context.turn.channel == "sms" else None


def _is_known(context: Context) -> bool:
    """Whether this is one client, known by more than a link."""
    identity = context.peer.identity
    return identity.client_id is not None and identity.proof in (Proof.PHONE, Proof.FULL)


def _how(context: Context) -> str:
    """How texts are stopped: by the phone that gets them."""
    if context.shop.sms_number is None:
        return context.say("how_by_phone", phone=context.shop_phone())
    return context.say("how", number=context.phone(context.shop.sms_number))


def _was_said(record: ConsentRecord | None, source: str) -> bool:
    return record is not None and any(act.source == source for act in record.history)
