"""The pages on which staff say what clients are told: the shop's settings, and one client now or later."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.clock import utc_now
from storage.clients import Consent
from storage.shop_settings import TellingSettings
from storage.store import Storage
from tests.e2e.portal.conftest import Browser
from tests.portal_cast import DANA, GARLAND, NOW, VISIT_ID

SETTINGS, TELL = "/staff/settings/telling", "/staff/clients/dana/tell"
FORM = {
    "on": ["car_ready", "visit_tomorrow"],
    "begin": "09:00",
    "end": "18:30",
    "visit_days": "2",
    "service_days": "14",
    "invoice_days": "5",
}
FAR = datetime(2100, 1, 1, tzinfo=UTC)
Enter = Callable[[str], Awaitable[Browser]]


@pytest.fixture
def enter(store: Storage, visitor: Browser) -> Enter:
    async def come_in(role: str) -> Browser:
        staff = await store.staff.add("garland", f"{role}@garland.example", "Rosa", role, "correct horse battery")  # type: ignore[arg-type]
        cookie = await store.sessions.open("garland", staff_id=staff.id)
        visitor.session.cookie_jar.update_cookies({"pitline_staff": cookie})
        return visitor

    return come_in


async def test_the_shop_says_what_clients_are_told_and_when(store: Storage, enter: Enter) -> None:
    browser = await enter("advisor")
    assert 'value="invoice_overdue" checked' in await (await browser.get(SETTINGS)).text()
    saved = await browser.post(SETTINGS, data=FORM, allow_redirects=False)
    assert saved.headers["Location"] == f"{SETTINGS}?done=saved"
    telling = (await store.settings.get("garland")).telling
    assert (telling.hours, telling.visit_days, telling.service_days, telling.invoice_days) == (
        ("09:00", "18:30"),
        2,
        14,
        5,
    )
    assert "invoice_overdue" in telling.off
    assert "car_ready" not in telling.off
    page = await (await browser.get(SETTINGS)).text()
    assert 'value="invoice_overdue">' in page
    assert 'value="18:30"' in page


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("end", "08:59"), ("begin", "noon"), ("visit_days", "0"), ("service_days", "61"), ("visit_days", "²")],
)
async def test_what_cannot_be_is_said_and_nothing_is_saved(store: Storage, enter: Enter, name: str, wrong: str) -> None:
    browser = await enter("owner")
    answer = await browser.post(SETTINGS, data={**FORM, name: wrong})
    assert answer.status == 422
    assert 'aria-invalid="true"' in await answer.text()
    assert (await store.settings.get("garland")).telling == TellingSettings()


async def test_staff_plan_a_message_see_it_and_take_it_back(store: Storage, enter: Enter) -> None:
    browser = await enter("technician")
    page = await (await browser.get(TELL)).text()
    assert "stands in their portal only" in page  # no consent on file
    assert ">On</label>" in page
    words = {"what": "message:", "text": "Your tires came in.", "when": "later", "at": "2026-11-30T09:15"}
    done = await browser.post(TELL, data=words, allow_redirects=False)
    assert done.headers["Location"] == f"{TELL}?done=telling_later"
    (planned,) = await store.announcements.list_due(FAR)
    assert (planned.about, planned.text, planned.client_id) == ("message", "Your tires came in.", "dana")
    at = datetime.fromisoformat("2026-11-30T09:15-06:00")
    assert abs((planned.due_at - utc_now()) - (at - NOW)) < timedelta(minutes=1)
    page = await (await browser.get(TELL)).text()
    assert "Monday, November 30, 9:15 AM" in page
    assert "Your tires came in." in page
    found = re.search(r'name="cancel" value="([0-9a-f]+)"', page)
    assert found is not None
    back = await browser.post(TELL, data={"cancel": found[1]}, allow_redirects=False)
    assert back.headers["Location"] == f"{TELL}?done=not_told"
    assert await store.announcements.list_due(FAR) == []
    again = await browser.post(TELL, data={"cancel": found[1]}, allow_redirects=False)
    assert again.headers["Location"] == f"{TELL}?done=told_already"


async def test_the_way_from_the_composer_is_to_own_words_sent_later(enter: Enter) -> None:
    browser = await enter("technician")
    page = await (await browser.get(f"{TELL}?own=later")).text()
    assert 'value="message:" checked' in page
    assert 'value="later" checked' in page
    plain = await (await browser.get(TELL)).text()
    assert 'value="message:" checked' not in plain
    assert 'value="now" checked' in plain


async def test_staff_tell_of_a_record_now(store: Storage, enter: Enter) -> None:
    await store.clients.put(replace(DANA, consent=Consent(service=True)))
    browser = await enter("advisor")
    page = await (await browser.get(TELL)).text()
    assert "goes by text" in page
    options = re.findall(r'name="what" value="([^"]+)"', page)
    assert f"visit_tomorrow:{VISIT_ID}" in options
    assert "estimate:est1" in options
    assert "estimate:est3" not in options  # another client's
    assert {option.partition(":")[0] for option in options} == {
        "work_order",
        "visit_tomorrow",
        "estimate",
        "invoice_due",
        "service_due",
        "message",
    }
    done = await browser.post(TELL, data={"what": "estimate:est1", "when": "now"}, allow_redirects=False)
    assert done.headers["Location"] == f"{TELL}?done=telling_now"
    (planned,) = await store.announcements.list_due(utc_now())
    assert (planned.about, planned.record) == ("estimate", "est1")
    await store.announcements.close(planned, "told", "sms")
    assert "by text" in await (await browser.get(f"{TELL}?lang=en")).text()


async def test_a_shop_without_a_number_says_that_it_goes_by_mail(store: Storage, enter: Enter) -> None:
    await store.clients.put(replace(DANA, consent=Consent(service=True)))
    await store.shops.put(replace(GARLAND, sms_number=None))
    browser = await enter("advisor")
    assert "goes by e-mail" in await (await browser.get(TELL)).text()
    await store.clients.put(replace(DANA, consent=Consent(service=True), email=None))
    assert "stands in their portal only" in await (await browser.get(TELL)).text()


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": "estimate:est3", "when": "now"},
        {"what": "", "when": "now"},
        {"what": "message:", "text": "  ", "when": "now"},
        {"what": "message:", "text": "x" * 1001, "when": "now"},
        {"what": "estimate:est1", "when": "later", "at": ""},
        {"what": "estimate:est1", "when": "later", "at": "2026-11-01T09:00"},
        {"what": "estimate:est1", "when": "later", "at": "2036-11-01T09:00"},
        {"what": "estimate:est1", "when": "later", "at": "2026-12-01T09:00+25:00"},
    ],
)
async def test_what_cannot_be_told_is_not_planned(store: Storage, enter: Enter, wrong: dict[str, str]) -> None:
    browser = await enter("advisor")
    answer = await browser.post(TELL, data=wrong)
    assert answer.status == 422
    assert 'role="alert"' in await answer.text()
    assert await store.announcements.list_due(FAR) == []


async def test_another_shops_client_is_not_there(enter: Enter) -> None:
    browser = await enter("owner")
    assert (await browser.get("/staff/clients/harry/tell")).status == 404
    assert (await browser.post("/staff/clients/harry/tell", data={"what": "message:", "text": "x"})).status == 404
