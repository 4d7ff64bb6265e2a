"""One estimate: its lines, its total, how it stands; and the client's decision on it, line by line.

Three steps, each a page that works without JavaScript: choose, check, done. Only a POST that confirms what was checked
writes, and the same one again changes nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from aiohttp import hdrs, web

from portal_views.access import ShopRequest
from portal_views.client_records import own_record, vehicles_named
from storage.estimate_decisions import Origin, decision_record
from storage.estimates import Decision, Estimate, EstimateChanged
from storage.news import estimate_decided
from storage.records import NotFound

_DECISIONS: tuple[Decision, ...] = get_args(Decision)
_LONGEST_AGENT = 200
_LINE = "line:"  # before a line's id, in the name of its field


async def show(asked: ShopRequest) -> web.StreamResponse:
    """Show the estimate. Another client's or another shop's is not there."""
    return await _page(
        asked, await own_record(asked, asked.context.store.estimates), chosen={}, done="done" in asked.request.query
    )


async def submit(asked: ShopRequest) -> web.StreamResponse:
    """Read back what was chosen, or write it down once that is confirmed."""
    estimate, today = await own_record(asked, asked.context.store.estimates), _today(asked)
    fields = await asked.request.post()
    chosen = _chosen(estimate, fields, today)
    if not chosen:
        return await _page(asked, estimate, chosen={}, problem="estimate.missing", status=422)
    if "again" in fields:
        return await _page(asked, estimate, chosen=chosen)
    confirmed = fields.get("confirm")
    if confirmed == estimate.content_mark and estimate.holds(chosen):
        await _record(asked, estimate, chosen)  # the first time may have broken off before
        raise _to_page(asked)
    if not set(chosen) <= {line.id for line in estimate.open_on(today)}:
        return await _page(asked, estimate, chosen={}, problem="estimate.taken", status=409)
    if confirmed is None:
        return await _check_page(asked, estimate, chosen)
    if confirmed != estimate.content_mark:
        return await _check_page(asked, estimate, chosen, problem="estimate.changed", status=409)
    try:
        await asked.context.store.estimates.decide(asked.shop.slug, estimate.id, chosen, asked.now, seen=confirmed)
    except (EstimateChanged, NotFound):  # by an import, since it was read a moment ago
        changed = await own_record(asked, asked.context.store.estimates)
        return await _check_page(asked, changed, chosen, problem="estimate.changed", status=409)
    await _record(asked, estimate, chosen)
    raise _to_page(asked)


async def _record(asked: ShopRequest, shown: Estimate, chosen: dict[str, Decision]) -> None:
    """Keep what was decided, over what, from where; then staff hear of it. The same press again adds nothing."""
    news = estimate_decided(shown, chosen, place="portal")
    origin = Origin(
        place="portal",
        proof=asked.identity.proof,
        address=asked.address,
        agent=asked.request.headers.get(hdrs.USER_AGENT, "")[:_LONGEST_AGENT] or None,
        session=asked.identity.session_id,
    )
    kept = decision_record(news, shown, chosen, origin=origin, language=asked.language, at=asked.now)
    await asked.context.store.estimate_decisions.append(kept)
    await asked.context.store.news.add(news)
    asked.context.live.news_added()


def _chosen(estimate: Estimate, fields: Mapping[str, Any], today: date) -> dict[str, Decision]:
    """Line id to decision, of lines of work only; one button decides on all that is open."""
    whole = _decision(fields.get("all"))
    if whole is not None:
        return dict.fromkeys((line.id for line in estimate.open_on(today) or estimate.work), whole)
    found = {line.id: _decision(fields.get(_LINE + line.id)) for line in estimate.work}
    return {line_id: decision for line_id, decision in found.items() if decision is not None}


def _decision(value: Any) -> Decision | None:
    return next((decision for decision in _DECISIONS if decision == value), None)


def _to_page(asked: ShopRequest) -> web.HTTPSeeOther:
    """To the page that says it is done; a reload of it sends nothing."""
    return web.HTTPSeeOther(str(asked.request.rel_url.with_query(done="1")))


def _today(asked: ShopRequest) -> date:
    return asked.now.astimezone(asked.shop.zone).date()


async def _page(
    asked: ShopRequest,
    estimate: Estimate,
    *,
    chosen: Mapping[str, Decision],
    problem: str = "",
    done: bool = False,
    status: int = 200,
) -> web.Response:
    today = _today(asked)
    return asked.page(
        "estimate.html",
        status=status,
        current="estimates",
        estimate=estimate,
        state=estimate.state_on(today),
        open_ids={line.id for line in estimate.open_on(today)},
        work_ids={line.id for line in estimate.work},
        decisions=_DECISIONS,
        chosen=chosen,
        problem=problem,
        done=done,
        vehicle=(await vehicles_named(asked, [estimate.vehicle_id])).get(estimate.vehicle_id or ""),
    )


async def _check_page(
    asked: ShopRequest, estimate: Estimate, chosen: Mapping[str, Decision], *, problem: str = "", status: int = 200
) -> web.Response:
    approved = [line_id for line_id, decision in chosen.items() if decision == "approved"]
    return asked.page(
        "estimate_check.html",
        status=status,
        current="estimates",
        estimate=estimate,
        chosen=chosen,
        by_decision={one: [line for line in estimate.work if chosen.get(line.id) == one] for one in _DECISIONS},
        left=[line for line in estimate.open_on(_today(asked)) if line.id not in chosen],
        total=estimate.sum_of(approved) if approved else None,
        is_whole=len(approved) == len(estimate.work),
        problem=problem,
    )
