"""Where to pay online: on the overview, the list and the invoice, where there is an address and it is a safe one."""

from dataclasses import replace

import pytest

from tests.portal_cast import GARLAND, INVOICES

PORTAL = "/s/garland/portal"
PAGES = ("", "invoices", "invoices/inv1038")
SHOPS = "https://pay.example/garland"
OWN = "https://pay.example/1038"


async def shown(browser, url: str) -> list[bool]:
    texts = [await (await browser.get(f"{PORTAL}/{page}")).text() for page in PAGES]
    return [f'href="{url}" rel="noreferrer"' in text for text in texts]


async def test_the_shops_address_is_on_all_three(sign_in) -> None:
    assert await shown(await sign_in("dana"), SHOPS) == [True] * 3


async def test_an_invoices_own_address_goes_before_the_shops(store, sign_in) -> None:
    await store.invoices.put(replace(INVOICES[0], pay_url=OWN))
    browser = await sign_in("dana")
    assert await shown(browser, OWN) == [False, False, True]
    assert await shown(browser, SHOPS) == [True, True, False]


@pytest.mark.parametrize("url", [None, "http://pay.example/garland", "javascript:alert(1)", "//pay.example"])
async def test_an_address_that_is_not_safe_is_not_shown(store, sign_in, url) -> None:
    await store.shops.put(replace(GARLAND, pay_url=url))
    await store.invoices.put(replace(INVOICES[0], pay_url=url))
    browser = await sign_in("dana")
    for page in (*PAGES, "help"):
        text = await (await browser.get(f"{PORTAL}/{page}")).text()
        assert "Pay online" not in text, page
        assert url is None or f'"{url}"' not in text, page


async def test_what_is_paid_offers_nothing_to_pay(sign_in) -> None:
    browser = await sign_in("dana")
    assert SHOPS not in await (await browser.get(f"{PORTAL}/invoices/inv1012")).text()
    assert SHOPS not in await (await (await sign_in("noel")).get(f"{PORTAL}/")).text()
