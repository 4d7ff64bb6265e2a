"""Every page, as the signed-in client sees it, as nobody does, and as another client does not."""

from datetime import UTC, datetime

import pytest

from storage.clients import Portal
from tests.portal_cast import CLIENTS, GARLAND, HARBOR, fill, portal_app

PORTAL = "/s/garland/portal"
PAGES = {
    f"{PORTAL}/": "$311.20",
    f"{PORTAL}/invoices": "1038",
    f"{PORTAL}/invoices/inv1038": "Front brake pads, ceramic",
    f"{PORTAL}/payments": "$289.00",
    f"{PORTAL}/visits": "Oil change, Tire rotation",
    f"{PORTAL}/vehicles": "2019 Honda Civic",
    f"{PORTAL}/vehicles/civic": "Tire rotation",
    f"{PORTAL}/inspections": "1 urgent",
    f"{PORTAL}/inspections/ins1": "Gray; new one by spring.",
    f"{PORTAL}/profile": "dana@mail.example",
    f"{PORTAL}/work-orders": "Water pump is in",
    f"{PORTAL}/chat": "/widget/garland?in=portal",
}
PUBLIC = ("/s/garland/", "/s/garland/login", "/s/garland/book", "/staff/login")


@pytest.mark.parametrize("path", PAGES)
async def test_a_client_sees_their_own_page(sign_in, path) -> None:
    browser = await sign_in("dana")
    response = await browser.get(path)
    assert response.status == 200
    assert PAGES[path] in await response.text()
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
async def test_nobody_is_sent_to_sign_in_and_back(visitor, path) -> None:
    response = await visitor.get(path, allow_redirects=False)
    assert response.status == 303
    assert response.headers["Location"] == f"/s/garland/login?next={path}&why=page"
    asked = await visitor.get(path)
    assert f'name="next" value="{path}"' in await asked.text()


@pytest.mark.parametrize("path", PAGES)
async def test_another_client_sees_nothing_of_dana(sign_in, path) -> None:
    browser = await sign_in("ray")
    text = await (await browser.get(path)).text()
    if path.endswith("/chat"):
        return
    assert PAGES[path] not in text
    assert "Dana" not in text


@pytest.mark.parametrize("path", PAGES)
async def test_a_client_of_one_shop_is_nobody_in_another(sign_in, path) -> None:
    browser = await sign_in("dana")
    response = await browser.get(path.replace("garland", "harbor"), allow_redirects=False)
    assert response.status == 303
    assert "/s/harbor/login" in response.headers["Location"]


@pytest.mark.parametrize("invoice", ["inv2001", "inv1050", "nothing", "../../etc", "%00"])
async def test_an_invoice_that_is_not_the_clients_is_not_there(sign_in, invoice) -> None:
    browser = await sign_in("dana")
    response = await browser.get(f"{PORTAL}/invoices/{invoice}")
    assert response.status == 404
    assert "There is nothing here" in await response.text()


async def test_switched_off_access_is_signed_out_at_once(store, sign_in) -> None:
    browser = await sign_in("dana")
    dana = CLIENTS[0]
    await store.clients.set_portal("garland", dana.id, Portal(enabled=False))
    response = await browser.get(f"{PORTAL}/", allow_redirects=False)
    assert response.status == 303
    await store.clients.set_portal("garland", dana.id, Portal(enabled=True))
    assert (await browser.get(f"{PORTAL}/", allow_redirects=False)).status == 303  # the old session does not come back


async def test_a_section_that_is_switched_off_is_not_there_and_not_in_the_menu(store, sign_in) -> None:
    await store.clients.set_portal("garland", "dana", Portal(sections={"invoices": False, "visits": False}))
    browser = await sign_in("dana")
    for page in ("invoices", "invoices/inv1038", "visits"):
        assert (await browser.get(f"{PORTAL}/{page}")).status == 404
    text = await (await browser.get(f"{PORTAL}/")).text()
    assert f'href="{PORTAL}/invoices"' not in text
    assert f'href="{PORTAL}/visits"' not in text
    assert "$311.20" not in text
    assert "Repairs" in text


async def test_a_client_with_nothing_gets_friendly_pages(sign_in) -> None:
    browser = await sign_in("noel")
    expected = {
        "": "Nothing to pay",
        "invoices": "No invoices yet",
        "visits": "No visits yet",
        "vehicles": "No vehicle on file",
        "payments": "No payments yet",
        "inspections": "No inspections yet",
        "profile": "none on file",
        "work-orders": "none of your vehicles",
    }
    for page, words in expected.items():
        response = await browser.get(f"{PORTAL}/{page}")
        assert response.status == 200
        assert words in await response.text()


