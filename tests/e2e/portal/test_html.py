"""Every page is valid HTML, in both languages, for a client with much and one with nothing, and for staff."""

from pathlib import Path

import pytest

from storage.store import Storage
from tests.e2e.portal.conftest import Browser
from tests.e2e.portal.test_help import told
from tests.e2e.portal.walking import walked
from tests.valid_html import html_faults

PORTAL = "/s/garland/portal/"


@pytest.mark.parametrize(("client", "language"), [("dana", "en"), ("dana", "es"), ("noel", "en")])
async def test_every_page_of_a_client_is_valid(
    sign_in, store: Storage, tmp_path: Path, client: str, language: str
) -> None:
    await store.notifications.append(told("a"))
    browser = await sign_in(client)
    await browser.get(f"{PORTAL}?lang={language}")
    pages = await walked(browser, PORTAL, "/s/garland/")
    assert len(pages) > 15
    faults = await html_faults(pages, tmp_path)
    assert not faults, "\n".join(faults)


async def test_every_page_before_signing_in_is_valid(visitor: Browser, tmp_path: Path) -> None:
    pages = await walked(visitor, "/s/garland/", "/s/garland/")
    assert len(pages) > 3
    for path in ("/", "/staff/login", "/s/none/", "/s/garland/k/gone", "/s/garland/book?step=check&service=oil_change"):
        pages[path] = await (await visitor.get(path)).text()
    faults = await html_faults(pages, tmp_path)
    assert not faults, "\n".join(faults)
