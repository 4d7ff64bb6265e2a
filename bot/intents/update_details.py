"""A new e-mail, phone, address, name or plate: read back, then written down for staff, who accept or decline it."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from bot.action import Outcome
from bot.context import Context
from bot.detail_words import (
    DETAILS,
    adds,
    find_wanted,
    is_on_file,
    names_something_else,
    parse_detail,
    read_details,
    removes,
)
from bot.expectation import when_someone_writes
from bot.form import CONFIRM, Done, Filling, Form, FormState, Slot
from bot.reply import Choice, HandOff, Reply
from bot.tracker import Slots
from storage.change_requests import ChangeRequest, DetailName, change_request_id
from storage.news import change_asked
from storage.proof import Asked
from storage.vehicles import Vehicle

_INTENT = "update_details"
_ANSWERS = frozenset({"affirm", "deny"})
_NEVER_ANSWERS = frozenset({"talk_to_human", "complaint", "roadside_help", "stop_messages"})
_WORDS = frozenset({"address", "name", "plate"})  # what is answered in words of any kind
_ASKING_WORDS = (
    "what when where who why how is are do does did can could will would am"
    " que cual cuando cuanto cuanta donde quien como puedo pueden esta"
)
_ASKING = frozenset(_ASKING_WORDS.split())


class WantedSlot:
    """Which details are to be changed, in `wanted`; `adds` and `replaced` say what becomes of the numbers on file."""

    name = "field"
    clears = ("wanted", "changes")

    async def fill(self, state: FormState) -> Filling:
        """What was picked, or at the start named."""
        context = state.context
        picked = context.given.get("field")
        if picked in DETAILS:
            return Filling(values={"wanted": [picked]})
        if context.tracker.active_loop == _INTENT and not state.asked:
            return Filling()
        read = await read_details(context)
        # a value says which one it is; the words around it ("the number of my truck's plate") do not
        wanted = list(read.values) or list(find_wanted(context.turn.text))
        more: Slots = {"adds": True} if "phone" in wanted and adds(context.turn.text) else {}
        more |= {"replaced": read.replaced} if read.replaced else {}
        return Filling(values={"wanted": wanted, **more} if wanted else {})

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        return bool(state.filled.get("wanted") or state.filled.get("changes"))

    async def ask(self, state: FormState) -> Reply:
        """With all as choices; plates only where cars are shown."""
        context = state.context
        shown = [name for name in DETAILS if name != "plate" or await _own(context)]
        choices = tuple(Choice(context.say(f"title_{name}"), f'/update_details{{"field": "{name}"}}') for name in shown)
        return Reply(text=context.say("ask_field"), choices=choices)


class ValueSlot:
    """What they are to be, by detail, in `changes`."""

    name = "value"
    clears = ("changes",)

    async def fill(self, state: FormState) -> Filling:
        """Values with a form of their own wherever they stand; what was asked for in words, as it was written."""
        context, before = state.context, dict(state.filled.get("changes") or {})
        found = dict((await read_details(context)).values)
        missing = _missing(state.filled)
        if not found and state.asked and missing and not context.given and context.heard.intent not in _ANSWERS:
            value = parse_detail(missing, context)
            if value is None:
                return Filling(problem=Reply(text=context.say(f"bad_{missing}")))
            found = {missing: value}
        return Filling(values={"changes": {**before, **found}} if found else {})

    async def is_filled(self, state: FormState) -> bool:
        """Needed of every detail that is wanted."""
        return bool(state.filled.get("changes")) and _missing(state.filled) is None

    async def ask(self, state: FormState) -> Reply:
        """The next one."""
        return Reply(text=state.context.say(f"ask_{_missing(state.filled)}"))


class PlateVehicleSlot:
    """Whose plate it is, in `vehicle`."""

    name = "vehicle"
    clears = ("vehicle",)

    async def fill(self, state: FormState) -> Filling:
        """The one that is named, or the only one there is."""
        own = {vehicle.id for vehicle in await _own(state.context)}
        wanted = state.context.given.get("vehicle") or state.context.entities.vehicle_id
        if wanted in own:
            return Filling(values={"vehicle": wanted})
        return Filling(values={"vehicle": own.pop()} if len(own) == 1 else {})

    async def is_filled(self, state: FormState) -> bool:
        """Needed for a plate."""
        return "plate" not in (state.filled.get("changes") or {}) or bool(state.filled.get("vehicle"))

    async def ask(self, state: FormState) -> Reply:
        """With the client's cars as choices."""
        own = await _own(state.context)
        choices = tuple(Choice(one.title, f'/update_details{{"vehicle": "{one.id}"}}') for one in own)
        return Reply(text=state.context.say("ask_vehicle"), choices=choices)


