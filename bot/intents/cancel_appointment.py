"""Cancels a visit: which one, read-back, yes. Its bay is free for somebody else at once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from bot.action import Outcome
from bot.context import Context
from bot.form import CONFIRM, Done, Form, Slot
from bot.reply import Choice, Reply, Thing
from bot.visit_choice import VisitSlot, find_own, has_begun, turns_to_another, upcoming
from bot.visit_words import what_and_car, what_of
from storage.news import visit_changed
from storage.proof import Asked, may_see
from storage.records import NotFound
from storage.visit import VisitChanged, VisitConflict
from storage.visits import NotBookable, check_cancellable

_VISIT = VisitSlot("cancel_appointment")
_MOVE_OR_CANCEL = "move_or_cancel"


class CancelAppointment(Form):
    """Not coming."""

    asks = Asked.MOVE
    page = "visit"
    by_record = True
    section = "visits"
    no_drops = True
    drops_on_cancel = False  # "cancel it" is the very wish
    slots: ClassVar[tuple[Slot, ...]] = (_VISIT,)

    def is_answer(self, context: Context) -> bool:
        """Also what names a visit, where it was asked which one; never a wish to move it instead."""
        if context.heard.intent == "reschedule_appointment":
            return False
        entities = context.entities
        named = entities.when or entities.old_when or entities.vehicle or entities.service
        answers = context.tracker.requested_slot == "visit" and named is not None
        return super().is_answer(context) or answers or turns_to_another(context)

    async def step(self, context: Context) -> Outcome:
        """A form, where there is a visit to cancel."""
        requested = context.tracker.requested_slot if context.tracker.active_loop == self.intent else None
        if requested in (CONFIRM, _MOVE_OR_CANCEL) and not context.resuming and _would_move(context, requested):
            return self._open(_move_instead(context, requested), {}, _MOVE_OR_CANCEL)
        if requested == CONFIRM or await upcoming(context):
            return await super().step(context)
        return Outcome(reply=await _nothing(context))

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """What will be cancelled, as a question."""
        visit = await context.store.visits.get(context.shop.slug, filled["visit"])
        return context.say("read_back", what=await what_and_car(context, visit), when=context.moment(visit.starts_at))

    def more_choices(self, context: Context, filled: Mapping[str, Any]) -> tuple[Choice, ...]:
        """Another time may do as well."""
        return (context.choice("move_instead", f'/reschedule_appointment{{"visit": "{filled["visit"]}"}}'),)

    def speaks_of(self, filled: Mapping[str, Any]) -> Mapping[Thing, tuple[str, ...]]:
        """The visit."""
        return {"visit": (filled["visit"],)}

    async def find_hindrance(self, context: Context, filled: Mapping[str, Any]) -> Done | None:
        """A visit that is gone, over, too near, another's, or that the shop moved meanwhile."""
        visit = await find_own(context, filled["visit"])
        if visit is None:
            return _too_late(context)
        try:
            check_cancellable(context.shop, visit, context.now)
        except NotBookable:
            return _too_late(context)
        moved = visit.active and visit.starts_at != datetime.fromisoformat(filled["visit_at"])
        return await _VISIT.changed(context, visit) if moved else None

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Cancel it; one that is cancelled already is told the same."""
        told = datetime.fromisoformat(filled["visit_at"])
        try:
            visit = await context.store.visits.call_off(context.shop, filled["visit"], context.now, told)
        except VisitChanged:
            return await _VISIT.changed(context, await context.store.visits.get(context.shop.slug, filled["visit"]))
        except (NotFound, NotBookable, VisitConflict):
            return _too_late(context)
        await context.store.news.add(visit_changed(visit, "cancelled", place="chat"))
        text = context.say("cancelled", what=what_of(context, visit), when=context.moment(visit.starts_at))
        again = context.choice("book", "/book_appointment")
        return Done(reply=Reply(text=text, choices=(again,), pages=(context.page("visits"),)))


def _would_move(context: Context, requested: str) -> bool:
    """Whether a message in the middle rather moves the visit ("make it Friday instead"), or says yes to either."""
    either = requested == _MOVE_OR_CANCEL and context.heard.intent == "affirm"
    return context.heard.intent == "reschedule_appointment" or Form.corrects(context) or either


def _move_instead(context: Context, requested: str) -> Reply:
    """Nothing is cancelled on such a message: a question first, with the new time where it is told in full."""
    if requested == _MOVE_OR_CANCEL and context.entities.when is None and context.tracker.choices:
        return Reply(text=context.say("move_or_cancel"), choices=context.tracker.choices)
    when = context.entities.when
    visit_id = context.tracker.slots["visit"]
    slots = f'"visit": "{visit_id}"'
    if when is not None and when.date is not None and when.time is not None:
        at = datetime.combine(when.date, when.time, context.shop.zone).astimezone(UTC)
        slots += f', "at": "{at:%Y-%m-%dT%H:%MZ}"'
    choices = (
        context.choice("move_instead", f"/reschedule_appointment{{{slots}}}"),
        context.choice("cancel_after_all", f'/cancel_appointment{{"visit": "{visit_id}"}}'),
        context.choice("confirm_no", "/deny"),
    )
    return Reply(text=context.say("move_or_cancel"), choices=choices)


async def _nothing(context: Context) -> Reply:
    """No visit is to come: one may be going on, or a car be in the shop, and that is for the phone."""
    if await has_begun(context):
        return _too_late(context).reply
    if await _is_in_the_shop(context):
        return Reply(text=context.say("in_the_shop", phone=context.shop_phone()))
    book = context.choice("book_one", "/book_appointment")
    return Reply(text=context.say("none"), choices=(book,), pages=(context.page("visits"),))


async def _is_in_the_shop(context: Context) -> bool:
    if not may_see(context.peer.identity, "work_orders") or not await context.peer.may_read("work_orders"):
        return False
    client_id = context.peer.known_client_id()
    orders = await context.store.work_orders.list_for_client(context.shop.slug, client_id)
    return any(not order.finished for order in orders)


def _too_late(context: Context) -> Done:
    text = context.say("too_late", phone=context.shop_phone())
    return Done(reply=Reply(text=text, pages=(context.page("visits"),)))
