"""The profile: changes asked for and taken back, what one wants to hear, the language, and where one is signed in."""

import asyncio
import re
from dataclasses import replace

import pytest
from yarl import URL

from storage.clients import Consent
from storage.proof import LinkScope, Proof
from storage.sessions import client_cookie
from tests.portal_cast import DANA, NOW

PROFILE = "/s/garland/portal/profile"
CHANGE = f"{PROFILE}/change"
# The form as it opens for Dana, but for its key.
FORM = {
    "name": "Dana Whitfield",
    "phone:0": "(512) 555-0142",
    "phone:new": "",
    "email": "dana@mail.example",
    "address": "",
    "plate:civic": "KLM 4821",
    "plate:truck": "",
}
POSTS = (
    ("change", {**FORM, "name": "Dana W. Ortega"}),
    ("withdraw", {"request": "x"}),
    ("sessions", {"act": "end_others"}),
    ("consent", {"purpose": "marketing", "wanted": "yes"}),
    ("language", {"language": "es"}),
)


async def opened(browser) -> dict[str, str]:
    """What the form holds as it opens."""
    text = await (await browser.get(CHANGE)).text()
    values = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', text))
    assert values.pop("key")
    return values


async def send(browser, key: str = "k1", **changes: str):
    fields = {name.replace("__", ":"): value for name, value in changes.items()}
    return await browser.post(CHANGE, data={**FORM, **fields, "key": key})


async def requests(store, state: str = "waiting") -> list[tuple[str, str | None, str]]:
    found = await store.change_requests.list_for_client("garland", "dana")
    wanted = [(one.field, one.old, one.new) for one in found if one.state == state]
    return sorted(wanted, key=lambda one: (one[0], one[1] or ""))


async def news(store) -> list[tuple[str, str]]:
    return [(one.kind, one.place) for one in await store.news.list()]


async def test_a_change_is_asked_for_shown_as_waiting_and_told_to_staff(store, sign_in, live) -> None:
    browser = await sign_in("dana")
    assert await opened(browser) == FORM
    text = await (await send(browser, email=" Dana.W@Mail.example ", address="9 Elm St, Austin, TX 78701")).text()
    assert "Garland Auto Care has your wish and will answer it." in text
    assert "What you asked to change" in text
    assert "instead of dana@mail.example" in text
    assert await requests(store) == [
        ("address", None, "9 Elm St, Austin, TX 78701"),
        ("email", "dana@mail.example", "dana.w@mail.example"),
    ]
    assert (await store.clients.get("garland", "dana")) == DANA
    assert (await news(store), live.news) == ([("change_request", "portal")] * 2, 1)
    assert (await opened(browser))["email"] == "dana.w@mail.example"


async def test_numbers_and_plates_are_each_their_own(store, sign_in) -> None:
    browser = await sign_in("dana")
    await send(browser, phone__0="512 555 0190", phone__new="(512) 555-0191", plate__truck="abc 123")
    assert await requests(store) == [
        ("phone", None, "+15125550191"),
        ("phone", "+15125550142", "+15125550190"),
        ("plate", None, "ABC 123"),
    ]
    found = await store.change_requests.list_for_client("garland", "dana")
    assert [one.vehicle_id for one in found if one.field == "plate"] == ["truck"]


async def test_what_is_wrong_is_said_by_name_and_nothing_typed_is_lost(store, sign_in, live) -> None:
    browser = await sign_in("dana")
    changes = {"email": "dana@", "phone__0": "12", "name": "", "plate__civic": "???", "address": "1 Oak Ct"}
    response = await send(browser, **changes)
    text = await response.text()
    assert response.status == 422
    for words in (
        "4 things are to be put right", "That is not an e-mail address", "phone number with its area code",
        "it can only be changed", "letters and digits only", 'value="dana@"', 'value="12"', 'value="1 Oak Ct"',
    ):  # fmt: skip
        assert words in text, words
    assert text.count('aria-invalid="true"') == 4
    assert (await requests(store), live.news) == ([], 0)


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "x" * 5000, "\x00\x01", "🚗 🚗"])
async def test_wild_words_do_no_harm(store, sign_in, typed) -> None:
    browser = await sign_in("dana")
    response = await send(browser, email=typed, address=typed)
    assert response.status in (200, 422)
    assert "<script>alert" not in await response.text()
    assert all(len(new) <= 120 for _, _, new in await requests(store))