class UpdateDetails(Form):
    """A change request."""

    asks = Asked.DETAILS
    page = "profile"
    slots: ClassVar[tuple[Slot, ...]] = (WantedSlot(), ValueSlot(), PlateVehicleSlot())

    def is_answer(self, context: Context) -> bool:
        """Also a value, and any words where words were asked for, unless they ask something."""
        if context.heard.intent in _NEVER_ANSWERS:
            return False
        entities, asked = context.entities, context.tracker.requested_slot
        if entities.email or entities.phone or entities.address or entities.plate or entities.name:
            return True
        if asked == "vehicle" and entities.vehicle:
            return True
        is_worded = asked == "value" and _missing(context.tracker.slots) in _WORDS
        return super().is_answer(context) or (is_worded and not _is_question(context.turn.text))

    async def step(self, context: Context) -> Outcome:
        """A form, unless a person must do it, or it is as it should be already."""
        opened = context.tracker.active_loop == self.intent
        asked = context.tracker.requested_slot if opened else None
        if not context.resuming and asked in (None, CONFIRM) and await _is_beyond(context):
            text = f"{context.say('answer')} {when_someone_writes(context)}"
            return Outcome(reply=Reply(text=text, hand_off=HandOff(reason="needs_person")))
        same = None if context.resuming else await _same(context, asked)
        if same is not None:
            name, value = same
            shown = context.phone(value) if name == "phone" else value
            filled = context.tracker.slots if opened else {}
            return self._closed(filled, Reply(text=context.say(f"same_{name}", value=shown)))
        return await super().step(context)

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """What the shop will be asked to change, from what to what."""
        items = []
        for name, new in filled["changes"].items():
            old = await _old(context, filled, name)
            values = {"new": new, "old": old} if old else {"new": new}
            if name == "phone":
                values = {key: context.phone(number) for key, number in values.items()}
            items.append(context.say(f"item_{name}" if old else f"new_{name}", **values))
        return context.say("read_back", changes=context.wording.every(items))

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Write each down under the message's id: the same yes again is the same requests."""
        client_id, turn = context.peer.known_client_id(), context.turn
        for name, new in filled["changes"].items():
            request_id = change_request_id(context.shop.slug, turn.message_id, name)
            await context.store.change_requests.append(
                ChangeRequest(
                    id=request_id,
                    shop=context.shop.slug,
                    client_id=client_id,
                    field=name,
                    vehicle_id=filled["vehicle"] if name == "plate" else None,
                    old=await _old(context, filled, name),
                    new=new,
                    conversation=turn.conversation_id,
                    message_id=turn.message_id,
                    at=context.now,
                )
            )
            await context.store.news.add(change_asked(context.shop.slug, client_id, request_id))
        return Done(reply=Reply(text=context.say("done"), pages=(context.page("profile"),)))


def _missing(filled: Mapping[str, Any]) -> DetailName | None:
    """The detail that is wanted and has no value yet."""
    changes = filled.get("changes") or {}
    return next((cast(DetailName, name) for name in filled.get("wanted") or () if name not in changes), None)


async def _is_beyond(context: Context) -> bool:
    """Whether no change request can hold it: something is to go, or it is about a car, the mileage, the language ..."""
    if context.heard.intent != _INTENT or context.given:
        return False
    read = await read_details(context)
    named = set(read.values) or set(find_wanted(context.turn.text))
    if "plate" in named and not await _own(context):
        return True
    if removes(context.turn.text) and not read.values:
        return True
    other = bool(context.entities.vehicle) or names_something_else(context.turn.text)
    return not named and not read.same and other


async def _same(context: Context, asked: str | None) -> tuple[DetailName, str] | None:
    """The detail that the message gives as it is on file, where it gives nothing new."""
    read = await read_details(context)
    if read.values:
        return None
    if read.same and (asked == "value" or context.heard.intent == _INTENT):
        return next(((name, value) for name, value in read.same.items() if name != "plate"), None)
    missing = _missing(context.tracker.slots) if asked == "value" else None
    value = parse_detail(missing, context) if missing and context.heard.intent not in _ANSWERS else None
    return (missing, value) if missing and value and await is_on_file(context, missing, value) else None


async def _old(context: Context, filled: Mapping[str, Any], name: DetailName) -> str | None:
    """What is on file; of a number the one it replaces, None where it is to stand beside those there are."""
    client = await context.peer.client()
    if client is None:
        return None
    match name:
        case "phone":
            only = client.phones[0] if len(client.phones) == 1 and not filled.get("adds") else None
            replaced: str | None = filled.get("replaced") or only
            return replaced
        case "address":
            return client.address.one_line or None if client.address else None
        case "plate":
            return next((one.plate for one in await _own(context) if one.id == filled.get("vehicle")), None)
        case "name":
            return client.name
        case _:
            return client.email


async def _own(context: Context) -> list[Vehicle]:
    """The client's cars, where cars are shown."""
    return await context.peer.vehicles() if await context.peer.may_read("vehicles") else []


def _is_question(text: str) -> bool:
    words = text.casefold().split()
    return "?" in text or "¿" in text or (bool(words) and words[0].strip("'s") in _ASKING)
