"""Coming in: by key, by code, by link; what a link opens; going out."""

import re
from datetime import timedelta

import pytest

from config.clock import utc_now
from storage.clients import Portal
from storage.proof import LinkScope
from tests.portal_cast import Live

PORTAL = "/s/garland/portal"
FORM = "the form that was asked in"
INVOICE = LinkScope(page="invoice", record_id="inv1038")


async def sent_code(store, to: str) -> str:
    rows = await store.outbox.list_to("garland", to, utc_now() - timedelta(minutes=1))
    found = re.search(r"\b\d{6}\b", rows[-1].text)
    assert found is not None
    return found.group()


async def ask_code(browser, contact: str, **fields: str):
    return await browser.post("/s/garland/login/code", data={"contact": contact, "asker": FORM, **fields})


async def enter_code(browser, contact: str, code: str, **fields: str):
    data = {"contact": contact, "code": code, "asker": FORM, **fields}
    return await browser.post("/s/garland/login/check", data=data, allow_redirects=False)


async def test_a_key_signs_in_however_it_is_typed(store, visitor) -> None:
    key = await store.keys.issue("garland", "dana")
    typed = f" {key.lower().replace('-', ' ')} "
    response = await visitor.post("/s/garland/login", data={"key": typed}, allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, f"{PORTAL}/")
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


@pytest.mark.parametrize("key", ["", "AAAA-BBBB-CCCC", "x" * 5000, "<script>"])
async def test_a_wrong_key_opens_nothing(visitor, key) -> None:
    response = await visitor.post("/s/garland/login", data={"key": key}, allow_redirects=False)
    assert response.status == 401
    assert "Set-Cookie" not in response.headers


async def test_a_key_of_another_shop_or_of_a_client_without_access_opens_nothing(store, visitor) -> None:
    for shop, client in (("harbor", "harry"), ("garland", "off")):
        key = await store.keys.issue(shop, client)
        response = await visitor.post("/s/garland/login", data={"key": key}, allow_redirects=False)
        assert response.status == 401


async def test_guessing_at_keys_is_slowed_down(visitor) -> None:
    statuses = [
        (await visitor.post("/s/garland/login", data={"key": f"AAAA-BBBB-{n:04}"})).status for n in range(1000, 1036)
    ]
    assert 401 in statuses
    assert statuses[-1] == 429


@pytest.mark.parametrize("contact", ["(512) 555-0142", "dana@MAIL.example"])
async def test_a_code_signs_in(store, live: Live, visitor, contact) -> None:
    page = await ask_code(visitor, contact, next=f"{PORTAL}/visits")
    assert page.status == 200
    assert live.woken == 1
    code = await sent_code(store, "dana@mail.example" if "@" in contact else "+15125550142")
    response = await enter_code(visitor, contact, f"{code[:3]} {code[3:]}", next=f"{PORTAL}/visits")
    assert (response.status, response.headers["Location"]) == (303, f"{PORTAL}/visits")
    assert "Dana" in await (await visitor.get(f"{PORTAL}/")).text()


async def test_the_words_are_the_same_whether_the_number_is_known(store, live: Live, visitor) -> None:
    known = await (await ask_code(visitor, "(512) 555-0142")).text()
    unknown = await (await ask_code(visitor, "(512) 555-0177")).text()
    switched_off = await (await ask_code(visitor, "(512) 555-0160")).text()
    assert known.replace("0142", "0177") == unknown
    assert known.replace("0142", "0160") == switched_off
    assert live.woken == 1
    assert not await store.outbox.list_to("garland", "+15125550177", utc_now() - timedelta(minutes=1))


async def test_a_code_is_good_once_and_for_its_contact_only(store, visitor) -> None:
    await ask_code(visitor, "5125550142")
    code = await sent_code(store, "+15125550142")
    assert (await enter_code(visitor, "5125550143", code)).status == 401
    assert (await enter_code(visitor, "5125550142", "abcdef")).status == 401
    assert (await enter_code(visitor, "5125550142", code)).status == 303
    assert (await enter_code(visitor, "5125550142", code)).status == 401


async def test_a_code_counts_in_the_form_that_it_was_asked_for_in(store, visitor) -> None:
    page = await visitor.post("/s/garland/login/code", data={"contact": "5125550142"})
    (first, again) = re.findall(r'name="asker" value="([^"]{20,})"', await page.text())
    assert first == again
    code = await sent_code(store, "+15125550142")
    for number in range(10):
        assert (await enter_code(visitor, "5125550142", code, asker=f"guess {number}")).status == 401
    assert (await enter_code(visitor, "5125550142", code, asker=first)).status == 303


