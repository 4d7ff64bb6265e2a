"""Reports for owners and advisors: how much was asked, how soon and by whom it was answered, what clients thought."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import hdrs, web

from config.clock import utc_now
from portal_views import report_pictures, report_words
from portal_views.chat_lines import chat_name
from portal_views.csv_text import csv_text
from portal_views.formats import formats_for
from portal_views.report_period import PRESETS, Period, parse_period
from portal_views.report_tables import TABLES
from portal_views.staff_access import StaffRequest
from portal_views.texts import texts_for
from storage.episode import Episode
from storage.open_time import OpenTime
from storage.report import Figures, Report, report, totals

_COMMENTS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Both:
    """The report of a period, the totals of the one before it, and the episodes of the first."""

    now: Report
    before: Figures
    episodes: tuple[Episode, ...]


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: the figures of `days` (7, 30, 90), or of the days `from` one `to` another."""
    now = utc_now()
    period = parse_period(asked.request.query, now.astimezone(asked.shop.zone).date())
    both, people = await asyncio.gather(_load(asked, period, now), asked.context.store.staff.list(asked.shop.slug))
    comments = both.now.comments[:_COMMENTS_SHOWN]
    chats = await asked.context.store.conversations.find_many(
        asked.shop.slug, list({one.conversation for one in comments})
    )
    t = texts_for(asked.language)
    f = formats_for(asked.shop, t)
    return asked.page(
        "staff_reports.html",
        chart=report_pictures.stacked(both.now.days),
        chats={chat.id: chat_name(chat, f) for chat in chats},
        comments=comments,
        heat=report_pictures.levels(both.now.hours),
        line=report_pictures.line([(day, figures.first_answer.median) for day, figures in both.now.days]),
        names={one.id: one.name for one in people},
        peak=report_pictures.peak(both.now.hours),
        percent=report_words.percent,
        period=period,
        presets=PRESETS,
        report=both.now,
        score=report_words.score,
        span=lambda seconds: report_words.span(t, seconds),
        tables=list(TABLES),
        tiles=report_words.tiles(t, f, both.now.total, both.before),
        today=now.astimezone(asked.shop.zone).date(),
    )


async def download(asked: StaffRequest) -> web.StreamResponse:
    """`GET`: the figures of a period as CSV; `table` says which."""
    name = asked.request.query.get("table", "days")
    if name not in TABLES:
        raise web.HTTPNotFound
    now = utc_now()
    period = parse_period(asked.request.query, now.astimezone(asked.shop.zone).date())
    both = await _load(asked, period, now)
    text = await asyncio.to_thread(lambda: csv_text(*TABLES[name](both.now, both.episodes, asked.shop.zone)))
    await asked.note("export.report", details={"table": name, "from": str(period.first), "to": str(period.last)})
    file = f"{asked.shop.slug}-{name}-{period.first}-{period.last}.csv"
    return web.Response(
        text=text,
        content_type="text/csv",
        charset="utf-8",
        headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="{file}"', hdrs.CACHE_CONTROL: "no-store"},
    )


async def _load(asked: StaffRequest, period: Period, now: datetime) -> Both:
    store, shop = asked.context.store, asked.shop
    earliest, latest = period.before.bounds(shop.zone)[0], period.bounds(shop.zone)[1]
    stored, running = await asyncio.gather(
        store.episodes.list_started(shop.slug, earliest, latest), store.chats.running_episodes(shop.slug, earliest)
    )
    episodes = _newest(stored, running)
    begins = period.bounds(shop.zone)[0]
    earlier, in_it = (
        [one for one in episodes if one.started_at < begins],
        [one for one in episodes if one.started_at >= begins],
    )
    open_time = OpenTime(shop, earliest, now)

    def both() -> Both:  # a tenth of a second where there are many: beside the loop
        before, counted = period.before, open_time.seconds_between
        return Both(
            report(in_it, period.first, period.last, zone=shop.zone, open_seconds=counted, now=now),
            totals(earlier, before.first, before.last, zone=shop.zone, open_seconds=counted, now=now),
            tuple(one for one in in_it if one.started_at < latest and one.messages),
        )

    return await asyncio.to_thread(both)


def _newest(stored: Sequence[Episode], running: Sequence[Episode]) -> list[Episode]:
    """Each once: an episode that was opened again is stored as well as running."""
    episodes: dict[str, Episode] = {one.id: one for one in stored}
    for one in running:
        known = episodes.get(one.id)
        if known is None or known.last_seq < one.last_seq:
            episodes[one.id] = one
    return list(episodes.values())