async def test_a_client_reads_their_own_language_and_may_choose_another(sign_in) -> None:
    browser = await sign_in("ana")
    assert "Hola, Ana" in await (await browser.get(f"{PORTAL}/")).text()
    assert "Hello, Ana" in await (await browser.get(f"{PORTAL}/?lang=en")).text()
    assert "Hello, Ana" in await (await browser.get(f"{PORTAL}/")).text()


async def test_a_visitor_reads_the_browsers_language(visitor) -> None:
    response = await visitor.get("/s/garland/", headers={"Accept-Language": "fr, es-MX;q=0.8, en;q=0.5"})
    text = await response.text()
    assert '<html lang="es">' in text
    assert "Cambio de aceite" in text


async def test_the_invoice_shows_what_was_paid_and_never_a_note_for_staff(sign_in) -> None:
    browser = await sign_in("dana")
    text = await (await browser.get(f"{PORTAL}/invoices/inv1038")).text()
    for words in ("$342.20", "$100.00", "$242.20", "-$20.00", "Overdue", "ref. 4471", "https://pay.example/garland"):
        assert words in text
    assert "add up" not in text


async def test_the_shops_page_says_when_it_is_open(visitor) -> None:
    text = await (await visitor.get("/s/garland/")).text()
    for words in ("Open now, until 12:00 PM", "closed (Thanksgiving)", "$69.00", "(512) 555-0100", "openstreetmap"):
        assert words in text


async def test_the_front_door_lists_the_shops_and_one_shop_is_its_own_door(store, visitor, aiohttp_client) -> None:
    text = await (await visitor.get("/")).text()
    assert GARLAND.name in text
    assert HARBOR.name in text
    await store.database["shops"].delete_one({"_id": "harbor"})
    response = await visitor.get("/", allow_redirects=False)
    assert response.headers["Location"] == "/s/garland/"


@pytest.mark.parametrize(
    "path", ["/s/nowhere/", "/s/nowhere/book", "/s/nowhere/portal/", "/s/nowhere/k/abc", "/nothing"]
)
async def test_what_is_not_there_says_so_kindly(visitor, path) -> None:
    response = await visitor.get(path)
    assert response.status == 404
    assert "There is nothing here" in await response.text()


async def test_pages_take_odd_names_and_long_invoices(store, visitor, sign_in) -> None:
    from dataclasses import replace

    from tests.portal_cast import DANA, INVOICES, LINES

    await store.clients.put(replace(DANA, name='<b>Zoë "山田" & Söhne</b>'))
    await store.invoices.put(replace(INVOICES[0], lines=LINES * 200))
    browser = await sign_in("dana")
    text = await (await browser.get(f"{PORTAL}/invoices/inv1038")).text()
    assert text.count("Front brake pads") == 200
    assert "&lt;b&gt;Zoë &#34;山田&#34; &amp; Söhne&lt;/b&gt;" in text


async def test_long_lists_come_a_page_at_a_time(store, sign_in) -> None:
    from datetime import date

    from tests.portal_cast import invoice

    for number in range(3000, 3040):
        await store.invoices.put(invoice(str(number), 1000, date(2025, 1, 1)))
    browser = await sign_in("dana")
    first = await (await browser.get(f"{PORTAL}/invoices")).text()
    second = await (await browser.get(f"{PORTAL}/invoices?page=2")).text()
    assert "Page 1 of 2" in first
    assert "Page 2 of 2" in second
    assert ("inv3000" in first) != ("inv3000" in second)
    for odd in ("0", "99", "-1", "x", "٣", "9" * 40):
        assert (await browser.get(f"{PORTAL}/invoices", params={"page": odd})).status == 200


async def test_in_the_evening_the_shop_says_that_it_opens_tomorrow(store, aiohttp_client) -> None:
    await fill(store)
    monday_evening = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    browser = await aiohttp_client(portal_app(store, now=monday_evening))
    text = await (await browser.get("/s/garland/")).text()
    assert "opens tomorrow at 7:30 AM" in text


async def test_the_chat_is_one_press_away_on_every_page_but_its_own(sign_in) -> None:
    browser = await sign_in("dana")
    for path in (*PAGES, *PUBLIC[:3]):
        text = await (await browser.get(path)).text()
        assert ('src="/widget.js"' in text) == (not path.endswith("/chat")), path
