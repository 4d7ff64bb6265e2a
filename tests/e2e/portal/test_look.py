"""A shop's own colour and logo: set by its staff, worn by its pages, kept against imports."""

import io
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import FormData
from PIL import Image

from portal_views.staff_settings_look import LOOK
from storage.shop_logos import MOST_BYTES
from storage.store import Storage
from tests.e2e.portal.conftest import Browser
from tests.portal_cast import GARLAND
from tests.sample_files import bomb, moving, photo

pytestmark = pytest.mark.usefixtures("owner")


@pytest.fixture
async def owner(store: Storage, visitor: Browser) -> Browser:
    rosa = await store.staff.add("garland", "rosa@garland.example", "Rosa", "owner", "correct horse battery")
    visitor.session.cookie_jar.update_cookies({"pitline_staff": await store.sessions.open("garland", staff_id=rosa.id)})
    return visitor


def form(logo: bytes | None = None, **fields: str) -> FormData:
    data = FormData(fields or {"own": "no", "accent": "#0e5f66"})
    if logo is not None:
        data.add_field("logo", logo, filename="logo.png", content_type="image/png")
    return data


async def save(browser: Browser, logo: bytes | None = None, **fields: str) -> Any:
    return await browser.post(LOOK, data=form(logo, **fields))


async def test_the_pages_wear_the_shops_colour(visitor: Browser, store: Storage) -> None:
    assert "look.css" not in await (await visitor.get("/s/garland/")).text()
    assert "Saved." in await (await save(visitor, own="yes", accent="#F0C000")).text()
    page = await (await visitor.get("/s/garland/")).text()
    address = page.split('href="/s/garland/look.css')[1].split('"')[0]
    answer = await visitor.get(f"/s/garland/look.css{address}")
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.content_type == "text/css"
    assert "--color-stripe:#f0c000" in await answer.text()
    again = await visitor.get("/s/garland/look.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304
    assert again.headers["Cache-Control"] == "no-cache"
    await save(visitor, own="no", accent="#f0c000")
    assert "look.css" not in await (await visitor.get("/s/garland/")).text()
    assert (await visitor.get("/s/garland/look.css")).status == 404
    assert (await visitor.get("/s/none/look.css")).status == 404


@pytest.mark.parametrize("accent", ["red", "#12", "#0e5f66;}", ""])
async def test_what_is_no_colour_is_refused(visitor: Browser, store: Storage, accent: str) -> None:
    answer = await save(visitor, own="yes", accent=accent)
    assert answer.status == 422
    assert (await store.shops.get("garland")).accent is None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_logo_is_written_anew_and_served_from_here(visitor: Browser, store: Storage, kind: str) -> None:
    await save(visitor, photo(1200, 300, form=kind), own="no")
    logo = (await store.shops.get("garland")).logo
    assert logo is not None
    page = await (await visitor.get("/s/garland/")).text()
    assert f'src="/s/garland/logo?v={logo.mark}"' in page
    answer = await visitor.get(f"/s/garland/logo?v={logo.mark}")
    content = await answer.read()
    assert (answer.content_type, "immutable" in answer.headers["Cache-Control"]) == ("image/webp", True)
    assert len(content) <= 24 * 1024
    assert Image.open(io.BytesIO(content)).size == (logo.width, logo.height) == (448, 112)
    assert (await visitor.get("/s/harbor/logo")).status == 404
    await visitor.post(LOOK, data={"act": "remove"})
    assert (await visitor.get("/s/garland/logo")).status == 404
    assert "garland/logo" not in await (await visitor.get("/s/garland/")).text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg onload=alert(1)>", "no picture"),
        (bomb(), "no picture"),
        (moving("GIF"), "no picture"),
        (b"%PDF-1.4 x %%EOF", "no picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES), "over 512 kB"),
    ],
)
async def test_what_is_no_logo_is_refused(visitor: Browser, store: Storage, content: bytes, said: str) -> None:
    answer = await save(visitor, content, own="yes", accent="#112233")
    assert answer.status == 422
    assert said in await answer.text()
    assert (await store.shops.get("garland")).logo is None


async def test_staffs_choice_holds_against_an_import(visitor: Browser, store: Storage) -> None:
    await store.shops.put(replace(GARLAND, accent="#aa0000"))
    await save(visitor, photo(300, 300, form="PNG"), own="yes", accent="#00aa00")
    kept = await store.shops.get("garland")
    assert kept.set_by_staff == ("accent", "logo")


async def test_who_may_not_set_it_does_not(visitor: Browser, store: Storage) -> None:
    ted = await store.staff.add("garland", "ted@garland.example", "Ted", "technician", "correct horse battery")
    visitor.session.cookie_jar.update_cookies({"pitline_staff": await store.sessions.open("garland", staff_id=ted.id)})
    assert (await save(visitor, own="yes", accent="#112233")).status == 403
