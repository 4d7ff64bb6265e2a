"""Payments, vehicles, inspections and the profile: what is on them, what is not, and who may open them."""

from dataclasses import replace
from datetime import date

import pytest

from storage.clients import Portal
from storage.proof import LinkScope
from storage.shops import Address
from tests.portal_cast import DANA, INSPECTIONS, PAYMENTS, SERVICE_RECORD

PORTAL = "/s/garland/portal"
PAGES = ("payments", "vehicles/civic", "inspections", "inspections/ins1", "profile")
SCOPES = {
    "payments": LinkScope(page="payments"),
    "vehicles/civic": LinkScope(page="vehicle", record_id="civic"),
    "inspections": LinkScope(page="inspections"),
    "inspections/ins1": LinkScope(page="inspection", record_id="ins1"),
    "profile": LinkScope(page="profile"),
}


async def text_of(browser, page: str) -> str:
    response = await browser.get(f"{PORTAL}/{page}")
    assert response.status == 200
    text: str = await response.text()
    return text


async def test_payments_come_by_type_and_one_by_one_refunds_by_name(store, sign_in) -> None:
    refund = replace(PAYMENTS[0], id="p3", external_id="p3", amount=-1500, paid_on=date(2026, 11, 1), reference=None)
    await store.payments.put(refund)
    text = await text_of(await sign_in("dana"), "payments")
    for words in ("$85.00", "$189.00", "$274.00", "$100.00", "-$15.00", "Refund", "ref. 4471", "Invoice 1038"):
        assert words in text


async def test_payments_name_no_invoice_where_invoices_are_switched_off(store, sign_in) -> None:
    await store.clients.set_portal("garland", "dana", Portal(sections={"invoices": False}))
    text = await text_of(await sign_in("dana"), "payments")
    assert "$289.00" in text
    assert "1038" not in text


async def test_many_payments_come_a_page_at_a_time(store, sign_in) -> None:
    for number in range(40):
        await store.payments.put(replace(PAYMENTS[1], id=f"m{number}", external_id=f"m{number}"))
    browser = await sign_in("dana")
    assert "Page 1 of 2" in await text_of(browser, "payments")
    assert "Page 2 of 2" in await text_of(browser, "payments?page=9")


async def test_a_vehicle_shows_its_history_what_is_due_and_its_invoices(sign_in) -> None:
    text = await text_of(await sign_in("dana"), "vehicles/civic")
    for words in ("2019 Honda Civic", "KLM 4821", "Tire rotation", "61,240 miles", "Oil change", "1038", "1 urgent"):
        assert words in text
    assert "1044" not in text  # the truck's


async def test_a_note_that_is_not_said_to_be_for_the_client_is_not_shown(store, sign_in) -> None:
    await store.service_records.put(replace(SERVICE_RECORD, note="Argued about the price"))
    assert "Argued" not in await text_of(await sign_in("dana"), "vehicles/civic")


async def test_a_vehicle_of_which_nothing_is_known_has_a_friendly_page(sign_in) -> None:
    text = await text_of(await sign_in("ray"), "vehicles/rayscar")
    assert "Nothing is due for it." in text
    assert "What we do for it will be here." in text


async def test_a_vehicle_keeps_to_the_sections_that_are_shown(store, sign_in) -> None:
    await store.clients.set_portal("garland", "dana", Portal(sections={"invoices": False, "inspections": False}))
    text = await text_of(await sign_in("dana"), "vehicles/civic")
    assert "Tire rotation" in text
    assert "1038" not in text
    assert "urgent" not in text


async def test_a_link_for_a_vehicle_shows_nothing_of_invoices(store, visitor) -> None:
    token = await store.links.mint("garland", "dana", SCOPES["vehicles/civic"], "reply")
    response = await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    assert response.headers["Location"] == f"{PORTAL}/vehicles/civic"
    text = await text_of(visitor, "vehicles/civic")
    assert "Tire rotation" in text
    assert "1038" not in text
    assert "urgent" not in text


