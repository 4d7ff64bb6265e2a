"""Which of the client's visits is meant, for the forms that move or cancel one."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.answers import capital
from bot.context import Context
from bot.form import Done, Filling, FormState
from bot.reply import Choice, Reply
from bot.understanding import When
from bot.understanding.features import fold
from bot.understanding.pointers import find_pointer
from bot.visit_words import named_visits, what_and_car
from storage.proof import Proof, may_see
from storage.visit import Visit

_FORMS = frozenset({"reschedule_appointment", "cancel_appointment"})
_NO = re.compile(r"\W*(?:no|nope|nah|not|wrong|wait|sorry|i mean|i meant|perdon|ese no|esa no)\b")


@dataclass(frozen=True, slots=True)
class VisitSlot:
    """The visit: its id in `visit`, how long it takes in `length` (minutes), in `visit_at` when it is (ISO, UTC).

    `moving`: the day and time that a message wishes are where it goes, so only the time given up tells which it is.
    """

    form: str
    moving: bool = False
    name: str = "visit"
    clears: tuple[str, ...] = ("visit", "length", "visit_at")

    async def fill(self, state: FormState) -> Filling:
        """The one that was picked or named, or the only one there is."""
        context, filled = state.context, state.filled
        given = context.given.get("visit")
        if filled.get("visit") and given is None and not state.asked:
            return await self._turned(context, str(filled["visit"]))
        visits = await upcoming(context)
        if given is not None:
            return _picked([visit for visit in visits if visit.id == given])
        named = named_visits(context, visits, *self._whens(context, asked=state.asked))
        if named is None:
            return _picked(visits if state.asked else _left_by_the_other(context, self.form, visits) or visits)
        if len(named) == 1:
            return _picked(named)
        if not named and self.moving and len(visits) == 1:
            return _picked(visits)  # what fits nothing was where it was to go
        aimed = self.moving and context.entities.when is None and context.entities.old_when is not None
        key = "which_visit" if named or aimed else "no_such_visit"
        return Filling(problem=await self._asked(context, key, named or visits))

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        return bool(state.filled.get("visit"))

    async def ask(self, state: FormState) -> Reply:
        """With all of them as choices."""
        return await self._asked(state.context, "which_visit", await upcoming(state.context))

    async def changed(self, context: Context, visit: Visit) -> Done:
        """The shop changed it since it was read back: say so, and ask again which one is meant."""
        text = context.say("changed", what=await what_and_car(context, visit), when=context.moment(visit.starts_at))
        asked = await self._asked(context, "which_visit", await upcoming(context))
        reply = Reply(text=f"{text} {asked.text}", choices=asked.choices)
        return Done(reply=reply, empty=(*self.clears, "starts_at", "minutes", "tried"), ask=self.name)

    async def _turned(self, context: Context, visit_id: str) -> Filling:
        """Another one after all: "no, the other one", "no, the brakes"."""
        if not turns_to_another(context):
            return Filling()
        others = [visit for visit in await upcoming(context) if visit.id != visit_id]
        named = named_visits(context, others, *self._whens(context, asked=False))
        if named is None:
            named = others if find_pointer(context.turn.text) == "other" else []
        if len(named) > 1:
            return Filling(problem=await self._asked(context, "which_visit", named))
        gone = dict.fromkeys(("starts_at", "minutes", "tried")) if named else {}
        return Filling(values={**_picked(named).values, **gone})

    def _whens(self, context: Context, *, asked: bool) -> tuple[When | None, ...]:
        entities = context.entities
        return (entities.old_when,) if self.moving and not asked else (entities.old_when, entities.when)

    async def _asked(self, context: Context, key: str, visits: Sequence[Visit]) -> Reply:
        whats = await asyncio.gather(*(what_and_car(context, visit) for visit in visits))
        choices = tuple(
            Choice(
                capital(context.say("visit_choice", when=context.moment(visit.starts_at), what=what)),
                f'/{self.form}{{"visit": "{visit.id}"}}',
            )
            for visit, what in zip(visits, whats, strict=True)
        )
        return Reply(text=context.say(key), choices=choices, about={"visit": tuple(visit.id for visit in visits)})


def turns_to_another(context: Context) -> bool:
    """Whether a message at the read-back takes back which visit is meant and names another one."""
    entities = context.entities
    text = context.turn.text
    named = entities.service_codes or entities.vehicle or entities.old_when or entities.when
    return find_pointer(text) == "other" or (_NO.match(fold(text)) is not None and bool(named))


def _left_by_the_other(context: Context, form: str, visits: Sequence[Visit]) -> list[Visit]:
    """The visit that the other form was just about: "cancel my oil change", then "can I move it instead"."""
    if context.tracker.latest_intent not in _FORMS - {form}:
        return []
    spoken_of = context.tracker.topic.get("visit", [])
    return [visit for visit in visits if [visit.id] == spoken_of]


def _picked(visits: Sequence[Visit]) -> Filling:
    if len(visits) != 1:
        return Filling()
    (visit,) = visits
    return Filling(values={"visit": visit.id, "length": visit.minutes, "visit_at": visit.starts_at.isoformat()})


async def upcoming(context: Context) -> list[Visit]:
    """The client's visits that are still to come, earliest first; who came by a link for one has that one."""
    visits = await context.store.visits.list_upcoming(context.shop.slug, context.peer.known_client_id(), context.now)
    return [visit for visit in visits if _is_theirs_to_see(context, visit)]


async def has_begun(context: Context) -> bool:
    """Whether a visit of the client's is going on at this moment."""
    since, client_id = context.now - timedelta(days=1), context.peer.known_client_id()
    visits = await context.store.visits.list_upcoming(context.shop.slug, client_id, since)
    return any(visit.starts_at <= context.now < visit.ends_at for visit in visits)


async def find_own(context: Context, visit_id: str) -> Visit | None:
    """The client's own visit of this id, or None."""
    visit = await context.store.visits.find(context.shop.slug, visit_id)
    own = visit is not None and visit.client_id == context.peer.client_id and _is_theirs_to_see(context, visit)
    return visit if own else None


def _is_theirs_to_see(context: Context, visit: Visit) -> bool:
    identity = context.peer.identity
    return identity.proof is not Proof.LINK or may_see(identity, "visit", visit.id)