async def test_who_signed_in_here_before_is_sent_a_code_whatever_others_asked_for(store, visitor, sign_in) -> None:
    await sign_in("dana")
    await visitor.post("/s/garland/sign-out")
    for number in range(6):
        await store.attempts.claim("garland", "code_request", "+15125550142", f"198.51.100.{number}")
    assert (await ask_code(visitor, "5125550142")).status == 200
    assert (await enter_code(visitor, "5125550142", await sent_code(store, "+15125550142"))).status == 303
    visitor.session.cookie_jar.clear()
    assert (await ask_code(visitor, "5125550142")).status == 429


async def test_five_wrong_tries_end_a_code(store, visitor) -> None:
    await ask_code(visitor, "5125550142")
    code = await sent_code(store, "+15125550142")
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        assert (await enter_code(visitor, "5125550142", wrong)).status == 401
    assert (await enter_code(visitor, "5125550142", code)).status == 401


async def test_codes_are_not_sent_without_end(visitor) -> None:
    statuses = [(await ask_code(visitor, "5125550142")).status for _ in range(8)]
    assert statuses[0] == 200
    assert statuses[-1] == 429


async def test_what_is_no_contact_is_asked_for_again(visitor) -> None:
    response = await ask_code(visitor, "my phone")
    assert response.status == 422
    assert "does not look like" in await response.text()


async def test_two_clients_with_one_number_are_asked_who(store, visitor) -> None:
    await ask_code(visitor, "5125550150")
    response = await enter_code(visitor, "5125550150", await sent_code(store, "+15125550150"))
    text = await response.text()
    assert "Pat Shared" in text
    tickets = dict(zip(("pat", "sam"), re.findall(r'name="ticket" value="([^"]+)"', text), strict=True))
    forged = tickets["pat"].replace("pat.", "dana.")
    refused = await visitor.post("/s/garland/login/who", data={"ticket": forged}, allow_redirects=False)
    assert refused.status == 401
    other_shop = await visitor.post("/s/harbor/login/who", data={"ticket": tickets["pat"]}, allow_redirects=False)
    assert other_shop.status == 401
    entered = await visitor.post("/s/garland/login/who", data={"ticket": tickets["sam"]}, allow_redirects=False)
    assert entered.status == 303
    assert "Hello, Sam" in await (await visitor.get(f"{PORTAL}/")).text()


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/s/harbor/portal/",
        "/s/garland/\\evil",
        "javascript:x",
        "/s/garland/\r\nX: y",
    ],
)
async def test_signing_in_never_leads_elsewhere(store, visitor, wanted) -> None:
    key = await store.keys.issue("garland", "dana")
    response = await visitor.post("/s/garland/login", data={"key": key, "next": wanted}, allow_redirects=False)
    assert response.headers["Location"] == f"{PORTAL}/"


async def test_opening_a_link_spends_nothing_and_its_button_signs_in(store, visitor) -> None:
    token = await store.links.mint("garland", "dana", INVOICE, "reply")
    for _ in range(3):
        shown = await visitor.get(f"/s/garland/k/{token}")
        assert shown.status == 200
        assert "Set-Cookie" not in shown.headers
        text = await shown.text()
        assert text.count("<form") == 1
        assert "Dana" not in text
    (link,) = await store.links.list_for_client("garland", "dana")
    assert link.uses == 0
    await visitor.head(f"/s/garland/k/{token}")
    assert not await store.sessions.list_for_client("garland", "dana")
    pressed = await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    assert (pressed.status, pressed.headers["Location"]) == (303, f"{PORTAL}/invoices/inv1038")
    assert "Front brake pads" in await (await visitor.get(pressed.headers["Location"])).text()
    (link,) = await store.links.list_for_client("garland", "dana")
    assert link.uses == 1


@pytest.mark.parametrize(
    "page", ["", "invoices", "invoices/inv1044", "invoices/inv2001", "visits", "vehicles", "work-orders", "chat"]
)
async def test_a_link_opens_what_it_is_for_and_nothing_else(store, visitor, page) -> None:
    token = await store.links.mint("garland", "dana", INVOICE, "reply")
    await visitor.post(f"/s/garland/k/{token}")
    response = await visitor.get(f"{PORTAL}/{page}", allow_redirects=False)
    assert response.status == 303
    assert "why=scope" in response.headers["Location"]
    asked = await (await visitor.get(response.headers["Location"])).text()
    assert "The link you used opens one page only" in asked


