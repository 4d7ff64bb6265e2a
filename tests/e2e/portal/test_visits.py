"""A client's visits: one visit's page, moved and cancelled with read-back, once, by who may; and the calendar file."""

import asyncio
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from storage.clients import Portal
from storage.proof import LinkScope
from storage.visit import Visit
from storage.visits import BookingRequest
from tests.portal_cast import GARLAND, NOW

PORTAL = "/s/garland/portal"
STARTS = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # Dana's visit: Monday, 9:00 AM in Austin
OTHER = "2026-12-01T16:30:00Z"  # Tuesday, 10:30 AM


async def danas(store) -> Visit:
    visit: Visit
    (visit,) = await store.visits.list_for_client("garland", "dana")
    return visit


async def page_of(store) -> str:
    return f"{PORTAL}/visits/{(await danas(store)).id}"


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))


async def book(store, starts_at: datetime, key: str, client: str = "ray", **more) -> Visit:
    request = BookingRequest(
        services=("oil_change",), starts_at=starts_at, booking_key=key, source="chat", client_id=client, **more
    )
    visit: Visit = await store.visits.reserve(GARLAND, request, NOW)
    return visit


async def asked_to_move(browser, page: str, at: str = OTHER) -> dict[str, str]:
    """What the button of the page that asks sends."""
    response = await browser.get(f"{page}/move?at={at}")
    text = await response.text()
    assert response.status == 200
    assert "Is this right?" in text
    return hidden(text)


async def asked_to_cancel(browser, page: str) -> dict[str, str]:
    text = await (await browser.get(f"{page}/cancel")).text()
    assert "Cancel this visit?" in text
    return hidden(text)


async def news(store) -> list[tuple[str, str]]:
    return [(one.kind, one.act) for one in await store.news.list()]


async def test_the_list_leads_to_the_visit_and_that_to_all_one_can_do(store, sign_in) -> None:
    browser, page = await sign_in("dana"), await page_of(store)
    assert f'href="{page}"' in await (await browser.get(f"{PORTAL}/visits")).text()
    assert f'href="{page}"' in await (await browser.get(f"{PORTAL}/")).text()
    text = await (await browser.get(page)).text()
    for words in ("Oil change, Tire rotation", "Monday, November 30, 9:00 AM", "2019 Honda Civic", "Confirmed"):
        assert words in text
    for link in ("move", "cancel", "visit.ics"):
        assert f'href="{page}/{link}"' in text


async def test_it_is_moved_after_a_read_back_and_staff_hear_of_it(store, sign_in, live) -> None:
    browser, page, before = await sign_in("dana"), await page_of(store), await danas(store)
    times = await (await browser.get(f"{page}/move?day=2026-12-01")).text()
    address = next(unescape(link) for link in re.findall(r'href="([^"]+)"', times) if "2026-12-01T16%3A30" in link)
    check = await (await browser.get(address)).text()
    assert "Monday, November 30, 9:00 AM" in check
    assert "Tuesday, December 1, 10:30 AM" in check
    assert await danas(store) == before
    done = await browser.post(f"{page}/move", data=hidden(check))
    assert "It is moved. See you Tuesday, December 1, 10:30 AM." in await done.text()
    visit = await danas(store)
    assert (visit.starts_at, visit.status, visit.sequence) == (datetime.fromisoformat(OTHER), "confirmed", 1)
    assert (await news(store), live.news) == ([("visit", "moved")], 1)


async def test_it_is_cancelled_after_a_read_back_and_its_time_is_free_again(store, sign_in, live) -> None:
    browser, page = await sign_in("dana"), await page_of(store)
    fields = await asked_to_cancel(browser, page)
    assert (await danas(store)).active
    done = await browser.post(f"{page}/cancel", data=fields)
    text = await done.text()
    assert "It is cancelled." in text
    assert f"{page}/move" not in text
    assert "Take it out of the calendar" in text
    visit = await danas(store)
    assert (visit.status, visit.holds_bay, visit.sequence) == ("cancelled", False, 1)
    assert (await news(store), live.news) == ([("visit", "cancelled")], 1)


