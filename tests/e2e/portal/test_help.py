"""Bell, help centre, contact form, the shop's card."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from config.clock import utc_now
from storage.notifications import KEPT_FOR, Notification, notification_id
from storage.proof import LinkScope
from storage.store import Storage
from tests.portal_cast import GARLAND, Live

PORTAL = "/s/garland/portal"


def told(cause: str, minutes: int = 0, client: str = "dana", **fields: object) -> Notification:
    at = datetime(2026, 11, 24, 16, 0, tzinfo=UTC) + timedelta(minutes=minutes)
    base = Notification(
        id=notification_id(client, cause),
        shop="garland",
        client_id=client,
        kind="car_ready",
        scope=LinkScope(page="work_orders"),
        title={"en": f"Your Civic is ready {cause}", "es": f"Su Civic está listo {cause}"},
        text={"en": "Open until 5:30 PM.", "es": "Abierto hasta las 5:30 p. m."},
        at=at,
        expires_at=utc_now() + KEPT_FOR,
    )
    return replace(base, **fields)  # type: ignore[arg-type]


async def test_the_bell_counts_what_is_new_until_its_page_was_looked_at(sign_in, store: Storage) -> None:
    for number in range(3):
        await store.notifications.append(told(f"a{number}", number))
    await store.notifications.append(told("of another", client="ray"))
    browser = await sign_in("dana")
    assert "Notifications, 3 new" in await (await browser.get(f"{PORTAL}/")).text()
    for ahead in ({"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}):
        await browser.get(f"{PORTAL}/notifications", headers=ahead)
    await browser.head(f"{PORTAL}/notifications")
    page = await (await browser.get(f"{PORTAL}/notifications")).text()
    assert [page.index(f"ready a{number}") for number in (2, 1, 0)] == sorted(
        page.index(f"ready a{number}") for number in range(3)
    )
    assert page.count('class="told-row new"') == 3
    assert f'href="{PORTAL}/work-orders"' in page
    assert "of another" not in page
    assert 'new"' not in (await (await browser.get(f"{PORTAL}/notifications")).text()).split("told-row", 1)[1]
    assert "3 new" not in await (await browser.get(f"{PORTAL}/")).text()
    assert await store.notifications.count_unseen("garland", "ray") == 1


async def test_notifications_are_paged_and_in_the_readers_language(sign_in, store: Storage) -> None:
    for number in range(30):
        await store.notifications.append(told(f"n{number:02}", number))
    browser = await sign_in("dana")
    first = await (await browser.get(f"{PORTAL}/notifications?lang=es")).text()
    assert "Su Civic está listo n29" in first
    assert "n04" not in first
    assert "?page=2" in first
    second = await (await browser.get(f"{PORTAL}/notifications?page=2")).text()
    assert "listo n04" in second
    assert "?page=3" not in second
    for odd in ("0", "-1", "x", "9" * 30):
        assert (await browser.get(f"{PORTAL}/notifications?page={odd}")).status == 200


async def test_who_was_told_nothing_reads_what_would_be_here(sign_in) -> None:
    browser = await sign_in("noel")
    assert "Nothing new" in await (await browser.get(f"{PORTAL}/notifications")).text()


async def test_help_answers_from_what_the_shop_has_set(sign_in, store: Storage) -> None:
    browser = await sign_in("dana")
    page = await (await browser.get(f"{PORTAL}/help")).text()
    for said in ("Open now, until 12:00 PM", "Thanksgiving", "Cash, Card, Check, Financing", "(512) 555-0101", "STOP"):
        assert said in page, said
    await store.shops.put(replace(GARLAND, sms_number=None, pay_url=None, sections={"estimates": False}))
    page = await (await browser.get(f"{PORTAL}/help")).text()
    for gone in ("STOP", "pay.example", "approve an estimate"):
        assert gone not in page, gone


async def test_the_contact_forms_message_is_one_of_the_conversation(sign_in, live: Live) -> None:
    browser = await sign_in("dana")
    page = await (await browser.get(f"{PORTAL}/help/contact")).text()
    ref = page.split('name="ref" value="')[1].split('"')[0]
    form = {"ref": ref, "text": " Is the truck\r\nready?\r\n"}
    for _ in range(2):
        answer = await browser.post(f"{PORTAL}/help/contact", data=form)
        assert "Your message is in your chat" in await answer.text()
    assert live.wrote == [("dana", f"form:{ref}", "Is the truck\nready?")] * 2


@pytest.mark.parametrize(("text", "said"), [("  ", "Please write what"), ("x" * 2001, "That is too long")])
async def test_a_message_that_cannot_be_sent_is_still_in_its_form(sign_in, live: Live, text: str, said: str) -> None:
    browser = await sign_in("dana")
    answer = await browser.post(f"{PORTAL}/help/contact", data={"ref": "0" * 24, "text": text})
    page = await answer.text()
    assert (answer.status, live.wrote) == (422, [])
    assert said in page
    assert 'value="000000000000000000000000"' in page
    assert text.strip() in page


async def test_messages_by_the_form_are_limited(sign_in, live: Live) -> None:
    browser = await sign_in("dana")
    answers = [await browser.post(f"{PORTAL}/help/contact", data={"text": f"number {n}"}) for n in range(11)]
    assert [answer.status for answer in answers] == [200] * 10 + [429]
    assert len(live.wrote) == 10
    assert "number 10" in await answers[-1].text()


async def test_the_shops_card_says_where_it_is_and_when_it_is_open(sign_in) -> None:
    browser = await sign_in("dana")
    page = await (await browser.get(f"{PORTAL}/shop")).text()
    for said in (
        "mailto:hello@garland.example",
        "tel:+15125550100",
        "412 Garland Ave",
        "Thanksgiving",
        "Open now, until 12:00 PM",
    ):
        assert said in page, said
    assert 'href="https://www.openstreetmap.org/search?query=412+Garland+Ave' in page
    assert page.count("openstreetmap") == page.count('rel="noreferrer"') - page.count('garland.example" rel')
