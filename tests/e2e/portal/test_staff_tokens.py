"""The page of API tokens over real HTTP: made, shown once, listed, revoked; owners only; every act in the log."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import unescape

import pytest
from aiohttp import ClientResponse

from config.clock import utc_now
from storage.activity import ActivityEntry, ActivityQuery
from storage.staff import Role, Staff
from storage.store import Storage
from tests.e2e.portal.conftest import Browser
from tests.portal_cast import Live

PAGE = "/staff/settings/tokens"
PEOPLE = "/staff/settings/people"

SignIn = Callable[..., Awaitable[Staff]]


@pytest.fixture
def staff_in(store: Storage, visitor: Browser) -> SignIn:
    """Makes somebody who works at Garland, and signs the browser in as them."""

    async def enter(role: Role = "owner", name: str = "Rosa") -> Staff:
        staff = await store.staff.invite("garland", f"{name.lower()}@garland.example", name, role)
        visitor.session.cookie_jar.update_cookies(
            {"pitline_staff": await store.sessions.open("garland", staff_id=staff.id)}
        )
        return staff

    return enter


async def read(browser: Browser, path: str = PAGE) -> str:
    response = await browser.get(path, allow_redirects=False)
    assert response.status == 200, path
    return unescape(await response.text())


async def press_of(browser: Browser) -> str:
    found = re.search(r'name="press" value="([0-9a-f]{32})"', await read(browser))
    assert found
    return found[1]


async def make(browser: Browser, person: Staff, press: str = "", **changes: str) -> ClientResponse:
    fields = {"act": "make", "label": "Our software", "person": person.id, "lifetime": "90"}
    fields["press"] = press or await press_of(browser)
    return await browser.post(PAGE, data=fields | changes, allow_redirects=False)


async def shown(response: ClientResponse) -> str:
    found = re.search(r'id="new-token"[^>]* value="(pitline_[A-Za-z0-9]{34})"', await response.text())
    assert found
    return found[1]


async def noted(store: Storage) -> list[ActivityEntry]:
    return list((await store.activity.list("garland", ActivityQuery(group="people"), 20)).entries)


async def test_an_owner_makes_a_token_for_a_colleague_and_sees_it_once(
    store: Storage, visitor: Browser, staff_in: SignIn
) -> None:
    lena = await store.staff.invite("garland", "lena@garland.example", "Lena", "technician")
    rosa = await staff_in()
    assert "No tokens yet" in await read(visitor)
    response = await make(visitor, lena)
    assert response.status == 200
    assert "no-store" in response.headers["Cache-Control"]
    text = await shown(response)
    token = await store.api_tokens.verify(text)
    assert token is not None
    assert (token.shop, token.staff_id, token.created_by) == ("garland", lena.id, rosa.id)
    assert token.expires_at is not None
    assert abs(token.expires_at - utc_now() - timedelta(days=90)) < timedelta(minutes=1)
    page = await read(visitor)
    assert text not in page
    for words in ("Our software", "Acts as Lena", "by Rosa", "never used", "good until"):
        assert words in page
    await store.api_tokens.note_use(token)
    assert "last used in the hour from" in await read(visitor)
    (entry,) = [one for one in await noted(store) if one.action == "people.token_made"]
    assert (entry.actor.name, entry.subject, entry.details["acts as"]) == ("Rosa", "Our software", "Lena")
    assert text not in repr(entry)
    assert "made an API token" in await read(visitor, "/staff/logs")


async def test_the_same_press_makes_one_token(store: Storage, visitor: Browser, staff_in: SignIn) -> None:
    rosa = await staff_in()
    press = await press_of(visitor)
    text = await shown(await make(visitor, rosa, press))
    again = await make(visitor, rosa, press)
    assert again.status == 409
    page = unescape(await again.text())
    assert "made already" in page
    assert "new-token" not in page
    assert len(await store.api_tokens.list("garland")) == 1
    assert await store.api_tokens.verify(text) is not None
    assert len([one for one in await noted(store) if one.action == "people.token_made"]) == 1


async def test_what_is_missing_or_wrong_is_said_and_makes_nothing(
    store: Storage, visitor: Browser, staff_in: SignIn
) -> None:
    gone = await store.staff.invite("garland", "gone@garland.example", "Gone", "advisor")
    await store.staff.set_active("garland", gone.id, active=False)
    theirs = await store.staff.invite("harbor", "ann@harbor.example", "Ann", "owner")
    rosa = await staff_in()
    for changes in ({"label": "  "}, {"label": "x" * 61}):
        response = await make(visitor, rosa, **changes)
        assert response.status == 422
        assert 'id="label-problem"' in await response.text()
    for person in (gone, theirs):
        response = await make(visitor, person, label="Kept as it was typed")
        assert response.status == 422
        page = await response.text()
        assert 'id="person-problem"' in page
        assert "Kept as it was typed" in page
    for changes in ({"lifetime": "1000"}, {"press": "x"}, {"act": "steal"}):
        assert (await make(visitor, rosa, **changes)).status == 400
    assert await store.api_tokens.list("garland") == []
    assert f'value="{gone.id}"' not in await read(visitor)


async def test_revoking_is_asked_about_first_and_ends_what_is_connected(
    store: Storage, visitor: Browser, staff_in: SignIn, live: Live
) -> None:
    rosa = await staff_in()
    text = await shown(await make(visitor, rosa, lifetime="never"))
    token = await store.api_tokens.verify(text)
    assert token is not None
    assert token.expires_at is None
    asked = await read(visitor, f"{PAGE}?revoke={token.id}")
    assert 'Revoke "Our software"?' in asked
    assert await store.api_tokens.verify(text) is not None  # looking changes nothing
    for _ in range(2):
        done = await visitor.post(PAGE, data={"act": "revoke", "id": token.id}, allow_redirects=False)
        assert done.headers["Location"] == f"{PAGE}?done=token_revoked"
    assert await store.api_tokens.verify(text) is None
    assert live.ended == [token.id]
    assert [one.action for one in await noted(store)].count("people.token_revoked") == 1
    assert "The token is revoked" in await read(visitor, f"{PAGE}?done=token_revoked")
    assert "Revoke" not in await read(visitor, f"{PAGE}?revoke={token.id}")


async def test_another_shops_tokens_are_neither_seen_nor_ended(
    store: Storage, visitor: Browser, staff_in: SignIn, live: Live
) -> None:
    made = await store.api_tokens.make("harbor", "ann", "Harbor's own")
    assert made is not None
    await staff_in()
    assert "Harbor's own" not in await read(visitor, f"{PAGE}?revoke={made[0].id}")
    await visitor.post(PAGE, data={"act": "revoke", "id": made[0].id}, allow_redirects=False)
    assert await store.api_tokens.verify(made[1]) is not None
    assert live.ended == []


@pytest.mark.parametrize("role", ["advisor", "technician"])
async def test_others_than_owners_are_refused(store: Storage, visitor: Browser, staff_in: SignIn, role: Role) -> None:
    me = await staff_in(role)
    assert (await visitor.get(PAGE, allow_redirects=False)).status == 403
    assert (await make(visitor, me, "a" * 32)).status == 403
    assert await store.api_tokens.list("garland") == []
    assert PAGE not in await read(visitor, "/staff/settings" if role == "advisor" else "/staff/account")


async def test_another_sites_page_makes_none(store: Storage, visitor: Browser, staff_in: SignIn) -> None:
    rosa = await staff_in()
    fields = {"act": "make", "label": "x", "person": rosa.id, "lifetime": "never", "press": "a" * 32}
    for headers in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        given = headers | {"Authorization": "Bearer x"}
        assert (await visitor.post(PAGE, data=fields, headers=given, allow_redirects=False)).status == 403
    assert await store.api_tokens.list("garland") == []


async def test_who_is_let_go_takes_their_tokens_along(
    store: Storage, visitor: Browser, staff_in: SignIn, live: Live
) -> None:
    lena = await store.staff.invite("garland", "lena@garland.example", "Lena", "advisor")
    rosa = await staff_in()
    hers, mine = await shown(await make(visitor, lena)), await shown(await make(visitor, rosa))
    token = await store.api_tokens.verify(hers)
    assert token is not None
    await visitor.post(PEOPLE, data={"act": "let_go", "id": lena.id}, allow_redirects=False)
    assert live.ended == [token.id]
    await visitor.post(PEOPLE, data={"act": "take_back", "id": lena.id}, allow_redirects=False)
    assert await store.api_tokens.verify(hers) is None
    assert await store.api_tokens.verify(mine) is not None
    assert [one.action for one in await noted(store)].count("people.token_revoked") == 1


async def test_one_that_is_over_says_so(store: Storage, visitor: Browser, staff_in: SignIn) -> None:
    rosa = await staff_in()
    await store.api_tokens.make("garland", rosa.id, "Old", lifetime=timedelta(days=-1))
    page = await read(visitor)
    assert "was good until" in page
    assert ">Over<" in page
    assert "by the operator" in page
    assert "Vencido" in await read(visitor, f"{PAGE}?lang=es")


async def test_everybody_sees_which_programs_act_as_them(store: Storage, visitor: Browser, staff_in: SignIn) -> None:
    lena = await staff_in("technician", "Lena")
    assert "act as you" not in await read(visitor, "/staff/account")
    for label, person, days in (("Hers", lena.id, 1), ("Over", lena.id, -1), ("Others", "somebody", 1)):
        await store.api_tokens.make("garland", person, label, lifetime=timedelta(days=days))
    page = await read(visitor, "/staff/account")
    assert "Programs that act as you" in page
    assert re.findall(r"<strong>(Hers|Over|Others)</strong>", page) == ["Hers"]
