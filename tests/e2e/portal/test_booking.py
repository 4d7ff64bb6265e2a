"""Booking without JavaScript: step by step, once however often it is sent, never what is taken."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from storage.visit import Contact, Visit
from storage.visits import BookingRequest
from tests.portal_cast import GARLAND, NOW

BOOK = "/s/garland/book"
AT = "2026-11-25T15:30:00Z"  # Wednesday, 9:30 AM in Austin
GUEST = {"name": "Guest Person", "phone": "(512) 555-0188", "vehicle_text": "2012 Mazda 3", "note": "Squeaks.\nA lot."}


def hidden(text: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))


async def read_back(browser, **fields: str) -> dict[str, str]:
    """The hidden fields of the page that asks: is this right?"""
    data = {"service": "oil_change", "at": AT, **fields}
    response = await browser.post(f"{BOOK}/check", data=data)
    assert response.status == 200
    text = await response.text()
    assert "Is this right?" in text
    assert "Wednesday, November 25, 9:30 AM" in text
    return hidden(text)


async def visits_at(store, at: str = AT) -> list[Visit]:
    start = datetime.fromisoformat(at)
    found: list[Visit] = await store.visits.list_between("garland", start, start + timedelta(minutes=15))
    return found


async def test_a_client_books_step_by_step(store, sign_in) -> None:
    browser = await sign_in("dana")
    assert "2019 Honda Civic" in await (await browser.get(BOOK)).text()
    times = await (await browser.get(f"{BOOK}?step=time&service=oil_change&vehicle=civic&day=2026-11-25")).text()
    assert "9:30 AM" in times
    address = next(link for link in re.findall(r'href="([^"]+)"', times) if "at=2026-11-25T15%3A30" in link)
    check = await (await browser.get(address.replace("&amp;", "&"))).text()
    assert "2019 Honda Civic" in check
    assert "from $69.00" in check
    done = await browser.post(BOOK, data={**hidden(check), "note": "Please wash it"})
    assert "You are booked" in await done.text()
    (visit,) = await visits_at(store)
    assert (visit.client_id, visit.vehicle_id, visit.status, visit.source) == ("dana", "civic", "confirmed", "portal")
    assert visit.note == "Please wash it"
    assert "Wed, Nov 25, 9:30 AM" in await (await browser.get("/s/garland/portal/visits")).text()


async def test_somebody_new_asks_for_a_visit_with_name_and_number(store, visitor) -> None:
    page = await (await visitor.get(f"{BOOK}?step=check&service=oil_change&at={AT}")).text()
    assert "Who are you?" in page
    done = await visitor.post(BOOK, data=await read_back(visitor, **GUEST))
    assert "We have your request" in await done.text()
    (visit,) = await visits_at(store)
    assert (visit.client_id, visit.status, visit.source) == (None, "requested", "page")
    assert visit.contact == Contact(name="Guest Person", phone="+15125550188")
    assert visit.note == "2012 Mazda 3\nSqueaks.\nA lot."


@pytest.mark.parametrize("missing", [{"name": " "}, {"phone": "12"}, {"phone": ""}, {"name": "", "phone": "x"}])
async def test_name_and_number_are_asked_for_by_name(store, visitor, missing) -> None:
    for path in (f"{BOOK}/check", BOOK):
        data = {"service": "oil_change", "at": AT, "key": "a" * 32, **GUEST, **missing}
        response = await visitor.post(path, data=data)
        assert response.status == 422
        assert 'aria-invalid="true"' in await response.text()
    assert not await visits_at(store)


async def test_sent_many_times_it_is_booked_once(store, sign_in) -> None:
    browser = await sign_in("dana")
    fields = await read_back(browser)
    responses = await asyncio.gather(*(browser.post(BOOK, data=fields, allow_redirects=False) for _ in range(10)))
    assert {response.headers.get("Location") for response in responses} == {f"{BOOK}/done/{fields['key']}"}
    assert len(await visits_at(store)) == 1


async def test_a_time_taken_meanwhile_leads_to_the_nearest_ones(store, visitor) -> None:
    fields = await read_back(visitor, **GUEST)
    for number in range(2):
        request = BookingRequest(
            services=("oil_change",),
            starts_at=datetime.fromisoformat(AT),
            booking_key=f"k{number}",
            source="chat",
            client_id="ray",
        )
        await store.visits.reserve(GARLAND, request, NOW)
    response = await visitor.post(BOOK, data=fields)
    assert response.status == 409
    text = await response.text()
    assert "That time was just taken" in text
    assert hidden(text)["name"] == "Guest Person"
    moments = re.findall(r'name="at" value="([^"]+)"', text)
    assert moments
    assert AT not in moments
    again = await visitor.post(f"{BOOK}/check", data={**hidden(text), "at": moments[0]})
    done = await visitor.post(BOOK, data=hidden(await again.text()))
    assert "We have your request" in await done.text()


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-26T15:30:00Z",
        "2026-11-25T08:00:00Z",
        "2020-01-01T15:30:00Z",
        "2026-11-25T15:37:00Z",
        "2036-01-01T15:30:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
async def test_a_time_that_cannot_be_is_not_booked(store, sign_in, at) -> None:
    browser = await sign_in("dana")
    response = await browser.post(BOOK, data={"service": "oil_change", "at": at, "key": "b" * 32})
    assert response.status in (200, 422)
    assert not [visit for visit in await store.visits.list_for_client("garland", "dana") if visit.booking_key != "cast"]


@pytest.mark.parametrize(
    "query",
    [
        "step=time",
        "step=time&service=nothing",
        "step=check&service=oil_change&at=x",
        "step=time&service=oil_change&day=x",
        "step=time&service=oil_change&day=1999-01-01",
        "step=time&service=oil_change&day=9999-12-31",
        "step=%00&service=%ff",
        "service=oil_change&service=oil_change",
        "step=check&at=2026-11-25T15:30:00Z",
        "lang=xx",
    ],
)
async def test_a_wild_address_gets_a_page_with_the_next_step(visitor, query) -> None:
    response = await visitor.get(f"{BOOK}?{query}")
    assert response.status in (200, 422)
    assert "Book a visit" in await response.text()


async def test_another_clients_vehicle_is_not_taken_over(store, sign_in) -> None:
    browser = await sign_in("dana")
    fields = await read_back(browser, vehicle="rayscar")
    assert "vehicle" not in fields
    await browser.post(BOOK, data={**fields, "vehicle": "rayscar"})
    (visit,) = await visits_at(store)
    assert visit.vehicle_id is None


async def test_services_that_never_fit_are_refused_kindly(sign_in) -> None:
    browser = await sign_in("dana")
    everything = [("service", code) for code in ("oil_change", "brakes", "tires", "state_inspection", "diagnosis")]
    response = await browser.post(BOOK, data=[*everything, ("at", AT), ("key", "c" * 32)])
    assert response.status == 422
    assert "more than we can do in one visit" in await response.text()


async def test_what_was_booked_is_shown_to_who_booked_it_only(store, sign_in) -> None:
    browser = await sign_in("dana")
    fields = await read_back(browser)
    await browser.post(BOOK, data=fields)
    await sign_in("ray")
    assert (await browser.get(f"{BOOK}/done/{fields['key']}")).status == 404
    assert (await browser.get(f"{BOOK}/done/{'0' * 32}")).status == 404
    assert (await browser.get(f"/s/harbor/book/done/{fields['key']}")).status == 404


async def test_one_person_cannot_ask_for_every_time(visitor) -> None:
    statuses = []
    for hour in range(14, 18):
        for minute in (0, 30):
            fields = {
                "service": "tires",
                "at": f"2026-11-25T{hour}:{minute:02}:00Z",
                "key": f"{hour}{minute:02}".zfill(32),
                **GUEST,
            }
            statuses.append((await visitor.post(BOOK, data=fields, allow_redirects=False)).status)
    assert statuses[0] == 303
    assert statuses[-1] == 429


async def test_closed_days_say_so_and_full_days_too(store, visitor) -> None:
    text = await (await visitor.get(f"{BOOK}?step=time&service=oil_change&day=2026-11-25")).text()
    assert text.count(">closed<") == 2  # Thanksgiving and Sunday
    assert datetime(2026, 11, 25, tzinfo=UTC).strftime("%A") in text
