"""Visits in the hands of staff: seen by days, confirmed, moved, cancelled; once, by who may, and the client is told."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestServer

from config.clock import utc_now
from storage.activity import ActivityEntry, ActivityQuery
from storage.announcements import Announcement
from storage.record_changes import SETTLES_IN, visit_state
from storage.shops import BookingRules
from storage.store import Storage
from storage.visit import Visit
from storage.visits import BookingRequest, Contact
from tests.e2e.staff.conftest import Desk
from tests.e2e.staff.test_client_portal import _sit_down as sit_down
from tests.portal_cast import GARLAND, NOW, VISIT_ID, fill, portal_app
from tests.valid_html import html_faults

VISITS = "/staff/visits"
STRICT = replace(GARLAND, booking=BookingRules(step_minutes=30, notice_minutes=60, days_ahead=45, confirm="staff"))
NINE = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)  # tomorrow, 9:00 AM in Austin
LATER = datetime(2026, 12, 1, 16, 30, tzinfo=UTC)  # Tuesday, 10:30 AM
HALF = timedelta(minutes=30)


@pytest.fixture
async def server(store: Storage) -> TestServer:
    await fill(store)
    await store.shops.put(STRICT)
    return TestServer(portal_app(store))


@pytest.fixture
async def desk(store: Storage, server: TestServer) -> AsyncIterator[Desk]:
    """An advisor of Garland."""
    desk = await sit_down(store, server, "garland", "advisor")
    yield desk
    await desk.client.close()


async def book(store: Storage, key: str = "asked", starts_at: datetime = NINE, **more: Any) -> Visit:
    """A visit that waits for the shop's word: Ray's, unless told otherwise."""
    fields: dict[str, Any] = {"client_id": "ray", "source": "portal", "services": ("oil_change",), **more}
    return await store.visits.reserve(STRICT, BookingRequest(starts_at=starts_at, booking_key=key, **fields), NOW)


def at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


async def press(desk: Desk, visit: Visit, act: str, **fields: str) -> ClientResponse:
    form = {"told": at(visit.starts_at), **fields}
    return await desk.client.post(f"{VISITS}/{visit.id}/{act}", data=form, allow_redirects=False)


async def now_of(store: Storage, visit: Visit) -> Visit:
    return await store.visits.get("garland", visit.id)


async def planned(store: Storage, client: str = "ray") -> list[Announcement]:
    return await store.announcements.list_for_client("garland", client)


async def noted(store: Storage) -> list[ActivityEntry]:
    return list((await store.activity.list("garland", ActivityQuery(group="visit"), 20)).entries)


async def test_the_agenda_begins_with_today_and_says_all_of_each_visit(store: Storage, desk: Desk) -> None:
    await book(store, vehicle_id="rayscar")
    page = unescape(await desk.read(VISITS))
    assert "Today, Tuesday, November 24" in page
    assert page.index("Wednesday, November 25") < page.index("Monday, November 30")
    for words in ("9:00 AM", "Ray Osei", 'href="/staff/clients/ray"', "Oil change · 2021 Kia Soul", "in the portal"):
        assert words in page
    assert "Dana Whitfield" in page
    assert "in the chat" in page
    assert "1 visit waits to be confirmed" in page
    assert f'href="{VISITS}" aria-current="page"' in page


async def test_earlier_days_and_later_weeks_are_asked_for(store: Storage, desk: Desk) -> None:
    past = Visit(
        id="past",
        shop="garland",
        client_id="ray",
        starts_at=NOW - timedelta(days=4),
        minutes=45,
        status="done",
        source="import",
    )
    await store.visits.insert(past)
    await book(store, "far", LATER + timedelta(days=14))
    today = await desk.read(VISITS)
    assert "/staff/visits/past" not in today
    links = [unescape(link) for link in re.findall(r'href="(/staff/visits\?from=[^"]+)"', today)]
    assert "/staff/visits/past" in await desk.read(links[0])
    assert "Tuesday, December 15" in await desk.read(f"{VISITS}?from=2026-12-10")
    for odd in ("from=0001-01-01", "from=9999-12-31", "from=soon", "page=x", "page=999999", "status=none", "view=all"):
        assert await desk.status(f"{VISITS}?{odd}") == 200


async def test_it_is_filtered_by_status_and_paged(store: Storage, desk: Desk) -> None:
    await book(store)
    some = await desk.read(f"{VISITS}?status=confirmed")
    listed = some.partition('id="agenda"')[2]
    assert "Dana Whitfield" in listed
    assert "Ray Osei" not in listed
    for number in range(120):
        visit = Visit(
            id=f"many{number:03}",
            shop="garland",
            client_id="ray",
            starts_at=NINE,
            minutes=30,
            status="confirmed",
            source="import",
        )
        await store.visits.insert(visit)
    seen: list[str] = []
    path = f"{VISITS}?status=confirmed"
    while path:
        page = await desk.read(path)
        seen += re.findall(r'class="strong" href="/staff/visits/(many\d+)"', page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        path = unescape(more[1]) if more else ""
    assert len(seen) == len(set(seen)) == 120


async def test_what_waits_stands_on_top_whenever_it_is_and_has_a_list_of_its_own(store: Storage, desk: Desk) -> None:
    for number in range(7):
        await book(store, f"k{number}", LATER + timedelta(days=7 + number // 2))
    page = await desk.read(VISITS)
    assert "7 visits wait to be confirmed" in page
    assert page.count("/confirm") == 5
    assert (await desk.read(f"{VISITS}?view=waiting")).count("/confirm") == 7


async def test_a_visit_is_confirmed_from_the_list_logged_and_told(store: Storage, desk: Desk) -> None:
    visit = await book(store)
    done = await press(desk, visit, "confirm", back="status=requested&from=2026-11-25")
    assert done.headers["Location"] == f"{VISITS}?from=2026-11-25&status=requested&done=visit_confirmed"
    assert "The client is told" in await desk.read(done.headers["Location"])
    confirmed = await now_of(store, visit)
    assert (confirmed.status, confirmed.changed_by, confirmed.sequence) == ("confirmed", "staff", 1)
    (told,) = await planned(store)
    assert (told.about, told.record, told.was, told.by) == ("visit", visit.id, visit_state(visit), None)
    assert told.due_at <= utc_now() + SETTLES_IN
    (entry,) = await noted(store)
    assert (entry.action, entry.subject, entry.actor.name) == ("visit.confirmed", "Ray Osei", "Olga Novak")
    assert "Olga Novak</strong> confirmed a visit: Ray Osei" in await desk.read("/staff/logs")


async def test_it_is_moved_to_an_opening_after_a_read_back_and_confirmed_with_that(store: Storage, desk: Desk) -> None:
    visit = await book(store)
    times = await desk.read(f"{VISITS}/{visit.id}/move?day=2026-12-01")
    address = next(unescape(link) for link in re.findall(r'href="([^"]+)"', times) if "2026-12-01T16%3A30" in link)
    check = await desk.read(address)
    assert "Wednesday, November 25, 9:00 AM" in check
    assert "Tuesday, December 1, 10:30 AM" in check
    assert await now_of(store, visit) == visit
    done = await press(desk, visit, "move", at=at(LATER))
    assert done.headers["Location"] == f"{VISITS}/{visit.id}?done=visit_moved"
    moved = await now_of(store, visit)
    assert (moved.starts_at, moved.status, moved.changed_by) == (LATER, "confirmed", "staff")
    (told,) = await planned(store)
    assert told.was == visit_state(visit)
    (entry,) = await noted(store)
    assert (entry.action, dict(entry.details)) == (
        "visit.moved",
        {"from": visit.starts_at.isoformat(), "to": LATER.isoformat()},
    )


async def test_it_is_cancelled_with_a_reason_that_the_client_reads(
    store: Storage, desk: Desk, server: TestServer
) -> None:
    visit = await book(store)
    assert "Cancel this visit?" in await desk.read(f"{VISITS}/{visit.id}/cancel")
    done = await press(desk, visit, "cancel", reason="  The lift <is>\n broken. ")
    assert done.headers["Location"] == f"{VISITS}/{visit.id}?done=visit_cancelled"
    gone = await now_of(store, visit)
    assert (gone.status, gone.holds_bay, gone.cancel_reason) == ("cancelled", False, "The lift <is> broken.")
    assert "The lift &lt;is&gt; broken." in await desk.read(f"{VISITS}/{visit.id}")
    assert len(await planned(store)) == 1
    key = await store.keys.issue("garland", "ray")
    rays = await sit_down(store, server, "garland", "technician")
    await rays.client.post("/s/garland/login", data={"key": key})
    assert "The lift &lt;is&gt; broken." in await rays.read(f"/s/garland/portal/visits/{visit.id}")
    await rays.client.close()


@pytest.mark.parametrize(("act", "fields"), [("confirm", {}), ("move", {"at": at(LATER)}), ("cancel", {"reason": "x"})])
async def test_pressed_many_times_it_is_done_noted_and_told_once(
    store: Storage, desk: Desk, act: str, fields: dict[str, str]
) -> None:
    visit = await book(store)
    answers = await asyncio.gather(*(press(desk, visit, act, **fields) for _ in range(8)))
    assert {answer.status for answer in answers} == {303}
    first = await now_of(store, visit)
    assert (await press(desk, visit, act, **fields)).status == 303
    assert (await now_of(store, visit), first.sequence) == (first, 1)
    assert (len(await planned(store)), len(await noted(store))) == (1, 1)


@pytest.mark.parametrize(("act", "fields"), [("confirm", {}), ("move", {"at": at(LATER)}), ("cancel", {})])
@pytest.mark.parametrize("wish", ["moved", "cancelled"])
async def test_what_the_client_changed_meanwhile_is_said_and_stays(
    store: Storage, desk: Desk, act: str, fields: dict[str, str], wish: str
) -> None:
    visit = await book(store)
    if wish == "moved":
        theirs = await store.visits.move(STRICT, visit.id, NINE + 2 * HALF, NOW)
    else:
        theirs = await store.visits.call_off(STRICT, visit.id, NOW)
    answer = await press(desk, visit, act, **fields)
    text = await answer.text()
    assert answer.status == 409
    assert ("changed meanwhile" if (act, wish) != ("move", "cancelled") else "has begun or is over") in text
    assert await now_of(store, visit) == theirs
    assert not await planned(store)
    assert not await noted(store)


async def test_client_and_staff_at_once_one_of_them_is_right(store: Storage, desk: Desk) -> None:
    for number in range(6):
        visit = await book(store, f"k{number}", LATER + timedelta(days=number // 2))
        theirs, ours = await asyncio.gather(
            store.visits.call_off(STRICT, visit.id, NOW), press(desk, visit, "confirm"), return_exceptions=True
        )
        now = await now_of(store, visit)
        assert isinstance(ours, ClientResponse)
        if isinstance(theirs, Exception):
            assert (now.status, now.changed_by, ours.status) == ("confirmed", "staff", 303)
        else:
            assert (now.status, now.changed_by) == ("cancelled", "client")


async def test_the_openings_of_clients_are_those_of_staff(store: Storage, desk: Desk) -> None:
    visit = await book(store)
    for wrong in (NINE + timedelta(minutes=5), NINE + timedelta(hours=14), NOW, LATER + timedelta(days=300)):
        assert (await press(desk, visit, "move", at=at(wrong))).status == 422
    for number in range(2):
        await book(store, f"k{number}", LATER, client_id="dana")
    taken = await press(desk, visit, "move", at=at(LATER))
    assert taken.status == 409
    assert "The nearest free times" in await taken.text()
    assert await now_of(store, visit) == visit
    assert not await planned(store)


async def test_who_is_on_no_file_is_to_be_called(store: Storage, desk: Desk) -> None:
    stranger = Contact(name="Nora <Walker>", phone="+15125550177")
    visit = await book(store, client_id=None, source="page", contact=stranger)
    page = await desk.read(VISITS)
    assert "Nora &lt;Walker&gt;" in page
    assert 'href="tel:+15125550177"' in page
    done = await press(desk, visit, "confirm")
    assert "Please call them." in await desk.read(done.headers["Location"])
    (entry,) = await noted(store)
    assert entry.subject == "Nora <Walker>"


async def test_technicians_look_and_others_find_nothing(store: Storage, desk: Desk, server: TestServer) -> None:
    visit = await book(store)
    tech = await sit_down(store, server, "garland", "technician")
    for path in (VISITS, f"{VISITS}/{visit.id}"):
        page = await tech.read(path)
        assert "Ray Osei" in page
        assert "/confirm" not in page
    assert (await press(tech, visit, "confirm")).status == 403
    rival = await sit_down(store, server, "harbor", "owner")
    assert "Ray Osei" not in await rival.read(VISITS)
    for act in ("", "/move", "/cancel", "/confirm"):
        assert await rival.status(f"{VISITS}/{visit.id}{act}") == 404
    for act in ("confirm", "move", "cancel"):
        assert (await press(rival, visit, act, at=at(LATER))).status == 404
    assert await now_of(store, visit) == visit
    for one in (tech, rival):
        await one.client.close()


async def test_what_has_begun_can_only_be_cancelled(store: Storage, desk: Desk) -> None:
    begun = Visit(
        id="begun",
        shop="garland",
        client_id="ray",
        starts_at=NOW - HALF,
        minutes=60,
        status="requested",
        source="import",
    )
    await store.visits.insert(begun)
    page = await desk.read(f"{VISITS}/begun")
    assert f"{VISITS}/begun/cancel" in page
    assert f"{VISITS}/begun/confirm" not in page
    assert (await press(desk, begun, "confirm")).status == 409
    assert (await press(desk, begun, "move", at=at(LATER))).status in (409, 422)
    assert "No visit waits" in await desk.read(VISITS)
    assert (await press(desk, begun, "cancel")).status == 303


async def test_a_form_without_its_fields_does_nothing(store: Storage, desk: Desk) -> None:
    visit = await book(store)
    for act in ("confirm", "cancel"):
        answer = await desk.client.post(f"{VISITS}/{visit.id}/{act}", data={"told": "now"}, allow_redirects=False)
        assert answer.status == 409
    assert (await press(desk, visit, "move", at="")).status == 303
    evil = await press(desk, visit, "confirm", back="//evil.example/?x=1")
    assert evil.headers["Location"].startswith(VISITS)
    assert await desk.status(f"{VISITS}/nothing") == 404


async def test_every_page_of_visits_is_valid_html(store: Storage, desk: Desk, tmp_path: Path) -> None:
    visit = await book(store, vehicle_id="rayscar", note="It squeaks.")
    gone = await book(
        store, "gone", LATER, client_id=None, source="page", contact=Contact(name="N", phone="+15125550177")
    )
    one = f"{VISITS}/{visit.id}"
    paths = [VISITS, f"{VISITS}?view=waiting", one, f"{one}/move", f"{one}/move?at={at(LATER)}", f"{one}/cancel"]
    pages = {path: await desk.read(path) for path in paths}
    await press(desk, gone, "cancel", reason="closed")
    pages["changed"] = await (await press(desk, gone, "confirm")).text()
    pages["done"] = await desk.read(f"{VISITS}/{gone.id}?done=visit_cancelled_call&lang=es")
    assert not await html_faults(pages, tmp_path)


async def test_the_clients_file_and_the_menu_lead_there(desk: Desk) -> None:
    assert f'href="{VISITS}/{VISIT_ID}"' in await desk.read("/staff/clients/dana")
    assert f'href="{VISITS}"' in await desk.read("/staff/clients")