async def test_the_same_form_sent_many_times_asks_once(store, sign_in) -> None:
    browser = await sign_in("dana")
    await asyncio.gather(*(send(browser, name="Dana Ortega") for _ in range(6)))
    await send(browser, name="Dana Ortega")
    assert await requests(store) == [("name", "Dana Whitfield", "Dana Ortega")]
    assert await requests(store, "withdrawn") == []
    assert await news(store) == [("change_request", "portal")]


async def test_a_newer_wish_takes_the_place_of_the_older(store, sign_in) -> None:
    browser = await sign_in("dana")
    await send(browser, "k1", email="a@mail.example")
    text = await (await send(browser, "k2", email="b@mail.example")).text()
    assert "b@mail.example" in text
    assert "a@mail.example" not in text.replace("dana@mail.example", "")
    assert await requests(store) == [("email", "dana@mail.example", "b@mail.example")]
    assert await requests(store, "withdrawn") == [("email", "dana@mail.example", "a@mail.example")]


async def test_a_wish_is_taken_back_by_its_button_or_by_what_is_on_file(store, sign_in) -> None:
    browser = await sign_in("dana")
    page = await (await send(browser, "k1", email="a@mail.example", name="D. Whitfield")).text()
    request = re.search(r'name="request" value="(\w+)"', page)
    assert request is not None
    text = await (await browser.post(f"{PROFILE}/withdraw", data={"request": request[1]})).text()
    assert "It is taken back." in text
    assert len(await requests(store)) == 1
    await send(browser, "k2")  # all as it is on file
    assert (await requests(store), len(await requests(store, "withdrawn"))) == ([], 2)


async def test_nobody_takes_back_what_is_another_clients(store, sign_in) -> None:
    await send(await sign_in("dana"), email="a@mail.example")
    (request,) = await store.change_requests.list_for_client("garland", "dana")
    browser = await sign_in("ray")
    await browser.post(f"{PROFILE}/withdraw", data={"request": request.id})
    await browser.post(CHANGE, data={**FORM, "plate:civic": "STOLEN1"})
    assert len(await requests(store)) == 1
    assert [one.field for one in await store.change_requests.list_for_client("garland", "ray")].count("plate") == 0


async def test_nothing_changed_asks_for_nothing(store, sign_in, live) -> None:
    text = await (await send(await sign_in("dana"))).text()
    assert "Nothing was changed" in text
    assert (await requests(store), live.news) == ([], 0)


@pytest.mark.parametrize(("path", "fields"), POSTS)
async def test_a_links_session_needs_a_code_first(store, visitor, path, fields) -> None:
    token = await store.links.mint("garland", "dana", LinkScope(page="profile"), "reply")
    await visitor.post(f"/s/garland/k/{token}")
    text = await (await visitor.get(PROFILE)).text()
    assert "dana@mail.example" in text
    assert "Where you are signed in" not in text
    for response in (
        await visitor.post(f"{PROFILE}/{path}", data=fields, allow_redirects=False),
        await visitor.get(CHANGE, allow_redirects=False),
    ):
        assert (response.status, "/login?" in response.headers["Location"]) == (303, True)
    assert (await requests(store), await store.clients.get("garland", "dana")) == ([], DANA)
    assert await store.consents.find_for_client("garland", "dana") is None


@pytest.mark.parametrize(("path", "fields"), POSTS)
async def test_a_visitor_is_asked_to_sign_in(visitor, path, fields) -> None:
    response = await visitor.post(f"{PROFILE}/{path}", data=fields, allow_redirects=False)
    assert "/login?" in response.headers["Location"]


async def open_session(store, client: str, agent: str = "") -> tuple[str, str]:
    token = await store.sessions.open("garland", client_id=client, proof=Proof.FULL, agent=agent)
    session = await store.sessions.find(token)
    return token, session.id


