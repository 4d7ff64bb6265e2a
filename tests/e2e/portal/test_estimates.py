"""Estimates: what is on the pages, and the decision: checked first, written once, never for who may not."""

import asyncio
import re
from dataclasses import replace

import pytest

from storage.clients import Portal
from storage.estimates import EstimateLine
from storage.proof import LinkScope
from tests.portal_cast import ESTIMATE, NOW

PORTAL = "/s/garland/portal"
PAGE = f"{PORTAL}/estimates/est1"
CHOICE = {"line:pads": "approved", "line:rotors": "call_me", "line:wipers": "declined"}


async def decided(store, estimate_id: str = "est1") -> dict[str, str]:
    estimate = await store.estimates.get("garland", estimate_id)
    return {line.id: line.decision for line in estimate.lines if line.decided_at is not None}


async def check(browser, fields: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The page that asks whether it is right, and what its button sends."""
    response = await browser.post(PAGE, data=fields)
    assert response.status == 200
    text = await response.text()
    mark = re.search(r'name="confirm" value="(\w+)"', text)
    assert mark is not None
    return text, {**dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)), "confirm": mark[1]}


async def test_the_list_has_what_waits_and_what_expired(sign_in) -> None:
    text = await (await (await sign_in("dana")).get(f"{PORTAL}/estimates")).text()
    for words in ("E-501", "2019 Honda Civic", "$454.65", "Waiting for you", "Good until Dec 7, 2026", "Expired"):
        assert words in text
    assert "E-601" not in text  # Ray's


async def test_somebody_without_estimates_has_a_friendly_page(sign_in) -> None:
    assert "No estimates yet" in await (await (await sign_in("noel")).get(f"{PORTAL}/estimates")).text()


async def test_an_estimate_has_its_lines_its_total_and_how_it_stands(sign_in) -> None:
    text = await (await (await sign_in("dana")).get(PAGE)).text()
    for words in ("Front brake pads", "$180.00", "Sales tax", "$34.65", "$454.65", "Waiting for you", "Call me first"):
        assert words in text
    assert 'name="line:tax"' not in text  # tax goes with the work


async def test_it_is_read_back_before_it_is_written(store, sign_in) -> None:
    browser = await sign_in("dana")
    text, fields = await check(browser, CHOICE)
    for words in ("Is this right?", "Front brake pads", "$180.00", "before tax, fees and discounts", "Front rotors"):
        assert words in text
    assert await decided(store) == {}
    done = await browser.post(PAGE, data=fields)
    assert str(done.url).endswith(f"{PAGE}?done=1")
    text = await done.text()
    assert "The shop has your answer" in text
    assert "You asked to be called first" in text
    assert await decided(store) == {"pads": "approved", "rotors": "call_me", "wipers": "declined"}


async def test_all_of_it_comes_to_the_estimates_own_total(store, sign_in) -> None:
    browser = await sign_in("dana")
    text, fields = await check(browser, {"all": "approved"})
    assert "$454.65" in text
    assert "before tax" not in text
    await browser.post(PAGE, data=fields)
    assert await decided(store) == dict.fromkeys(("pads", "rotors", "wipers"), "approved")
    assert (await store.estimates.get("garland", "est1")).status == "approved"


async def test_what_is_left_out_stays_open(store, sign_in) -> None:
    browser = await sign_in("dana")
    text, fields = await check(browser, {"line:wipers": "declined"})
    assert "Stays open" in text
    assert "What you approve" not in text
    await browser.post(PAGE, data=fields)
    page = await (await browser.get(PAGE)).text()
    assert 'name="line:pads"' in page
    assert 'name="line:wipers"' not in page


async def test_sent_many_times_it_is_written_once(store, sign_in) -> None:
    browser = await sign_in("dana")
    _, fields = await check(browser, CHOICE)
    responses = await asyncio.gather(*(browser.post(PAGE, data=fields, allow_redirects=False) for _ in range(8)))
    assert {response.status for response in responses} == {303}
    first = await store.estimates.get("garland", "est1")
    assert (await browser.post(PAGE, data=fields, allow_redirects=False)).status == 303
    assert await store.estimates.get("garland", "est1") == first


async def test_who_decided_what_when_and_from_where_is_kept_with_what_they_saw(store, sign_in, live) -> None:
    browser = await sign_in("dana")
    _, fields = await check(browser, CHOICE)
    for _ in range(2):
        await browser.post(PAGE, data=fields, headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/605"})
    (kept,) = await store.estimate_decisions.list_for_estimate("garland", "est1")
    assert (kept.client_id, kept.number, kept.at, kept.language) == ("dana", "E-501", NOW, "en")
    assert [(line.id, line.description, line.amount, line.decision) for line in kept.lines] == [
        ("pads", "Front brake pads", 18000, "approved"),
        ("rotors", "Front rotors", 21000, "call_me"),
        ("wipers", "Wiper blades", 3000, "declined"),
        ("tax", "Sales tax", 3465, None),
    ]
    assert (kept.total, kept.approved, kept.content_mark) == (45465, 18000, ESTIMATE.content_mark)
    origin = kept.origin
    (session,) = await store.sessions.list_for_client("garland", "dana")
    assert (origin.place, origin.proof, origin.session, origin.address) == ("portal", "full", session.id, "127.0.0.1")
    assert origin.agent == "Mozilla/5.0 (iPhone) Safari/605"
    (news,) = await store.news.list()
    assert (news.id, live.news) == (kept.id, 2)
    lines = (replace(ESTIMATE.lines[0], amount=99900), *ESTIMATE.lines[1:])
    await store.estimates.put(replace(ESTIMATE, lines=lines, total=126365))
    assert await store.estimate_decisions.list_for_estimate("garland", "est1") == [kept]  # whatever comes of it


async def test_above_the_limit_of_texts_the_page_is_where_it_is_approved(store, visitor) -> None:
    lines = (replace(ESTIMATE.lines[0], amount=900000), *ESTIMATE.lines[1:])
    await store.estimates.put(replace(ESTIMATE, lines=lines, total=927465))
    token = await store.links.mint("garland", "dana", LinkScope(page="estimate", record_id="est1"), "reply")
    await visitor.post(f"/s/garland/k/{token}")
    text, fields = await check(visitor, {"all": "approved"})
    assert "$9,274.65" in text
    await visitor.post(PAGE, data=fields)
    (kept,) = await store.estimate_decisions.list_for_estimate("garland", "est1")
    assert (kept.approved, kept.origin.by_link, kept.total) == (927465, True, 927465)


async def test_changing_it_goes_back_with_what_was_chosen(store, sign_in) -> None:
    browser = await sign_in("dana")
    _, fields = await check(browser, CHOICE)
    del fields["confirm"]
    text = await (await browser.post(PAGE, data={**fields, "again": "1"})).text()
    assert re.search(r'name="line:rotors" value="call_me" checked', text)
    assert await decided(store) == {}


async def test_a_price_that_changed_meanwhile_is_read_back_again(store, sign_in) -> None:
    browser = await sign_in("dana")
    _, fields = await check(browser, CHOICE)
    lines = (replace(ESTIMATE.lines[0], amount=28000), *ESTIMATE.lines[1:])
    await store.estimates.put(replace(ESTIMATE, lines=lines, total=55465))
    response = await browser.post(PAGE, data=fields)
    assert response.status == 409
    text = await response.text()
    assert "We have just changed this estimate" in text
    assert "$280.00" in text
    assert await decided(store) == {}
    assert await store.estimate_decisions.list_for_estimate("garland", "est1") == []
    assert await store.news.list() == []


async def test_an_import_between_look_and_write_is_noticed(store, sign_in, monkeypatch) -> None:
    browser = await sign_in("dana")
    _, fields = await check(browser, CHOICE)
    write = store.estimates.decide

    async def import_first(*args, **named):
        lines = (replace(ESTIMATE.lines[0], amount=28000), *ESTIMATE.lines[1:])
        await store.estimates.put(replace(ESTIMATE, lines=lines, total=55465))
        return await write(*args, **named)

    monkeypatch.setattr(store.estimates, "decide", import_first)
    response = await browser.post(PAGE, data=fields)
    text = await response.text()
    assert (response.status, "$280.00" in text) == (409, True)
    assert (await decided(store), await store.news.list()) == ({}, [])


async def test_pressed_again_after_an_import_changed_what_was_decided_nothing_is_recorded(store, sign_in) -> None:
    browser = await sign_in("dana")
    _, fields = await check(browser, CHOICE)
    await browser.post(PAGE, data=fields)
    after = await store.estimates.get("garland", "est1")
    lines = (replace(after.lines[0], amount=28000), *after.lines[1:])
    await store.estimates.put(replace(after, lines=lines, total=55465))
    assert (await browser.post(PAGE, data=fields)).status == 409
    assert len(await store.estimate_decisions.list_for_estimate("garland", "est1")) == 1


async def test_what_was_decided_is_not_decided_again(store, sign_in) -> None:
    browser = await sign_in("dana")
    _, fields = await check(browser, {"all": "declined"})
    await browser.post(PAGE, data=fields)
    response = await browser.post(PAGE, data={**fields, **dict.fromkeys(CHOICE, "approved")})
    assert response.status == 409
    assert "To change what you decided, ask us." in await response.text()
    assert set((await decided(store)).values()) == {"declined"}


async def test_an_expired_estimate_is_shown_and_not_decided(store, sign_in) -> None:
    browser = await sign_in("dana")
    text = await (await browser.get(f"{PORTAL}/estimates/est2")).text()
    assert "This estimate has expired" in text
    assert "<fieldset" not in text
    mark = ESTIMATE.content_mark
    response = await browser.post(f"{PORTAL}/estimates/est2", data={"all": "approved", "confirm": mark})
    assert response.status == 409
    assert await decided(store, "est2") == {}


@pytest.mark.parametrize(
    "fields", [{}, {"line:pads": "perhaps"}, {"line:tax": "approved"}, {"line:none": "approved"}, {"all": "x"}]
)
async def test_nothing_that_can_be_decided_is_asked_for_again(store, sign_in, fields) -> None:
    browser = await sign_in("dana")
    response = await browser.post(PAGE, data={**fields, "confirm": ESTIMATE.content_mark})
    assert response.status == 422
    assert "Please choose for at least one." in await response.text()
    assert await decided(store) == {}


async def test_an_estimate_without_lines_is_only_shown(store, sign_in) -> None:
    await store.estimates.put(replace(ESTIMATE, lines=()))
    text = await (await (await sign_in("dana")).get(PAGE)).text()
    assert "no lines to decide on here" in text
    assert "$454.65" in text


async def test_another_clients_estimate_is_not_there(store, sign_in) -> None:
    browser = await sign_in("dana")
    for path in ("est3", "nothing", "%00"):
        assert (await browser.get(f"{PORTAL}/estimates/{path}")).status == 404
        fields = {"all": "approved", "confirm": ESTIMATE.content_mark}
        assert (await browser.post(f"{PORTAL}/estimates/{path}", data=fields)).status == 404
    assert await decided(store, "est3") == {}


async def test_a_visitor_is_asked_to_sign_in_and_decides_nothing(store, visitor) -> None:
    fields = {**CHOICE, "confirm": ESTIMATE.content_mark}
    response = await visitor.post(PAGE, data=fields, allow_redirects=False)
    assert (response.status, await decided(store)) == (303, {})
    assert "/login?" in response.headers["Location"]


async def test_a_link_for_one_estimate_decides_that_one_only(store, visitor) -> None:
    token = await store.links.mint("garland", "dana", LinkScope(page="estimate", record_id="est1"), "reply")
    response = await visitor.post(f"/s/garland/k/{token}", allow_redirects=False)
    assert response.headers["Location"] == PAGE
    for other in ("estimates", "estimates/est2", "invoices"):
        assert (await visitor.get(f"{PORTAL}/{other}", allow_redirects=False)).status == 303
    _, fields = await check(visitor, {"line:pads": "approved"})
    other = await visitor.post(f"{PORTAL}/estimates/est2", data=fields, allow_redirects=False)
    assert "/login?" in other.headers["Location"]
    await visitor.post(PAGE, data=fields)
    assert await decided(store) == {"pads": "approved"}


async def test_a_link_for_an_invoice_decides_nothing(store, visitor) -> None:
    token = await store.links.mint("garland", "dana", LinkScope(page="invoices"), "reply")
    await visitor.post(f"/s/garland/k/{token}")
    fields = {**CHOICE, "confirm": ESTIMATE.content_mark}
    assert (await visitor.post(PAGE, data=fields, allow_redirects=False)).status == 303
    assert await decided(store) == {}


async def test_another_site_cannot_decide(store, sign_in) -> None:
    browser = await sign_in("dana")
    fields = {**CHOICE, "confirm": ESTIMATE.content_mark}
    response = await browser.post(PAGE, data=fields, headers={"Origin": "https://elsewhere.example"})
    assert (response.status, await decided(store)) == (403, {})


async def test_switched_off_the_pages_are_not_there_and_not_in_the_menu(store, sign_in) -> None:
    await store.clients.set_portal("garland", "dana", Portal(sections={"estimates": False}))
    browser = await sign_in("dana")
    assert (await browser.get(f"{PORTAL}/estimates")).status == 404
    assert (await browser.post(PAGE, data=CHOICE)).status == 404
    assert f"{PORTAL}/estimates" not in await (await browser.get(f"{PORTAL}/")).text()


async def test_the_pages_are_there_in_spanish(sign_in) -> None:
    browser = await sign_in("dana")
    assert "Espera su respuesta" in await (await browser.get(f"{PORTAL}/estimates?lang=es")).text()
    assert "¿Qué hacemos?" in await (await browser.get(PAGE)).text()
    text, _ = await check(browser, CHOICE)
    assert "Sí, avisar al taller" in text


async def test_a_long_estimate_is_light(store, sign_in) -> None:
    lines = tuple(
        EstimateLine(id=f"l{number}", description=f"Piece of work number {number}", kind="labor", amount=1000)
        for number in range(40)
    )
    await store.estimates.put(replace(ESTIMATE, lines=lines, total=40000))
    browser = await sign_in("dana")
    assert len((await (await browser.get(PAGE)).text()).encode()) < 60_000
    text, _ = await check(browser, {"all": "approved"})
    assert len(text.encode()) < 60_000
