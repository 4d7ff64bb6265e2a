"""What the bot did not understand, for staff to say what was meant; and what they have taught it so far."""

import asyncio
from collections.abc import Mapping

from aiohttp import hdrs, web

from config.clock import utc_now
from portal_views.staff_access import StaffRequest
from storage.unclear import UnclearMessage

_SHOWN = 50
_SHOWN_LEARNED = 200
_ID_LIMIT = 64
_OFFERED = 3  # guesses with a button of their own
_OUT_OF_SCOPE = "out_of_scope"  # none of the intents: the bot is to say that it cannot help with it

_NOTED = frozenset({"learned", "dismissed", "forgotten"})


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: what waits, the latest first, and what was taught."""
    unclear, slug = asked.context.store.unclear, asked.shop.slug
    waiting, count, learned, count_learned, people = await asyncio.gather(
        unclear.list_waiting(slug, _SHOWN),
        unclear.count(slug, "waiting"),
        unclear.list_learned(slug, _SHOWN_LEARNED),
        unclear.count(slug, "learned"),
        asked.context.store.staff.list(slug),
    )
    names = asked.context.lessons.names(asked.language)
    done = asked.request.query.get("done", "")
    return asked.page(
        "staff_understanding.html",
        count=count,
        count_learned=count_learned,
        done=done if done in ("learned", "dismissed", "forgotten", "gone", "which") else "",
        learned=learned,
        names=names,
        offered={row.id: _offered(row, names) for row in waiting},
        people={one.id: one.name for one in people},
        waiting=waiting,
    )


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: `meant` (or `other` from the list, with `act=other`) teaches, `act` says what else is done with `id`."""
    form = await asked.request.post()
    row_id, act, meant = (str(form.get(name, ""))[:_ID_LIMIT] for name in ("id", "act", "meant"))
    if act == "other":
        meant = str(form.get("other", ""))[:_ID_LIMIT]
    row = await asked.context.store.unclear.find(asked.shop.slug, row_id)
    done = await _decide(asked, row_id, act, meant)
    if row is not None and done in _NOTED:
        await asked.note(f"settings.{done}", row.text, {"meant": meant} if done == "learned" else None)
    location = f"{asked.request.path}?done={done}"
    return web.Response(status=303, headers={hdrs.LOCATION: location, hdrs.CACHE_CONTROL: "no-store"})


async def _decide(asked: StaffRequest, row_id: str, act: str, meant: str) -> str:
    """Do it, and name what was done."""
    unclear, slug, by, now = asked.context.store.unclear, asked.shop.slug, asked.staff.id, utc_now()
    if act == "dismiss":
        return "dismissed" if await unclear.dismiss(slug, row_id, by, now) else "gone"
    if act == "forget":
        changed, done = await unclear.forget(slug, row_id, by, now), "forgotten"
    elif meant in asked.context.lessons.names(asked.language):
        changed, done = await unclear.learn(slug, row_id, meant, by, now), "learned"
    else:
        return "which"
    if changed:
        asked.context.lessons.taught(slug)
    return done if changed else "gone"


def _offered(row: UnclearMessage, names: Mapping[str, str]) -> list[str]:
    """The intents with a button of their own: what the client picked, then the bot's guesses."""
    likely = [row.picked, *(guess.intent for guess in row.guesses)]
    known = [intent for intent in likely if intent is not None and intent in names and intent != _OUT_OF_SCOPE]
    return list(dict.fromkeys(known))[:_OFFERED]