@pytest.mark.parametrize(("act", "asked"), [("move", asked_to_move), ("cancel", asked_to_cancel)])
async def test_pressed_many_times_it_is_done_and_told_once(store, sign_in, act, asked) -> None:
    browser, page = await sign_in("dana"), await page_of(store)
    fields = await asked(browser, page)
    posts = (browser.post(f"{page}/{act}", data=fields, allow_redirects=False) for _ in range(8))
    assert {response.status for response in await asyncio.gather(*posts)} == {303}
    first = await danas(store)
    assert (await browser.post(f"{page}/{act}", data=fields, allow_redirects=False)).status == 303
    assert (await danas(store), len(await news(store)), first.sequence) == (first, 1, 1)


async def test_a_time_taken_meanwhile_leads_to_the_nearest_free_ones(store, sign_in) -> None:
    browser, page = await sign_in("dana"), await page_of(store)
    fields = await asked_to_move(browser, page)
    for number in range(2):
        await book(store, datetime.fromisoformat(OTHER), f"k{number}")
    response = await browser.post(f"{page}/move", data=fields)
    text = await response.text()
    assert response.status == 409
    assert "Somebody was a moment faster." in text
    offered = re.findall(r"move\?at=([^\"]+)", text)
    assert offered
    assert "2026-12-01T16%3A30%3A00Z" not in offered
    assert (await danas(store)).starts_at == STARTS


@pytest.mark.parametrize("act", ["move", "cancel"])
async def test_what_the_shop_moved_meanwhile_is_shown_and_left_as_it_is(store, sign_in, act) -> None:
    browser, page = await sign_in("dana"), await page_of(store)
    fields = {"told": "2026-11-30T15:00:00Z", "at": OTHER}
    moved = await store.visits.move(GARLAND, (await danas(store)).id, STARTS + timedelta(hours=1), NOW)
    response = await browser.post(f"{page}/{act}", data=fields)
    text = await response.text()
    assert response.status == 409
    assert "The shop changed this visit meanwhile" in text
    assert "10:00 AM" in text
    assert (await danas(store), await news(store)) == (moved, [])


async def test_too_late_to_cancel_says_so_with_the_phone_number(store, sign_in) -> None:
    await store.shops.put(replace(GARLAND, booking=replace(GARLAND.booking, notice_minutes=7 * 24 * 60)))
    browser, page, before = await sign_in("dana"), await page_of(store), await danas(store)
    text = await (await browser.get(page)).text()
    assert "cannot be cancelled here. Please call us at (512) 555-0100." in text
    assert f"{page}/cancel" not in text
    asked = await browser.get(f"{page}/cancel", allow_redirects=False)
    assert (asked.status, asked.headers["Location"]) == (303, page)
    response = await browser.post(f"{page}/cancel", data={"told": "2026-11-30T15:00:00Z"})
    assert response.status == 409
    assert "too late to cancel it here. Please call us at (512) 555-0100" in await response.text()
    assert await danas(store) == before


async def test_a_visit_that_has_begun_is_neither_moved_nor_cancelled(store, sign_in) -> None:
    browser = await sign_in("noel")
    begun = Visit(
        id="begun", shop="garland", client_id="noel", starts_at=NOW - timedelta(minutes=10), minutes=60,
        status="confirmed", source="import", services=("tires",),
    )  # fmt: skip
    await store.visits.put(begun)
    page = f"{PORTAL}/visits/begun"
    text = await (await browser.get(page)).text()
    assert "cannot be changed here any more. Please call us at (512) 555-0100." in text
    assert f"{page}/move" not in text
    assert (await browser.get(f"{page}/move", allow_redirects=False)).status == 303
    told = "2026-11-24T16:20:00Z"
    assert (await browser.post(f"{page}/move", data={"at": OTHER, "told": told})).status == 409
    assert (await browser.post(f"{page}/cancel", data={"told": told})).status == 409
    assert await store.visits.get("garland", "begun") == begun


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-26T15:30:00Z", "2026-11-30T08:00:00Z", "2020-01-01T15:30:00Z", "2026-11-30T15:37:00Z",
        "9999-12-31T23:59:59Z",
    ],
)  # fmt: skip
async def test_a_time_that_cannot_be_is_refused_with_times_that_can(store, sign_in, at) -> None:
    browser, page, before = await sign_in("dana"), await page_of(store), await danas(store)
    for response in (
        await browser.get(f"{page}/move", params={"at": at}),
        await browser.post(f"{page}/move", data={"at": at, "told": "2026-11-30T15:00:00Z"}),
    ):
        assert response.status == 422
        assert "That time cannot be booked online." in await response.text()
    assert await danas(store) == before


