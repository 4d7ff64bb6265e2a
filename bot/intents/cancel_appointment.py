"""Cancels a visit: which one, read-back, yes. Its bay is free for somebody else at once."""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.action import Outcome
from bot.context import Context
from bot.form import CONFIRM, Done, Form, Slot
from bot.reply import Choice, Reply
from bot.visit_choice import VisitSlot, find_own, upcoming
from bot.visit_words import what_of
from storage.proof import Asked
from storage.records import NotFound
from storage.visit import VisitConflict


class CancelAppointment(Form):
    """Not coming."""

    asks = Asked.MOVE
    page = "visits"
    section = "visits"
    no_drops = True
    drops_on_cancel = False  # "cancel it" is the very wish
    slots: ClassVar[tuple[Slot, ...]] = (VisitSlot("cancel_appointment"),)

    def is_answer(self, context: Context) -> bool:
        """Also what names a visit, where it was asked which one."""
        entities = context.entities
        named = entities.when or entities.old_when or entities.vehicle or entities.service
        return super().is_answer(context) or (context.tracker.requested_slot == "visit" and named is not None)

    async def step(self, context: Context) -> Outcome:
        """A form, where there is a visit to cancel."""
        if context.tracker.requested_slot == CONFIRM or await upcoming(context):
            return await super().step(context)
        return Outcome(reply=Reply(text=context.say("none"), pages=(context.page("visits"),)))

    async def read_back(self, context: Context, filled: Mapping[str, Any]) -> str:
        """What will be cancelled, as a question."""
        visit = await context.store.visits.get(context.shop.slug, filled["visit"])
        return context.say("read_back", what=what_of(context, visit), when=context.moment(visit.starts_at))

    async def find_hindrance(self, context: Context, filled: Mapping[str, Any]) -> Done | None:
        """A visit that is gone, over, or another's."""
        visit = await find_own(context, filled["visit"])
        if visit is not None and (visit.active or visit.status == "cancelled") and visit.starts_at > context.now:
            return None
        return Done(reply=Reply(text=context.say("too_late", phone=context.shop_phone())))

    async def submit(self, context: Context, filled: Mapping[str, Any]) -> Done:
        """Cancel it; one that is cancelled already is told the same."""
        try:
            visit = await context.store.visits.cancel(context.shop.slug, filled["visit"])
        except (NotFound, VisitConflict):
            return Done(reply=Reply(text=context.say("too_late", phone=context.shop_phone())))
        text = context.say("cancelled", what=what_of(context, visit), when=context.moment(visit.starts_at))
        again = Choice(context.say("book"), "/book_appointment")
        return Done(reply=Reply(text=text, choices=(again,), pages=(context.page("visits"),)))
