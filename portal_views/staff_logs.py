"""The activity log: who did what when. Owners see all of it; advisors see all but what `SECURITY` names: who signed in
from where, who may work here, and who took data out.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from urllib.parse import urlencode

from aiohttp import web

from config.clock import utc_now
from portal_views.browsers import browser_name
from portal_views.downloads import file_name, send_file
from portal_views.formats import Formats, formats_for
from portal_views.pages import render
from portal_views.report_period import midnight, parse_day
from portal_views.staff_access import StaffRequest
from portal_views.statics import static_files
from portal_views.texts import Texts, texts_for
from storage.activity import GROUPS, SECURITY, ActivityEntry, ActivityQuery

_SHOWN = 50
_READ_AT_ONCE = 500
_LONGEST = 120
_NAMES = ("q", "person", "group", "from", "to")
_TYPES = {"jsonl": "application/x-ndjson", "html": "text/html"}
_SHEETS = ("/static/tokens.css", "/static/portal/transcript.css")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the address asks for: as it was typed, and what it means."""

    given: dict[str, str]
    query: ActivityQuery

    @property
    def address(self) -> str:
        return urlencode({name: value for name, value in self.given.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether anything is asked beside the words."""
        return any(value for name, value in self.given.items() if name != "q")


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: what was done, the latest first, a page at a time."""
    wanted = _parse(asked)
    after = asked.request.query.get("after", "")
    page, people = await asyncio.gather(
        asked.context.store.activity.list(asked.shop.slug, wanted.query, _SHOWN, after or None),
        asked.context.store.staff.list(asked.shop.slug),
    )
    t = texts_for(asked.language)
    f = formats_for(asked.shop, t)
    return asked.page(
        "staff_activity.html",
        after=after,
        cursor=page.cursor,
        details_of=lambda entry: details_of(entry, f),
        days=[(day, list(some)) for day, some in groupby(page.entries, lambda one: f.local(one.at).date())],
        group_options=[(group, t(f"activity.group.{group}")) for group in GROUPS if _may_see(asked, group)],
        names={one.id: one.name for one in people},
        say=lambda entry: sentence(t, entry),
        wanted=wanted,
    )


async def download(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: what is asked for as JSON lines, or as a page that opens alone."""
    form = asked.request.match_info["form"]
    wanted, now = _parse(asked), utc_now()
    given = {name: value for name, value in wanted.given.items() if value}
    await asked.note("export.activity", details=given | {"format": form})
    pages = _pages(asked, wanted)
    name = file_name(asked.shop.slug, "activity", f"{now.astimezone(asked.shop.zone):%Y-%m-%d}") + f".{form}"
    pieces = _as_lines(pages) if form == "jsonl" else _as_page(asked, pages)
    return await send_file(asked, name, _TYPES[form], pieces)


def sentence(t: Texts, entry: ActivityEntry) -> str:
    """What was done, without who: `signed in`. An action that has no words here is named as it is."""
    key = f"activity.action.{entry.action}"
    return t(key) if key in t else entry.action.replace("_", " ").replace(".", ": ")


def details_of(entry: ActivityEntry, f: Formats) -> list[tuple[str, str]]:
    """What changed, as people read it; the conversation is a link and not among it."""
    found = []
    for name, value in entry.details.items():
        if name != "conversation":
            found.append((name.replace("_", " "), _READABLE.get(name, _as_it_is)(value, f)))
    return found


def _as_it_is(text: str, _: Formats) -> str:
    return text


def _browser(agent: str, _: Formats) -> str:
    return browser_name(agent) or agent


def _moment(moment: str, f: Formats) -> str:
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f.date_and_time(at) if at.tzinfo is not None else moment


_READABLE: Mapping[str, Callable[[str, Formats], str]] = {
    **dict.fromkeys(("until", "when", "from", "to"), _moment),
    "browser": _browser,
}


def _parse(asked: StaffRequest) -> _Wanted:
    query = asked.request.query
    given = {name: query.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    zone = asked.shop.zone
    first, last = parse_day(given["from"]), parse_day(given["to"])
    plain = ActivityQuery()
    return _Wanted(
        given,
        ActivityQuery(
            actor=given["person"] or None,
            group=given["group"] or None,
            groups=None if asked.staff.role == "owner" else frozenset(GROUPS) - SECURITY,
            earliest=midnight(first, zone) if first else plain.earliest,
            latest=midnight(last + timedelta(days=1), zone) if last else None,
            q=given["q"],
        ),
    )


def _may_see(asked: StaffRequest, group: str) -> bool:
    return asked.staff.role == "owner" or group not in SECURITY


async def _pages(asked: StaffRequest, wanted: _Wanted) -> AsyncIterator[tuple[ActivityEntry, ...]]:
    cursor: str | None = None
    while True:
        page = await asked.context.store.activity.list(asked.shop.slug, wanted.query, _READ_AT_ONCE, cursor)
        yield page.entries
        cursor = page.cursor
        if cursor is None:
            return


async def _as_lines(pages: AsyncIterator[tuple[ActivityEntry, ...]]) -> AsyncIterator[str]:
    async for entries in pages:
        for entry in entries:
            told = {
                "id": entry.id,
                "at": entry.at.isoformat(timespec="milliseconds"),
                "actor": {"kind": entry.actor.kind, "id": entry.actor.id, "name": entry.actor.name},
                "action": entry.action,
                "subject": entry.subject,
                "details": dict(entry.details),
                "address": entry.address,
            }
            yield json.dumps(told, ensure_ascii=False) + "\n"


async def _as_page(asked: StaffRequest, pages: AsyncIterator[tuple[ActivityEntry, ...]]) -> AsyncIterator[str]:
    t = texts_for(asked.language)
    style = "\n".join(static_files()[sheet].packed.plain.decode() for sheet in _SHEETS)
    f: Formats = formats_for(asked.shop, t)

    def part(template: str, **values: object) -> str:
        return render(template, asked.language, asked.shop, **values)

    yield part("chat_file_head.html", style=style, title=t("activity.title"), now=utc_now())
    yield part("activity_head.html")
    async for entries in pages:
        yield part(
            "activity_rows.html",
            entries=entries,
            say=lambda entry: sentence(t, entry),
            details_of=lambda entry: details_of(entry, f),
        )
    yield "</tbody></table>"
    yield part("chat_file_tail.html")
