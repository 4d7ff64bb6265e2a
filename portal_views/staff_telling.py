"""`/staff/clients/{client}/tell`: tell one client something of their records, or in one's own words, now or later.

What is planned stands here until it was said, and can be cancelled. Of records a client is told by text or mail if they
agreed to it, else under their bell alone; own words are a message in their conversation.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from config.clock import utc_now
from portal_views.staff_access import StaffRequest
from portal_views.staff_clients import client_of
from storage.announcements import About, Announcement, asked_for
from storage.clients import Client
from storage.reminders import due_services
from storage.ways import find_way

_FARTHEST: Final = timedelta(days=366)
_LONGEST_TEXT: Final = 1000
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something that may be told: `value` is what and which, `name` what it is called, `note` how it stands (a text's
    key).
    """

    value: str
    about: About
    name: str = ""
    note: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    what: str = ""
    text: str = ""
    at: str = ""
    later: bool = False


async def show(asked: StaffRequest) -> web.StreamResponse:
    """`GET`; with `?own=later` for what is in one's own words and to be sent later."""
    client = await client_of(asked)
    options = await _options(asked, client)
    own = asked.request.query.get("own") == "later"
    return await _page(asked, client, options, _Given(what=options[-1 if own else 0].value, later=own), "")


async def submit(asked: StaffRequest) -> web.StreamResponse:
    """`POST`: plan it, or with `cancel` take back what was planned."""
    client = await client_of(asked)
    form = await asked.request.post()
    planned = str(form.get("cancel", ""))[:64]
    store, place = asked.context.store, asked.request.path
    if planned:
        done = await store.announcements.cancel(asked.shop.slug, client.id, planned)
        return asked.go(place, "not_told" if done else "told_already")
    later = str(form.get("when", "")) == "later"
    given = _Given(
        what=str(form.get("what", ""))[:100],
        text=str(form.get("text", "")).strip()[: _LONGEST_TEXT + 1],
        at=str(form.get("at", "")).strip()[:30] if later else "",
        later=later,
    )
    options = await _options(asked, client)
    chosen = next((option for option in options if option.value == given.what), None)
    now = asked.context.clock.now()
    at = _moment(asked, given.at) if later else now
    problem = _problem(chosen, given, at, now)
    if problem or chosen is None or at is None:
        return await _page(asked, client, options, given, problem)
    record = given.what.partition(":")[2]
    text = given.text if chosen.about == "message" else ""
    due_at = utc_now() + (at - now)
    planned_one = asked_for(asked.shop.slug, client.id, chosen.about, record, due_at, by=asked.staff.id, text=text)
    await store.announcements.plan(planned_one)
    await asked.note("conversation.told", client.name, {"what": chosen.about, "when": "now" if at == now else given.at})
    return asked.go(place, "telling_now" if at == now else "telling_later")


def _problem(chosen: Option | None, given: _Given, at: datetime | None, now: datetime) -> str:
    """The key of what is wrong with it; nothing if all is right."""
    if chosen is None:
        return "what"
    if chosen.about == "message" and not 0 < len(given.text) <= _LONGEST_TEXT:
        return "text"
    return "" if at is not None and now <= at <= now + _FARTHEST else "at"


def _moment(asked: StaffRequest, text: str) -> datetime | None:
    """What was typed, by the shop's clock."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=asked.shop.zone)
    except ValueError:
        return None


async def _options(asked: StaffRequest, client: Client) -> list[Option]:
    """What there is to tell of this client's records as they stand, and last one's own words."""
    store, shop, now = asked.context.store, asked.shop, asked.context.clock.now()
    today = now.astimezone(shop.zone).date()
    orders = [one for one in await store.work_orders.list_for_client(shop.slug, client.id) if not one.finished]
    visits = await store.visits.list_upcoming(shop.slug, client.id, now)
    estimates = [one for one in await store.estimates.list_for_client(shop.slug, client.id) if one.open_on(today)]
    account = await store.accounts.for_client(shop, client.id, now)
    services = due_services(
        await store.reminders.list_for_client(shop.slug, client.id),
        await store.vehicles.list_for_client(shop.slug, client.id),
        today,
    )
    found = [
        *(_option("work_order", one.id, one.number, f"work_orders.status.{one.status}") for one in orders),
        *(_option("visit_tomorrow", one.id, at=one.starts_at) for one in visits),
        *(_option("estimate", one.id, one.number) for one in estimates),
        *(_option("invoice_due", one.invoice.id, one.invoice.number) for one in account.unpaid),
        *(
            _option("service_due", one.reminder.id, shop.service_title(one.reminder.service, asked.language))
            for one in services
            if one.state != "later"
        ),
    ]
    return [*found[: 5 * _SHOWN], Option(value="message:", about="message")]


def _option(about: About, record: str, name: str = "", note: str = "", at: datetime | None = None) -> Option:
    return Option(value=f"{about}:{record}", about=about, name=name, note=note, at=at)


async def _page(
    asked: StaffRequest, client: Client, options: list[Option], given: _Given, problem: str
) -> web.Response:
    store, slug = asked.context.store, asked.shop.slug
    kept = await store.announcements.list_for_client(slug, client.id)
    ours = asked.context.clock.now() - utc_now()  # the shop's clock against the system's
    people = {one.id: one.name for one in await store.staff.list(slug)}

    def row(one: Announcement) -> dict[str, object]:
        at = one.due_at + ours + timedelta(seconds=30)  # to the minute, as it was asked for
        return {"one": one, "at": at, "by": people.get(one.by or "", "")}

    return asked.page(
        "staff_telling.html",
        status=422 if problem else 200,
        client=client,
        options=options,
        given=given,
        problem=problem,
        reach=await _reach(asked, client),
        planned=[row(one) for one in kept if one.state == "planned"],
        told=[row(one) for one in reversed(kept) if one.state == "told"][:_SHOWN],
    )


async def _reach(asked: StaffRequest, client: Client) -> str:
    """How they can be told of their records (a text's key): by text, by mail, or under the bell alone."""
    store, shop = asked.context.store, asked.shop
    conversation = await store.conversations.find_by_key(shop.slug, f"client:{client.id}")
    way = await find_way(store, shop, client, conversation, "service")
    return "bell" if way is None else way.kind