async def test_a_link_for_booking_knows_the_vehicles_and_another_link_does_not(store, visitor) -> None:
    for scope, knows in ((INVOICE, False), (LinkScope(page="book"), True)):
        token = await store.links.mint("garland", "dana", scope, "reply")
        await visitor.post(f"/s/garland/k/{token}")
        assert ("2019 Honda Civic" in await (await visitor.get("/s/garland/book")).text()) is knows


async def test_a_link_that_is_gone_says_what_to_do(store, visitor) -> None:
    expired = await store.links.mint("garland", "dana", INVOICE, "reply", ttl=timedelta(seconds=-1))
    revoked = await store.links.mint("garland", "dana", INVOICE, "reply")
    for link in await store.links.list_for_client("garland", "dana"):
        await store.links.revoke("garland", link.id)
    closed = await store.links.mint("garland", "off", LinkScope(page="dashboard"), "reply")
    other = await store.links.mint("harbor", "harry", LinkScope(page="dashboard"), "reply")
    for token in (expired, revoked, closed, other, "nothing", "x" * 300):
        for call in (visitor.get, visitor.post):
            response = await call(f"/s/garland/k/{token}", allow_redirects=False)
            assert response.status == 410
            assert "sign in with a code" in await response.text()
            assert "Set-Cookie" not in response.headers


async def test_a_link_takes_nothing_from_who_has_proven_more(store, sign_in) -> None:
    browser = await sign_in("dana")
    token = await store.links.mint("garland", "dana", INVOICE, "reply")
    await browser.post(f"/s/garland/k/{token}")
    assert (await browser.get(f"{PORTAL}/visits", allow_redirects=False)).status == 200


async def test_a_forwarded_link_does_not_open_the_other_ones_portal(store, sign_in) -> None:
    browser = await sign_in("ray")
    token = await store.links.mint("garland", "dana", INVOICE, "reply")
    await browser.post(f"/s/garland/k/{token}")
    assert (await browser.get(f"{PORTAL}/", allow_redirects=False)).status == 303


async def test_switching_access_off_ends_a_link_session(store, visitor) -> None:
    token = await store.links.mint("garland", "dana", INVOICE, "reply")
    await visitor.post(f"/s/garland/k/{token}")
    await store.clients.set_portal("garland", "dana", Portal(enabled=False))
    assert (await visitor.get(f"{PORTAL}/invoices/inv1038", allow_redirects=False)).status == 303


async def test_signing_out_ends_the_session(store, live: Live, sign_in) -> None:
    browser = await sign_in("dana")
    assert (await browser.get("/s/garland/sign-out")).status == 405
    response = await browser.post("/s/garland/sign-out", allow_redirects=False)
    assert (response.status, response.headers["Location"]) == (303, "/s/garland/")
    assert not await store.sessions.list_for_client("garland", "dana")
    assert len(live.ended) == 1
    assert (await browser.get(f"{PORTAL}/", allow_redirects=False)).status == 303


async def test_staff_sign_in_with_their_password_and_out_again(store, visitor) -> None:
    await store.staff.add("garland", "rosa@garland.example", "Rosa", "owner", "correct horse")
    fields = {"email": " Rosa@Garland.example", "password": "wrong", "next": "https://evil.example"}
    wrong = await visitor.post("/staff/login", data=fields, allow_redirects=False)
    assert wrong.status == 401
    fields["password"] = "correct horse"
    right = await visitor.post("/staff/login", data=fields, allow_redirects=False)
    assert (right.status, right.headers["Location"]) == (303, "/staff/")
    assert "pitline_staff=" in right.headers["Set-Cookie"]
    out = await visitor.post("/staff/sign-out", allow_redirects=False)
    assert out.headers["Location"] == "/staff/login"


async def test_staff_of_two_shops_pick_one(store, visitor) -> None:
    for shop in ("garland", "harbor"):
        await store.staff.add(shop, "rosa@garland.example", "Rosa", "owner", "correct horse")
    fields = {"email": "rosa@garland.example", "password": "correct horse"}
    asked = await visitor.post("/staff/login", data=fields, allow_redirects=False)
    assert "Harbor Tire" in await asked.text()
    chosen = await visitor.post("/staff/login", data={**fields, "shop": "harbor"}, allow_redirects=False)
    assert chosen.status == 303


async def test_a_staff_cookie_is_no_clients_and_a_clients_no_staffs(store, visitor) -> None:
    staff = await store.staff.add("garland", "rosa@garland.example", "Rosa", "owner", "correct horse")
    token = await store.sessions.open("garland", staff_id=staff.id)
    visitor.session.cookie_jar.update_cookies({"pitline_garland": token})
    assert (await visitor.get(f"{PORTAL}/", allow_redirects=False)).status == 303