async def test_sessions_are_listed_and_ended_one_by_one_with_their_sockets(store, sign_in, live) -> None:
    browser = await sign_in("dana")
    token, phone = await open_session(store, "dana", "Mozilla/5.0 (iPhone) Safari/605")
    kept, _ = await open_session(store, "dana", "Mozilla/5.0 (Windows NT) Firefox/131")
    text = await (await browser.get(PROFILE)).text()
    for words in ("Safari · iPhone", "Firefox · Windows", "this one", "Sign out everywhere else"):
        assert words in text
    done = await browser.post(f"{PROFILE}/sessions", data={"session": phone})
    assert "Signed out there." in await done.text()
    assert (await store.sessions.find(token), live.ended) == (None, [phone])
    assert await store.sessions.find(kept) is not None


async def test_all_others_end_and_this_one_stays(store, sign_in, live) -> None:
    browser = await sign_in("dana")
    mine = browser.session.cookie_jar.filter_cookies(URL(str(browser.make_url("/"))))[client_cookie("garland")].value
    ended = [await open_session(store, "dana") for _ in range(3)]
    rays, _ = await open_session(store, "ray")
    await browser.post(f"{PROFILE}/sessions", data={"act": "end_others"})
    assert sorted(live.ended) == sorted(session for _, session in ended)
    assert [await store.sessions.find(token) for token, _ in ended] == [None] * 3
    assert await store.sessions.find(mine) is not None
    assert await store.sessions.find(rays) is not None


async def test_nobody_ends_another_clients_session(store, sign_in, live) -> None:
    browser = await sign_in("dana")
    rays, session = await open_session(store, "ray")
    await browser.post(f"{PROFILE}/sessions", data={"session": session})
    assert await store.sessions.find(rays) is not None
    assert live.ended == []


async def test_what_one_hears_is_chosen_per_purpose_and_outlives_what_is_on_file(store, sign_in) -> None:
    browser = await sign_in("dana")
    await store.clients.put(replace(DANA, consent=Consent(service=True)))
    client = await store.clients.get("garland", "dana")
    for purpose, wanted, allowed in (
        ("service", "no", {"reminders": False, "service": False, "marketing": False}),
        ("marketing", "yes", {"reminders": False, "service": False, "marketing": True}),
        ("service", "yes", {"reminders": False, "service": True, "marketing": True}),
    ):
        await browser.post(f"{PROFILE}/consent", data={"purpose": purpose, "wanted": wanted})
        assert {one: await store.consents.allows("garland", client, one) for one in allowed} == allowed
    text = await (await browser.get(PROFILE)).text()
    assert re.findall(r'<span class="badge (?:good|plain)">(\w+)</span>', text)[:3] == ["On", "Off", "On"]
    record = await store.consents.find_for_client("garland", "dana")
    assert [(act.act, act.purpose, act.source) for act in record.history] == [
        ("withdraw", "service", "portal"), ("grant", "marketing", "portal"), ("grant", "service", "portal"),
    ]  # fmt: skip
    await browser.post(f"{PROFILE}/consent", data={"purpose": "service", "wanted": "yes"})
    assert await store.consents.find_for_client("garland", "dana") == record  # said again, it is the same


async def test_a_stop_by_text_is_explained_and_stays(store, sign_in) -> None:
    await store.consents.stop("garland", "+15125550142", NOW, "sms:1")
    browser = await sign_in("dana")
    text = await (await browser.get(PROFILE)).text()
    assert "You texted STOP from (512) 555-0142" in text
    assert "text START to (512) 555-0101" in text
    await browser.post(f"{PROFILE}/consent", data={"purpose": "service", "wanted": "yes"})
    assert await store.consents.is_stopped("garland", "+15125550142")


@pytest.mark.parametrize("fields", [{}, {"purpose": "x", "wanted": "yes"}, {"purpose": "service", "wanted": "x"}])
async def test_a_wild_consent_is_refused(store, sign_in, fields) -> None:
    browser = await sign_in("dana")
    assert (await browser.post(f"{PROFILE}/consent", data=fields)).status == 400
    assert await store.consents.find_for_client("garland", "dana") is None


async def test_the_language_is_chosen_and_counts_at_once(store, sign_in) -> None:
    browser = await sign_in("dana")
    text = await (await browser.post(f"{PROFILE}/language", data={"language": "es"})).text()
    assert "Este es su idioma desde ahora." in text
    assert "De qué quiere que le avisemos" in text
    assert (await store.clients.get("garland", "dana")).language == "es"
    assert "Pedir un cambio" in await (await browser.get(CHANGE)).text()
    assert (await browser.post(f"{PROFILE}/language", data={"language": "xx"})).status == 400
