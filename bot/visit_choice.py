"""Which of the client's visits is meant, for the forms that move or cancel one."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.context import Context
from bot.form import Filling, FormState
from bot.reply import Choice, Reply
from bot.understanding import When
from bot.visit_words import named_visits, what_of
from storage.visit import Visit


@dataclass(frozen=True, slots=True)
class VisitSlot:
    """The visit: its id in `visit`, how long it takes in `length` (minutes), the day it is on in `visit_day`.

    `moving`: the day and time that a message wishes are where it goes, so only the time given up tells which it is.
    """

    form: str
    moving: bool = False
    name: str = "visit"
    clears: tuple[str, ...] = ("visit", "length", "visit_day")

    async def fill(self, state: FormState) -> Filling:
        """The one that was picked or named, or the only one there is."""
        context = state.context
        given = context.given.get("visit")
        if state.filled.get("visit") and given is None and not state.asked:
            return Filling()
        visits = await upcoming(context)
        if given is not None:
            return _picked(context, [visit for visit in visits if visit.id == given])
        named = named_visits(context, visits, *self._whens(context, asked=state.asked))
        if named is None:
            return _picked(context, visits)
        if len(named) == 1:
            return _picked(context, named)
        if not named and self.moving and len(visits) == 1:
            return _picked(context, visits)  # what fits nothing was where it is to go
        key = "which_visit" if named else "no_such_visit"
        return Filling(problem=Reply(text=context.say(key), choices=self._choices(context, named or visits)))

    async def is_filled(self, state: FormState) -> bool:
        """Always needed."""
        return bool(state.filled.get("visit"))

    async def ask(self, state: FormState) -> Reply:
        """With all of them as choices."""
        context = state.context
        return Reply(text=context.say("which_visit"), choices=self._choices(context, await upcoming(context)))

    def _whens(self, context: Context, *, asked: bool) -> tuple[When | None, ...]:
        entities = context.entities
        return (entities.old_when,) if self.moving and not asked else (entities.old_when, entities.when)

    def _choices(self, context: Context, visits: Sequence[Visit]) -> tuple[Choice, ...]:
        return tuple(
            Choice(
                context.say("visit_choice", when=context.moment(visit.starts_at), what=what_of(context, visit)),
                f'/{self.form}{{"visit": "{visit.id}"}}',
            )
            for visit in visits
        )


def _picked(context: Context, visits: Sequence[Visit]) -> Filling:
    if len(visits) != 1:
        return Filling()
    (visit,) = visits
    day = visit.starts_at.astimezone(context.shop.zone).date()
    return Filling(values={"visit": visit.id, "length": visit.minutes, "visit_day": day.isoformat()})


async def upcoming(context: Context) -> list[Visit]:
    """The client's visits that are still to come, earliest first."""
    return await context.store.visits.list_upcoming(context.shop.slug, context.peer.known_client_id(), context.now)


async def find_own(context: Context, visit_id: str) -> Visit | None:
    """The client's own visit of this id, or None."""
    visit = await context.store.visits.find(context.shop.slug, visit_id)
    return visit if visit is not None and visit.client_id == context.peer.client_id else None