@pytest.mark.parametrize("fields", [{}, {"at": "0001-01-01T00:00:00+14:00"}, {"told": "x", "at": OTHER}, {"at": OTHER}])
async def test_a_wild_form_does_nothing(store, sign_in, fields) -> None:
    browser, page, before = await sign_in("dana"), await page_of(store), await danas(store)
    assert (await browser.post(f"{page}/move", data=fields)).status == 200
    assert (await browser.post(f"{page}/cancel", data=fields)).status == 409
    assert await danas(store) == before


async def test_the_same_car_is_not_at_two_visits_at_a_time(store, sign_in) -> None:
    browser, page = await sign_in("dana"), await page_of(store)
    await book(store, datetime.fromisoformat(OTHER), "second", "dana", vehicle_id="civic")
    response = await browser.get(f"{page}/move?at={OTHER}")
    assert response.status == 422
    assert "This vehicle has another visit at that time." in await response.text()
    data = {"service": "tires", "vehicle": "civic", "at": OTHER, "key": "d" * 32}
    assert (await browser.post("/s/garland/book", data=data)).status == 422
    assert len(await store.visits.list_for_client("garland", "dana")) == 2


async def test_where_staff_confirm_a_moved_visit_is_a_request_again(store, sign_in) -> None:
    await store.shops.put(replace(GARLAND, booking=replace(GARLAND.booking, confirm="staff")))
    browser, page = await sign_in("dana"), await page_of(store)
    done = await browser.post(f"{page}/move", data=await asked_to_move(browser, page))
    assert "We hold Tuesday, December 1, 10:30 AM for you" in await done.text()
    assert (await danas(store)).status == "requested"


@pytest.mark.parametrize("path", ["", "/move", "/cancel", "/visit.ics"])
async def test_another_clients_visit_is_not_there(store, sign_in, path) -> None:
    rays, browser = await book(store, datetime.fromisoformat(OTHER), "rays"), await sign_in("dana")
    for visit_id in (rays.id, "nothing", "%00"):
        assert (await browser.get(f"{PORTAL}/visits/{visit_id}{path}")).status == 404
    fields = {"told": OTHER, "at": "2026-12-01T15:30:00Z"}
    for act in ("move", "cancel"):
        assert (await browser.post(f"{PORTAL}/visits/{rays.id}/{act}", data=fields)).status == 404
    assert await store.visits.get("garland", rays.id) == rays


async def test_a_link_for_a_visit_moves_and_cancels_that_one_only(store, visitor) -> None:
    mine, page = await danas(store), await page_of(store)
    second = await book(store, datetime.fromisoformat(OTHER), "second", "dana")
    token = await store.links.mint("garland", "dana", LinkScope(page="visit", record_id=mine.id), "reminder")
    response = await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    assert response.headers["Location"] == page
    for other in ("visits", f"visits/{second.id}", f"visits/{second.id}/move", f"visits/{second.id}/visit.ics", ""):
        answer = await visitor.get(f"{PORTAL}/{other}", allow_redirects=False)
        assert (answer.status, "/login?" in answer.headers["Location"]) == (303, True), other
    for act in ("move", "cancel"):
        fields = {"told": OTHER, "at": "2026-12-01T15:30:00Z"}
        refused = await visitor.post(f"{PORTAL}/visits/{second.id}/{act}", data=fields, allow_redirects=False)
        assert "/login?" in refused.headers["Location"]
    assert await store.visits.get("garland", second.id) == second
    await visitor.post(f"{page}/move", data=await asked_to_move(visitor, page, "2026-12-02T15:30:00Z"))
    assert (await store.visits.get("garland", mine.id)).starts_at == datetime(2026, 12, 2, 15, 30, tzinfo=UTC)
    await visitor.post(f"{page}/cancel", data=await asked_to_cancel(visitor, page))
    assert (await store.visits.get("garland", mine.id)).status == "cancelled"


