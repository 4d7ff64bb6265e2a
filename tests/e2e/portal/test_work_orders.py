"""Work orders: the list, and one with each step on the way."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.clients import Portal
from storage.proof import LinkScope
from storage.work_orders import StatusMoment
from tests.portal_cast import NOW, ORDER

LIST = "/s/garland/portal/work-orders"
PAGE = f"{LIST}/wo1"


async def plain(browser, path: str) -> str:
    response = await browser.get(path)
    assert response.status == 200
    return " ".join(re.sub(r"<[^>]+>", " ", await response.text()).split())


async def test_one_work_order_tells_each_step_with_its_moment_and_note(store, sign_in) -> None:
    steps = (
        StatusMoment(status="received", at=datetime(2026, 11, 23, 14, 0, tzinfo=UTC)),
        StatusMoment(status="diagnosing", at=datetime(2026, 11, 23, 16, 30, tzinfo=UTC), note="Grinds at the left."),
        StatusMoment(status="in_progress", at=datetime(2026, 11, 24, 15, 5, tzinfo=UTC)),
    )
    promised = NOW + timedelta(days=1)
    order = replace(ORDER, status="in_progress", history=steps, promised_at=promised, note="New bearing is in.")
    await store.work_orders.put(order)
    browser = await sign_in("dana")
    text = await plain(browser, PAGE)
    for said in ("Being worked on", "New bearing is in.", "Planned to be ready", "Grinds at the left.", "8:00 AM"):
        assert said in text, said
    assert text.index("Received Monday, November 23") < text.index("Looking into it") < text.rindex("Being worked on")
    assert "Later than planned" not in text
    markup = await (await browser.get(PAGE)).text()
    assert re.findall(r'aria-current="step">\s*<strong>([^<]+)', markup) == ["Being worked on"]
    assert 'datetime="2026-11-23T08:00-06:00"' in markup


async def test_a_promise_that_is_past_is_owned_up_to_until_the_car_is_ready(store, sign_in) -> None:
    late = replace(ORDER, status="in_progress", promised_at=NOW - timedelta(hours=1))
    await store.work_orders.put(late)
    browser = await sign_in("dana")
    assert "Later than planned" in await plain(browser, PAGE)
    await store.work_orders.put(replace(late, status="ready"))
    assert "Later than planned" not in await plain(browser, PAGE)


async def test_without_history_promise_or_vehicle_the_page_is_whole(store, sign_in) -> None:
    bare = replace(ORDER, history=(), promised_at=None, note=None, vehicle_id="gone", status="waiting_approval")
    await store.work_orders.put(bare)
    text = await plain(await sign_in("dana"), PAGE)
    assert "We have no steps on file yet" in text
    assert "See the estimate" in text


async def test_the_list_leads_to_each_a_page_at_a_time(store, sign_in) -> None:
    for number in range(30):
        old = replace(ORDER, id=f"x{number}", external_id=f"x{number}", number=f"X-{number}", status="delivered")
        await store.work_orders.put(old)
    browser = await sign_in("dana")
    first = await (await browser.get(LIST)).text()
    assert f'href="{PAGE}"' in first
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in await plain(browser, f"{LIST}?page=2")
    assert f'href="{PAGE}"' in await (await browser.get("/s/garland/portal/")).text()


@pytest.mark.parametrize("order_id", ["wo2", "nothing", "%00"])
async def test_another_clients_work_order_is_not_there(store, sign_in, order_id) -> None:
    await store.work_orders.put(replace(ORDER, id="wo2", external_id="wo2", client_id="ray"))
    assert (await (await sign_in("dana")).get(f"{LIST}/{order_id}")).status == 404


async def test_a_link_for_one_opens_that_one(store, visitor) -> None:
    await store.work_orders.put(replace(ORDER, id="wo3", external_id="wo3"))
    assert (await visitor.get(PAGE, allow_redirects=False)).status == 303
    token = await store.links.mint("garland", "dana", LinkScope(page="work_order", record_id="wo1"), "reply")
    opened = await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    assert opened.headers["Location"] == PAGE
    assert (await visitor.get(PAGE)).status == 200
    assert (await visitor.get(f"{LIST}/wo3", allow_redirects=False)).status == 303


async def test_it_goes_with_its_section(store, sign_in) -> None:
    browser = await sign_in("dana")
    await store.clients.set_portal("garland", "dana", Portal(sections={"work_orders": False}))
    assert (await browser.get(PAGE)).status == 404