async def test_an_inspection_has_the_urgent_things_first(sign_in) -> None:
    text = await text_of(await sign_in("dana"), "inspections/ins1")
    places = [text.index(words) for words in ("1 mm left.", "Gray; new one by spring.", "Battery", "Spare tire")]
    assert places == sorted(places)
    assert "Book a visit" in text


async def test_an_inspection_that_is_not_finished_says_so(sign_in) -> None:
    browser = await sign_in("dana")
    assert "In progress" in await text_of(browser, "inspections")
    text = await text_of(browser, "inspections/ins2")
    assert "not finished yet" in text
    assert "Nothing is written down." in text


async def test_the_profile_shows_what_the_shop_holds_and_never_its_own_note(store, sign_in) -> None:
    address = Address(street="9 Oak St", city="Austin", region="TX", postal_code="78701", country="US")
    await store.clients.put(replace(DANA, address=address, note="Pays late"))
    text = await text_of(await sign_in("dana"), "profile")
    for words in ("Dana Whitfield", "(512) 555-0142", "dana@mail.example", "9 Oak St", "Ask for a change"):
        assert words in text
    assert "Pays late" not in text


@pytest.mark.parametrize("page", ["vehicles/rayscar", "inspections/ins3", "vehicles/nothing", "inspections/%00"])
async def test_what_is_another_clients_is_not_there(sign_in, page) -> None:
    browser = await sign_in("dana")
    assert (await browser.get(f"{PORTAL}/{page}")).status == 404


async def test_sections_that_are_switched_off_are_not_there_and_not_in_the_menu(store, sign_in) -> None:
    off = dict.fromkeys(("payments", "vehicles", "inspections"), False)
    await store.clients.set_portal("garland", "dana", Portal(sections=off))
    browser = await sign_in("dana")
    for page in PAGES[:-1]:
        assert (await browser.get(f"{PORTAL}/{page}")).status == 404
    text = await text_of(browser, "")
    assert all(f'href="{PORTAL}/{section}"' not in text for section in off)
    assert f'href="{PORTAL}/profile"' in text


@pytest.mark.parametrize("page", PAGES)
async def test_a_link_opens_what_it_is_for_and_no_other_page(store, visitor, page) -> None:
    token = await store.links.mint("garland", "dana", SCOPES[page], "reply")
    await visitor.post(f"/s/garland/k/{token}")
    for other in PAGES:
        response = await visitor.get(f"{PORTAL}/{other}", allow_redirects=False)
        assert (response.status == 200) is (other == page), other


@pytest.mark.parametrize("page", ["vehicles/truck", "inspections/ins2"])
async def test_a_link_for_one_record_does_not_open_another_of_its_kind(store, visitor, page) -> None:
    for scope in SCOPES.values():
        token = await store.links.mint("garland", "dana", scope, "reply")
        await visitor.post(f"/s/garland/k/{token}")
        assert (await visitor.get(f"{PORTAL}/{page}", allow_redirects=False)).status == 303


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("payments", "Pagado en total"),
        ("vehicles/civic", "Lo que se hizo"),
        ("inspections", "Inspecciones"),
        ("inspections/ins1", "Sin revisar"),
        ("profile", "Pedir un cambio"),
    ],
)
async def test_the_pages_are_there_in_spanish(sign_in, page, words) -> None:
    assert words in await text_of(await sign_in("dana"), f"{page}?lang=es")


async def test_long_lists_stay_light(store, sign_in) -> None:
    for number in range(200):
        inspection = replace(INSPECTIONS[0], id=f"x{number}", external_id=f"x{number}")
        await store.inspections.put(inspection)
        await store.service_records.put(replace(SERVICE_RECORD, id=f"y{number}", external_id=f"y{number}"))
    browser = await sign_in("dana")
    for page in ("inspections", "vehicles/civic"):
        assert len((await text_of(browser, page)).encode()) < 40_000, page