async def test_a_visitor_and_a_link_for_something_else_do_nothing(store, visitor) -> None:
    page, before = await page_of(store), await danas(store)
    token = await store.links.mint("garland", "dana", LinkScope(page="invoices"), "reply")
    for proven in (False, True):
        if proven:
            await visitor.post(f"/s/garland/k/{token}")
        for act in ("move", "cancel"):
            fields = {"told": "2026-11-30T15:00:00Z", "at": OTHER}
            response = await visitor.post(f"{page}/{act}", data=fields, allow_redirects=False)
            assert "/login?" in response.headers["Location"]
    assert await danas(store) == before


async def test_switched_off_there_is_no_visit_to_see(store, sign_in) -> None:
    page = await page_of(store)
    await store.clients.set_portal("garland", "dana", Portal(sections={"visits": False}))
    browser = await sign_in("dana")
    for path in ("", "/move", "/cancel", "/visit.ics"):
        assert (await browser.get(page + path)).status == 404


async def test_the_pages_are_there_in_spanish(store, sign_in) -> None:
    browser, page = await sign_in("dana"), await page_of(store)
    assert "Añadir al calendario" in await (await browser.get(f"{page}?lang=es")).text()
    assert "Cambiar su cita" in await (await browser.get(f"{page}/move")).text()
    assert "¿Cancelar esta cita?" in await (await browser.get(f"{page}/cancel")).text()


async def test_the_calendar_file_stays_the_same_entry_through_move_and_cancel(store, sign_in) -> None:
    browser, page = await sign_in("dana"), await page_of(store)

    async def entry() -> dict[str, str]:
        response = await browser.get(f"{page}/visit.ics")
        assert (response.status, response.content_type) == (200, "text/calendar")
        lines = (await response.text()).replace("\r\n ", "").splitlines()
        return dict(line.split(":", 1) for line in lines)

    first = await entry()
    assert first["SUMMARY"] == "Oil change\\, Tire rotation at Garland Auto Care"
    assert "2019 Honda Civic" in first["DESCRIPTION"]
    assert first["URL"].endswith(page)
    await browser.post(f"{page}/move", data=await asked_to_move(browser, page))
    second = await entry()
    await browser.post(f"{page}/cancel", data=await asked_to_cancel(browser, page))
    third = await entry()
    assert first["UID"] == second["UID"] == third["UID"]
    assert [one["SEQUENCE"] for one in (first, second, third)] == ["0", "1", "2"]
    assert [one["DTSTART"] for one in (first, second)] == ["20261130T150000Z", "20261201T163000Z"]
    assert (second["METHOD"], third["METHOD"], third["STATUS"]) == ("PUBLISH", "CANCEL", "CANCELLED")


async def test_who_books_without_signing_in_has_the_calendar_file_too(store, visitor) -> None:
    data = {"service": "tires", "at": OTHER, "key": "e" * 32, "name": "Guest", "phone": "512 555 0188"}
    text = await (await visitor.post("/s/garland/book", data=data)).text()
    path = f"/s/garland/book/done/{'e' * 32}/visit.ics"
    assert f'href="{path}"' in text
    body = await (await visitor.get(path)).text()
    assert "STATUS:TENTATIVE" in body
    assert "URL:" not in body
    assert (await visitor.get(f"/s/garland/book/done/{'f' * 32}/visit.ics")).status == 404


async def test_booking_is_reached_with_the_vehicle_chosen_and_told_to_staff(store, sign_in, live) -> None:
    browser = await sign_in("dana")
    assert 'href="/s/garland/book?vehicle=civic"' in await (await browser.get(f"{PORTAL}/vehicles/civic")).text()
    text = await (await browser.get("/s/garland/book?vehicle=truck")).text()
    assert re.search(r'name="vehicle" value="truck" checked', text)
    data = {"service": "tires", "vehicle": "truck", "at": OTHER, "key": "a" * 32}
    done = await browser.post("/s/garland/book", data=data)
    assert "Move, cancel, or see this visit" in await done.text()
    await browser.post("/s/garland/book", data=data)
    assert (await news(store), live.news) == ([("visit", "booked")], 2)
