"""A client's portal in the hands of staff: the list, the file, keys, invitations, access, sections, who looked."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from config.clock import utc_now
from storage.activity import ActivityQuery
from storage.clients import Consent
from storage.outbox import OutboxRow
from storage.proof import LinkScope
from storage.sessions import STAFF_COOKIE
from storage.staff import Role, Staff
from storage.store import Storage
from tests.e2e.staff.conftest import Desk
from tests.portal_cast import DANA, Live, fill, portal_app

FILE = "/staff/clients/dana"
PAGE = "/staff/clients/dana/portal"
_KEY = r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"
AGREED = replace(DANA, consent=Consent(service=True))


@pytest.fixture
def live() -> Live:
    return Live()


@pytest.fixture
async def server(store: Storage, live: Live) -> TestServer:
    await fill(store)
    await store.clients.put(AGREED)
    return TestServer(portal_app(store, live))


@pytest.fixture
async def desk(store: Storage, server: TestServer) -> AsyncIterator[Desk]:
    """An advisor of Garland."""
    desk = await _sit_down(store, server, "garland", "advisor")
    yield desk
    await desk.client.close()


async def _sit_down(store: Storage, server: TestServer, shop: str, role: Role) -> Desk:
    name = f"{shop}-{role}"
    await store.staff.put(
        Staff(id=name, shop=shop, external_id=name, email=f"{name}@mail.example", name="Olga Novak", role=role)
    )
    client: TestClient[web.Request, web.Application] = TestClient(server)
    await client.start_server()
    token = await store.sessions.open(shop, staff_id=name)
    client.session.cookie_jar.update_cookies({STAFF_COOKIE: token}, server.make_url("/"))
    return Desk(client)


async def _press(desk: Desk, act: str, **fields: str) -> ClientResponse:
    return await desk.client.post(PAGE, data={"act": act, **fields}, allow_redirects=False)


async def _number(desk: Desk) -> str:
    found = re.search(r'name="press" value="([0-9a-f]{32})"', await desk.read(PAGE))
    assert found
    return found[1]


async def _sent(store: Storage) -> list[OutboxRow]:
    since = utc_now() - timedelta(days=1)
    rows = [await store.outbox.list_to("garland", to, since) for to in ("dana@mail.example", "+15125550142")]
    return [row for some in rows for row in some]


async def _noted(store: Storage) -> list[str]:
    entries = (await store.activity.list("garland", ActivityQuery(), 20)).entries
    return sorted(one.action for one in entries)


async def test_clients_are_listed_by_name_and_found_by_what_is_on_file(desk: Desk):
    page = await desk.read("/staff/clients")
    assert page.index("Ana Luc") < page.index("Dana Whitfield") < page.index("Ray Osei")
    for words in ("whitfield", "5550142", "dana@mail.example"):
        found = await desk.read(f"/staff/clients?q={words}")
        assert "Dana Whitfield" in found
        assert "Ray Osei" not in found
    assert "No client was found" in await desk.read("/staff/clients?q=nobodyhere")


async def _walk(desk: Desk, path: str) -> list[str]:
    """The clients of this list, page after page."""
    seen: list[str] = []
    while path:
        page = await desk.read(path)
        seen += re.findall(r'class="strong" href="/staff/clients/([^"]+)"', page)
        more = re.search(r'rel="next" href="(\?[^"]+)"', page)
        path = f"/staff/clients{unescape(more[1])}" if more else ""
    return seen


async def test_a_long_list_goes_on_page_by_page(store: Storage, desk: Desk):
    for number in range(60):
        await store.clients.put(replace(DANA, id=f"n{number}", external_id=f"n{number}", name=f"name {number:02}"))
    seen = await _walk(desk, "/staff/clients")
    assert len(seen) == len(set(seen))
    assert {f"n{number}" for number in range(60)} | {"dana", "ray", "ana", "noel"} <= set(seen)


async def test_namesakes_on_the_edge_of_a_page_are_all_listed_once(store: Storage, desk: Desk):
    for number in range(60):
        await store.clients.put(replace(DANA, id=f"n{number:02}", external_id=f"n{number}", name="John Smith"))
    listed = await _walk(desk, "/staff/clients")
    assert len(listed) == len(set(listed))
    assert {f"n{number:02}" for number in range(60)} | {"dana", "ray", "ana", "noel"} <= set(listed)


@pytest.mark.parametrize("after", ["%ff", "%ED%A0%80", "%00", "{", "Dana&id=%00", "%F4%8F%BF%BF", "x" * 3000])
async def test_any_place_to_go_on_from_is_a_page(desk: Desk, after: str):
    assert await desk.status(f"/staff/clients?after={after}") == 200


async def test_the_file_in_short(desk: Desk):
    page = await desk.read(FILE)
    for words in ("Dana Whitfield", "(512) 555-0142", "dana@mail.example", "Civic", PAGE):
        assert words in page


@pytest.mark.parametrize("path", [FILE, PAGE, PAGE + "/preview/"])
async def test_another_shops_staff_find_nobody(store: Storage, server: TestServer, path: str):
    rival = await _sit_down(store, server, "harbor", "owner")
    assert await rival.status(path) == 404
    assert (await rival.client.post(PAGE, data={"act": "off"}, allow_redirects=False)).status == 404
    client = await store.clients.get("garland", "dana")
    assert client.portal.enabled
    await rival.client.close()


async def test_technicians_see_files_and_not_the_portal(store: Storage, server: TestServer):
    tech = await _sit_down(store, server, "garland", "technician")
    assert PAGE not in await tech.read(FILE)
    assert await tech.status(PAGE) == 403
    assert (await _press(tech, "off")).status == 403
    await tech.client.close()


async def test_looking_changes_nothing(store: Storage, desk: Desk):
    for path in (FILE, PAGE, PAGE + "?ask=key", "/staff/clients", "/staff/settings/portal"):
        await desk.read(path)
    assert await store.keys.find("garland", "dana") is None
    assert not await store.links.list_for_client("garland", "dana")
    assert not await _sent(store)
    assert not await _noted(store)


async def test_a_key_is_asked_for_once_more_shown_once_and_ends_the_one_before(store: Storage, desk: Desk):
    old = await store.keys.issue("garland", "dana")
    press = await _number(desk)
    asked = await (await _press(desk, "key", press=press)).text()
    assert "Make a new login key?" in asked
    assert await store.keys.verify("garland", old) == "dana"
    page = await (await _press(desk, "key", press=press, sure="yes")).text()
    found = re.search(_KEY, page)
    assert found
    assert await store.keys.verify("garland", found[0]) == "dana"
    assert await store.keys.verify("garland", old) is None
    again = await (await _press(desk, "key", press=press, sure="yes")).text()
    assert found[0] not in again
    assert await store.keys.verify("garland", found[0]) == "dana"
    assert found[0] not in await desk.read(PAGE)
    assert await _noted(store) == ["access.key_made"]


@pytest.mark.parametrize("way", ["email", "sms"])
async def test_an_invitation_has_a_link_of_its_own_and_goes_once(store: Storage, live: Live, desk: Desk, way: str):
    press = await _number(desk)
    for _ in range(2):
        assert (await _press(desk, way, press=press)).status == 200
    (row,) = await _sent(store)
    assert row.kind == way
    token = row.text.partition("/s/garland/k/")[2].split()[0]
    link = await store.links.find("garland", token)
    assert link is not None
    assert (link.scope, link.purpose, link.client_id) == (LinkScope(page="login"), "invitation", "dana")
    assert len(await store.links.list_for_client("garland", "dana")) == 1
    assert not re.search(_KEY, row.text)
    assert live.woken
    assert await _noted(store) == ["access.link_made"]


async def test_a_key_goes_along_only_when_that_press_made_it(store: Storage, desk: Desk):
    press = await _number(desk)
    await _press(desk, "email", press=press, with_key="yes")
    assert not await _sent(store)
    await _press(desk, "email", press=press, with_key="yes", sure="yes")
    (row,) = await _sent(store)
    found = re.search(_KEY, row.text)
    assert found
    assert await store.keys.verify("garland", found[0]) == "dana"
    assert row.expires_at is not None


async def test_a_link_to_copy_is_shown_and_sent_to_nobody(store: Storage, desk: Desk):
    page = await (await _press(desk, "copy", press=await _number(desk))).text()
    found = re.search(r'value="[^"]*/s/garland/k/([^"]+)"', page)
    assert found
    assert await store.links.find("garland", found[1]) is not None
    assert not await _sent(store)


async def test_what_cannot_be_sent_is_not_and_says_why(store: Storage, desk: Desk):
    await store.clients.put(replace(DANA, email=None, consent=Consent(service=True)))
    press = await _number(desk)
    await store.consents.stop("garland", "+15125550142", utc_now(), "sms:1")
    page = await desk.read(PAGE)
    assert "They texted STOP" in page
    assert "There is no e-mail address on file" in page
    for way in ("email", "sms"):
        assert (await _press(desk, way, press=press)).status == 409
    assert not await _sent(store)
    assert not await store.links.list_for_client("garland", "dana")


async def test_who_agreed_to_nothing_is_written_nothing(store: Storage, desk: Desk):
    await store.clients.put(DANA)
    assert (await _press(desk, "email", press=await _number(desk))).status == 409
    assert not await _sent(store)


async def test_switched_off_everything_ends_at_once_and_on_again_the_key_works(
    store: Storage, live: Live, server: TestServer, desk: Desk
):
    key = await store.keys.issue("garland", "dana")
    session = await store.sessions.open("garland", client_id="dana")
    link = await store.links.mint("garland", "dana", LinkScope(page="login"), "invitation")
    assert (await _press(desk, "off")).status == 303
    assert await store.sessions.find(session, shop="garland") is None
    assert await store.links.find("garland", link) is None
    assert live.shut == ["dana"]
    client = await store.clients.get("garland", "dana")
    assert not client.portal.enabled
    assert client.portal.set_by_staff
    visitor: TestClient[web.Request, web.Application] = TestClient(server)
    await visitor.start_server()
    assert (await visitor.post("/s/garland/login", data={"key": key}, allow_redirects=False)).status == 401
    await _press(desk, "on")
    assert (await visitor.post("/s/garland/login", data={"key": key}, allow_redirects=False)).status == 303
    await visitor.close()
    assert await _noted(store) == ["access.signed_out", "access.switched_off", "access.switched_on"]


async def test_sections_of_one_client_and_of_the_shop(store: Storage, desk: Desk):
    await _press(desk, "sections", payments="no", visits="yes")
    client = await store.clients.get("garland", "dana")
    assert dict(client.portal.sections) == {"payments": False, "visits": True}
    assert await desk.status(PAGE + "/preview/payments") == 404
    everything = {"invoices": "yes", "payments": "yes", "estimates": "yes", "vehicles": "yes", "work_orders": "yes"}
    await desk.client.post("/staff/settings/portal", data=everything, allow_redirects=False)
    shop = await store.shops.get("garland")
    assert shop.set_by_staff == ("sections",)
    assert await desk.status(PAGE + "/preview/inspections") == 404
    assert await desk.status(PAGE + "/preview/visits") == 200


async def test_who_looked_is_seen_with_the_way_they_came_in(store: Storage, server: TestServer, desk: Desk):
    key = await store.keys.issue("garland", "dana")
    visitor: TestClient[web.Request, web.Application] = TestClient(server)
    await visitor.start_server()
    agent = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Safari/604.1"}
    await visitor.post("/s/garland/login", data={"key": key}, headers=agent)
    for _ in range(3):
        await visitor.get("/s/garland/portal/invoices")
    looks = await store.looks.list_for_client("garland", "dana")
    assert sorted(one.page for one in looks) == ["dashboard", "invoices"]
    page = await desk.read(PAGE)
    for words in ("by login key", "Safari · iPhone"):
        assert words in page
    await desk.read(PAGE + "/preview/payments")
    assert len(await store.looks.list_for_client("garland", "dana")) == 2
    await visitor.close()


async def test_links_and_sessions_are_ended_one_by_one(store: Storage, live: Live, desk: Desk):
    token = await store.links.mint("garland", "dana", LinkScope(page="invoices"), "reply")
    other = await store.links.mint("garland", "ray", LinkScope(page="invoices"), "reply")
    for owner in ("dana", "ray"):
        (link,) = await store.links.list_for_client("garland", owner)
        await _press(desk, "revoke_link", id=link.id)
    assert await store.links.find("garland", token) is None
    assert await store.links.find("garland", other) is not None
    kept = await store.sessions.open("garland", client_id="dana")
    await store.sessions.open("garland", client_id="dana")
    sessions = await store.sessions.list_for_client("garland", "dana")
    await _press(desk, "end_session", id=sessions[1].id)
    assert live.ended == [sessions[1].id]
    assert await store.sessions.find(kept, shop="garland") is not None


async def test_nonsense_does_nothing(store: Storage, desk: Desk):
    assert (await _press(desk, "explode")).status == 400
    assert (await _press(desk, "copy", press="../x")).status == 400
    assert not await _noted(store)
