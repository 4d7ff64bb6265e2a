"""An inspection's page and its photos: what it says, what it shows, and to whom."""

import io
import re
from dataclasses import replace

import pytest
from PIL import Image

from storage.clients import Portal
from storage.files import Claim
from storage.inspections import InspectionItem, Picture, Result, photo_owner
from storage.pictures import check_file
from storage.proof import LinkScope
from tests.portal_cast import INSPECTIONS
from tests.sample_files import photo

PAGE = "/s/garland/portal/inspections"


@pytest.fixture
async def photo_of(store, visitor):
    """Puts a photo of this size onto the first item of an inspection of the cast, and says its address."""

    async def put(inspection_id: str, width: int = 1200, height: int = 800, entry: str | None = None) -> str:
        checked = check_file(photo(width, height))
        file = await store.files.add("garland", "import", f"{inspection_id}{width}", "tires.jpg", checked)
        claim = Claim(shop="garland", uploaders=("import",), entry=entry or photo_owner(inspection_id))
        await store.files.claim([file.id], claim)
        inspection = next(one for one in INSPECTIONS if one.id == inspection_id)
        picture = Picture(id=file.id, name="tires.jpg", width=width, height=height)
        items = (replace(inspection.items[0], pictures=(picture,)), *inspection.items[1:])
        await store.inspections.put(replace(inspection, items=items))
        return f"{PAGE}/{inspection_id}/photos/{file.id}"

    return put


async def test_photos_are_shown_small_with_their_size_and_lead_to_the_whole(sign_in, photo_of) -> None:
    address = await photo_of("ins1")
    browser = await sign_in("dana")
    text = await (await browser.get(f"{PAGE}/ins1")).text()
    [tag] = re.findall(r"<img [^>]*>", text)
    for said in (f'src="{address}/small"', 'width="480"', 'height="320"', 'loading="lazy"', 'alt="Photo 1 of 1: '):
        assert said in tag, said
    assert f'<a href="{address}">' in text
    small, whole = await browser.get(f"{address}/small"), await browser.get(address)
    assert (small.content_type, whole.content_type) == ("image/webp", "image/jpeg")
    assert Image.open(io.BytesIO(await small.read())).size == (480, 320)
    assert Image.open(io.BytesIO(await whole.read())).size == (1200, 800)
    for response in (small, whole):
        assert response.headers["Cache-Control"].startswith("private")
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_was_found_is_said_in_words_and_counted(sign_in, store) -> None:
    results: tuple[Result, ...] = ("urgent", "soon", "soon", "good", "not_checked")
    items = tuple(InspectionItem(name=f"Thing {at}", result=result) for at, result in enumerate(results))
    await store.inspections.put(replace(INSPECTIONS[0], items=items))
    text = await (await (await sign_in("dana")).get(f"{PAGE}/ins1")).text()
    plain = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    for said in ("1 Urgent", "2 Soon", "1 Good", "1 Not checked", "See to these before anything else."):
        assert said in plain, said
    assert plain.index("Thing 0") < plain.index("Thing 1") < plain.index("Thing 3") < plain.index("Thing 4")


async def test_another_clients_photo_is_not_there_under_any_address(sign_in, photo_of) -> None:
    hers, his = await photo_of("ins1"), await photo_of("ins3")
    his_id = his.rpartition("/")[2]
    browser = await sign_in("dana")
    for address in (
        his,
        f"{his}/small",
        f"{PAGE}/ins1/photos/{his_id}",
        f"{PAGE}/ins2/photos/{hers.rpartition('/')[2]}",
    ):
        assert (await browser.get(address)).status == 404, address
    assert (await browser.get(hers.replace("/garland/", "/harbor/"), allow_redirects=False)).status == 303


async def test_a_file_that_belongs_to_something_else_is_not_there(sign_in, photo_of, store) -> None:
    address = await photo_of("ins1", entry="a message")
    browser = await sign_in("dana")
    assert (await browser.get(address)).status == 404


async def test_a_photo_that_is_let_go_of_is_not_there(sign_in, photo_of, store) -> None:
    address = await photo_of("ins1")
    await store.files.let_go("garland", [address.rpartition("/")[2]])
    assert (await (await sign_in("dana")).get(address)).status == 404


async def test_strangers_and_who_is_not_shown_inspections_see_no_photo(visitor, sign_in, photo_of, store) -> None:
    address = await photo_of("ins1")
    assert (await visitor.get(address, allow_redirects=False)).status == 303
    browser = await sign_in("dana")
    await store.clients.set_portal("garland", "dana", Portal(sections={"inspections": False}))
    assert [(await browser.get(one)).status for one in (address, f"{address}/small")] == [404, 404]
    await store.clients.set_portal("garland", "dana", Portal(enabled=False))
    assert (await browser.get(address, allow_redirects=False)).status == 303


async def test_a_link_for_the_inspection_shows_its_photos(visitor, photo_of, store) -> None:
    address = await photo_of("ins1")
    token = await store.links.mint("garland", "dana", LinkScope(page="inspection", record_id="ins1"), "reply")
    await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    assert (await visitor.get(f"{address}/small")).status == 200
