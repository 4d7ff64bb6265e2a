"""Keys, codes, links, sessions, raised visitors, and the limit on guessing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.access import Access
from storage.attempts import TooManyAttempts
from storage.devices import client_account
from storage.hashing import Hasher
from storage.keys import read_key
from storage.mongo import Database
from storage.proof import LinkScope, Proof
from storage.store import Storage
from storage.visitors import Visitors

PAGE = LinkScope(page="invoice", record_id="i1")
BY_SMS = "+15125550101"
FORM = "the form that asked"


class Now:
    """A system clock that a test sets forward. It starts in the middle of whatever window tries are counted in."""

    def __init__(self) -> None:
        six_hours = timedelta(hours=6).total_seconds()
        at = (datetime.now(UTC).timestamp() // six_hours + 1) * six_hours + timedelta(minutes=5).total_seconds()
        self.start = datetime.fromtimestamp(at, UTC)
        self.passed = timedelta(0)

    def __call__(self) -> datetime:
        return self.start + self.passed


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
async def access(database: Database, store: Storage, now: Now) -> Access:
    """The ways in, by the test's clock; `store` has made the indexes."""
    return Access(database, "a secret key of more than thirty-two characters", now)


async def everything_stored(database: Database) -> str:
    names = ("login_keys", "codes", "links", "sessions", "visitors", "attempts")
    return repr([await database[name].find({}).to_list(None) for name in names])


# --- keys


async def test_a_key_opens_its_own_client_in_its_own_shop(access: Access) -> None:
    key = await access.keys.issue("garage", "c1")
    assert await access.keys.verify("garage", key) == "c1"
    assert await access.keys.verify("other", key) is None
    assert await access.keys.verify("garage", key[:-1] + ("0" if key[-1] != "0" else "1")) is None


async def test_a_new_key_ends_the_one_before(access: Access) -> None:
    first = await access.keys.issue("garage", "c1", issued_by="s1")
    second = await access.keys.issue("garage", "c1", issued_by="s2")
    assert await access.keys.verify("garage", first) is None
    assert await access.keys.verify("garage", second) == "c1"
    known = await access.keys.find("garage", "c1")
    assert known is not None
    assert known.issued_by == "s2"
    await access.keys.revoke("garage", "c1")
    assert await access.keys.verify("garage", second) is None


async def test_a_press_makes_one_key_however_often_and_at_once_it_comes(access: Access) -> None:
    await access.keys.issue("garage", "c1")  # one from before, which ends
    made = await asyncio.gather(*(access.keys.issue_once("garage", "c1", "press1", "s1") for _ in range(8)))
    (key,) = [one for one in made if one is not None]
    assert await access.keys.verify("garage", key) == "c1"
    assert await access.keys.issue_once("garage", "c1", "press1", "s1") is None
    assert await access.keys.verify("garage", key) == "c1"
    other = await access.keys.issue_once("garage", "c1", "press2", "s1")
    assert other is not None
    assert await access.keys.verify("garage", key) is None
    assert await access.keys.issue_once("garage", "c2", "press2", "s1") is not None


async def test_many_keys_made_at_once_for_one_client_leave_one(access: Access) -> None:
    keys = await asyncio.gather(*(access.keys.issue("garage", "c1") for _ in range(8)))
    assert [await access.keys.verify("garage", key) for key in keys].count("c1") == 1


async def test_a_key_is_understood_as_it_is_read_aloud_and_typed(access: Access) -> None:
    key = await access.keys.issue("garage", "c1")
    groups = key.split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    typed = " " + " ".join(groups).lower().replace("0", "o").replace("1", "l") + " "
    assert await access.keys.verify("garage", typed) == "c1"


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_key_of_twelve_or_none(typed: str) -> None:
    key = read_key(typed)
    assert key is None or (len(key) == 12 and not set(key) & set("ILOU- "))


async def test_a_right_key_works_after_any_number_of_wrong_ones_and_wrong_ones_are_limited(access: Access) -> None:
    key = await access.keys.issue("garage", "c1")
    waits = []
    for _ in range(40):
        try:
            assert await access.sign_in_with_key("garage", "0000-0000-0000", "198.51.100.7") is None
        except TooManyAttempts as error:
            waits.append(error.retry_after)
    assert waits == [10 * 60] * 10
    assert await access.sign_in_with_key("garage", key, "198.51.100.7") == "c1"


# --- codes


async def test_a_code_is_six_digits_and_right_once(access: Access) -> None:
    code = await access.codes.issue("garage", BY_SMS, FORM)
    assert len(code) == 6
    assert code.isdigit()
    assert not await access.codes.verify("other", BY_SMS, code, FORM)
    assert not await access.codes.verify("garage", "+15125550102", code, FORM)
    assert await access.codes.verify("garage", BY_SMS, f" {code[:3]} {code[3:]}", FORM)
    assert not await access.codes.verify("garage", BY_SMS, code, FORM)


async def test_a_code_sent_at_once_many_times_is_right_once(access: Access) -> None:
    code = await access.codes.issue("garage", BY_SMS, FORM)
    right = await asyncio.gather(*(access.codes.verify("garage", BY_SMS, code, FORM) for _ in range(10)))
    assert right.count(True) == 1


async def test_five_wrong_tries_void_a_code_even_at_once(access: Access) -> None:
    code = await access.codes.issue("garage", BY_SMS, FORM)
    wrong = "000000" if code != "000000" else "111111"
    assert not any(await asyncio.gather(*(access.codes.verify("garage", BY_SMS, wrong, FORM) for _ in range(20))))
    assert not await access.codes.is_live("garage", BY_SMS, FORM)
    assert not await access.codes.verify("garage", BY_SMS, code, FORM)


async def test_four_wrong_tries_leave_one(access: Access) -> None:
    code = await access.codes.issue("garage", BY_SMS, FORM)
    for _ in range(4):
        assert not await access.codes.verify("garage", BY_SMS, "", FORM)
    assert await access.codes.is_live("garage", BY_SMS, FORM)
    assert await access.codes.verify("garage", BY_SMS, code, FORM)


async def test_a_code_lives_ten_minutes(access: Access, now: Now) -> None:
    code = await access.codes.issue("garage", "ana@example.com", FORM)
    now.passed = timedelta(minutes=10, seconds=1)
    assert not await access.codes.verify("garage", "ana@example.com", code, FORM)


async def test_a_new_code_ends_the_one_before(access: Access) -> None:
    first = await access.codes.issue("garage", "Ana@Example.com", FORM)
    second = await access.codes.issue("garage", "ana@example.com ", FORM)
    assert first == second or not await access.codes.verify("garage", "ana@example.com", first, FORM)
    assert await access.codes.verify("garage", "ana@example.com", second, FORM)


async def test_codes_for_one_contact_are_few_wherever_they_are_asked_from(access: Access) -> None:
    for number in range(6):
        await access.request_code("garage", BY_SMS, f"198.51.100.{number}", FORM)
    with pytest.raises(TooManyAttempts):
        await access.request_code("garage", BY_SMS, "198.51.100.99", FORM)
    assert await access.request_code("garage", "+15125550102", "198.51.100.1", FORM)


async def test_a_code_counts_only_where_it_was_asked_for(access: Access) -> None:
    code = await access.codes.issue("garage", BY_SMS, FORM)
    assert not await access.codes.verify("garage", BY_SMS, code, "a form of somebody else")
    await access.codes.issue("garage", BY_SMS, "a form of somebody else")
    assert await access.codes.verify("garage", BY_SMS, code, FORM)


# --- guessing


async def test_guesses_from_elsewhere_neither_spend_a_codes_tries_nor_shut_its_owner_out(access: Access) -> None:
    code = await access.request_code("garage", BY_SMS, "203.0.113.5", FORM)
    for number in range(200):
        assert not await access.check_code("garage", BY_SMS, "000000", f"198.51.100.{number}", f"form {number}")
    for _ in range(3):
        assert not await access.check_code("garage", BY_SMS, "slip", "203.0.113.5", FORM)
    assert await access.check_code("garage", BY_SMS, code, "203.0.113.5", FORM)


async def test_in_a_known_browser_codes_are_asked_for_whatever_others_used_up(access: Access) -> None:
    for number in range(6):
        await access.request_code("garage", BY_SMS, f"198.51.100.{number}", FORM)
    with pytest.raises(TooManyAttempts):
        await access.request_code("garage", BY_SMS, "203.0.113.5", FORM)
    for _ in range(6):
        assert await access.request_code("garage", BY_SMS, "203.0.113.5", FORM, device="the owner's phone")
    with pytest.raises(TooManyAttempts):
        await access.request_code("garage", BY_SMS, "203.0.113.5", FORM, device="the owner's phone")


async def test_a_browser_is_known_for_who_signed_in_in_it(access: Access) -> None:
    token = await access.devices.remember("", client_account("garage", "maria"))
    assert await access.devices.remember(token, "ray@garage.example") == token
    assert await access.devices.knows(token, client_account("garage", "maria"))
    assert not await access.devices.knows(token, client_account("rival", "maria"))
    assert not await access.devices.knows("", client_account("garage", "maria"))


async def test_many_wrong_codes_from_one_address_are_refused_there_and_nowhere_else(access: Access) -> None:
    for _ in range(2):
        await access.request_code("garage", BY_SMS, "198.51.100.1", FORM)
        for _ in range(5):
            assert not await access.check_code("garage", BY_SMS, "x", "198.51.100.1", FORM)
    code = await access.request_code("garage", BY_SMS, "203.0.113.5", FORM)
    with pytest.raises(TooManyAttempts):
        await access.check_code("garage", BY_SMS, code, "198.51.100.1", FORM)
    assert await access.check_code("garage", BY_SMS, code, "203.0.113.5", FORM)


async def test_a_swarm_does_not_lock_the_owner_out(access: Access) -> None:
    claim = access.attempts.claim
    for number in range(50):
        await claim("garage", "password", "ray@garage.example", f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts):
        await claim("garage", "password", "ray@garage.example", "198.51.100.1")
    await claim("garage", "password", "Ray@garage.example ", "203.0.113.5")


async def test_a_waiting_room_on_one_address_signs_in(access: Access) -> None:
    for number in range(40):
        contact = f"+1512555{number:04d}"
        code = await access.request_code("garage", contact, "198.51.100.1", FORM)
        assert not await access.check_code("garage", contact, "x", "198.51.100.1", FORM)
        assert await access.check_code("garage", contact, code, "198.51.100.1", FORM)


async def test_guesses_made_at_once_are_all_counted(access: Access) -> None:
    tries = (access.attempts.claim("garage", "password", "ray", "198.51.100.1") for _ in range(30))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(None) <= 10
    assert all(outcome is None or isinstance(outcome, TooManyAttempts) for outcome in outcomes)


async def test_a_right_try_forgets_the_slips_before_it_and_time_forgets_all(access: Access, now: Now) -> None:
    for _ in range(9):
        await access.attempts.claim("garage", "password", "ray", "198.51.100.1")
    await access.attempts.forgive("garage", "password", "ray", "198.51.100.1")
    for _ in range(10):
        await access.attempts.claim("garage", "password", "ray", "198.51.100.1")
    with pytest.raises(TooManyAttempts):
        await access.attempts.claim("garage", "password", "ray", "198.51.100.1")
    now.passed = timedelta(minutes=15)
    await access.attempts.claim("garage", "password", "ray", "198.51.100.1")


# --- links


async def test_a_link_is_short_and_opens_its_page_in_its_shop_only(access: Access) -> None:
    token = await access.links.mint("garage", "c1", PAGE, "reply")
    assert len(token) == 12
    found = await access.links.find("garage", token)
    assert found is not None
    assert (found.client_id, found.scope, found.purpose, found.uses) == ("c1", PAGE, "reply", 0)
    assert await access.links.find("other", token) is None
    assert await access.links.spend("other", token) is None
    for wrong in ("", "x", "x" * 12, "x" * 10_000):
        assert await access.links.find("garage", wrong) is None


async def test_looking_spends_nothing_and_spending_is_recorded_and_can_be_repeated(access: Access) -> None:
    token = await access.links.mint("garage", "c1", PAGE, "reply")
    for _ in range(3):
        await access.links.find("garage", token)
    assert (await access.links.list_for_client("garage", "c1"))[0].spent_at is None
    assert await access.links.spend("garage", token)
    first = (await access.links.list_for_client("garage", "c1"))[0]
    assert await access.links.spend("garage", token)
    again = (await access.links.list_for_client("garage", "c1"))[0]
    assert first.spent_at == again.spent_at
    assert (first.uses, again.uses) == (1, 2)


async def test_a_link_ends_by_time_or_by_staff(access: Access, now: Now) -> None:
    token = await access.links.mint("garage", "c1", PAGE, "reply", timedelta(hours=1))
    other = await access.links.mint("garage", "c1", PAGE, "reply", timedelta(days=2))
    for link in await access.links.list_for_client("garage", "c1"):
        if link.expires_at - link.created_at == timedelta(days=2):
            assert await access.links.revoke("garage", link.id)
            assert not await access.links.revoke("garage", link.id)
    assert await access.links.spend("garage", other) is None
    assert await access.links.find("garage", token)
    now.passed = timedelta(hours=1)
    assert await access.links.find("garage", token) is None
    assert await access.links.spend("garage", token) is None


# --- sessions


async def test_a_session_says_who_it_is_in_its_shop(access: Access) -> None:
    token = await access.sessions.open("garage", client_id="c1", agent="Firefox")
    session = await access.sessions.find(token, shop="garage")
    assert session is not None
    assert (session.identity.client_id, session.identity.proof) == ("c1", Proof.FULL)
    assert session.identity.session_id == session.id
    assert await access.sessions.find(token) == session
    assert await access.sessions.find(token, shop="other") is None
    assert await access.sessions.find("") is None
    assert await access.sessions.find_by_id("garage", session.id) == session
    assert await access.sessions.find_by_id("other", session.id) is None


async def test_a_link_session_sees_what_the_link_is_for_and_does_not_slide(access: Access, now: Now) -> None:
    token = await access.sessions.open("garage", client_id="c1", proof=Proof.LINK, scope=PAGE)
    session = await access.sessions.find(token)
    assert session is not None
    assert session.identity.scope == PAGE
    now.passed = timedelta(hours=1)
    assert await access.sessions.find(token)
    now.passed = timedelta(hours=2)
    assert await access.sessions.find(token) is None


async def test_a_staff_session_is_nobody_to_the_table_of_proof(access: Access) -> None:
    token = await access.sessions.open("garage", staff_id="s1")
    session = await access.sessions.find(token)
    assert session is not None
    assert session.staff_id == "s1"
    assert (session.identity.proof, session.identity.client_id) == (Proof.VISITOR, None)
    assert await access.sessions.end_all_for_staff("garage", "s1") == 1
    assert await access.sessions.find(token) is None


@pytest.mark.parametrize(
    "who",
    [
        {},
        {"client_id": "c1", "staff_id": "s1"},
        {"client_id": "c1", "proof": Proof.LINK},
        {"client_id": "c1", "scope": PAGE},
    ],
)
async def test_a_session_that_says_too_little_or_too_much_is_not_opened(access: Access, who) -> None:
    with pytest.raises(ValueError, match="session"):
        await access.sessions.open("garage", **who)


async def test_a_used_session_slides_up_to_an_end_that_does_not(access: Access, now: Now) -> None:
    hour = timedelta(hours=1)
    token = await access.sessions.open("garage", client_id="c1", ttl=hour)
    for minutes in (45, 90, 135, 180, 225):
        now.passed = timedelta(minutes=minutes)
        assert await access.sessions.find(token)
    now.passed = 4 * hour
    assert await access.sessions.find(token) is None


async def test_an_unused_session_ends(access: Access, now: Now) -> None:
    token = await access.sessions.open("garage", client_id="c1", ttl=timedelta(hours=1))
    now.passed = timedelta(hours=1)
    assert await access.sessions.find(token) is None
    assert await access.sessions.list_for_client("garage", "c1") == []


async def test_signing_out_ends_one_session(access: Access) -> None:
    one, two = [await access.sessions.open("garage", client_id="c1") for _ in range(2)]
    assert len(await access.sessions.list_for_client("garage", "c1")) == 2
    await access.sessions.end(one)
    assert await access.sessions.find(one) is None
    assert await access.sessions.find(two)


# --- visitors


async def test_a_raised_visitor_is_that_client_for_a_while_in_that_shop(access: Access, now: Now) -> None:
    token = access.visitors.new_token()
    assert access.visitors.is_token(token)
    visitor = access.visitors.hash_of("garage", token)
    assert await access.visitors.find("garage", visitor) is None
    await access.visitors.raise_to_client("garage", visitor, "c1")
    raised = await access.visitors.find("garage", visitor)
    assert raised is not None
    assert (raised.identity.client_id, raised.identity.proof) == ("c1", Proof.FULL)
    assert access.visitors.hash_of("other", token) != visitor
    assert await access.visitors.find("other", visitor) is None
    now.passed = timedelta(days=1)
    assert await access.visitors.find("garage", visitor) is None


async def test_a_lowered_visitor_is_nobody(access: Access) -> None:
    visitor = access.visitors.hash_of("garage", access.visitors.new_token())
    await access.visitors.raise_to_client("garage", visitor, "c1")
    await access.visitors.lower("garage", visitor)
    assert await access.visitors.find("garage", visitor) is None


@pytest.mark.parametrize("value", ["", "x", "x" * 31, "x" * 33, "é" * 32, "a b" * 10 + "ab", "../" * 10 + "ab"])
def test_what_is_no_token_is_not_taken_for_one(value: str) -> None:
    assert not Visitors.is_token(value)


# --- the whole


async def test_switching_access_off_ends_all_that_is_open_for_that_client_only(access: Access) -> None:
    opened = {}
    for client in ("c1", "c2"):
        visitor = access.visitors.hash_of("garage", access.visitors.new_token())
        await access.visitors.raise_to_client("garage", visitor, client)
        opened[client] = (
            await access.links.mint("garage", client, PAGE, "reply"),
            await access.sessions.open("garage", client_id=client),
            visitor,
            await access.keys.issue("garage", client),
        )
    await access.close("garage", "c1")
    for client, (link, session, visitor, key) in opened.items():
        open_still = client == "c2"
        assert bool(await access.links.spend("garage", link)) == open_still
        assert bool(await access.sessions.find(session)) == open_still
        assert bool(await access.visitors.find("garage", visitor)) == open_still
        assert await access.keys.verify("garage", key) == client


async def test_nothing_that_opens_is_stored_as_it_is(access: Access, database: Database) -> None:
    visitor = access.visitors.new_token()
    await access.visitors.raise_to_client("garage", access.visitors.hash_of("garage", visitor), "c1")
    secret = [
        visitor,
        await access.keys.issue("garage", "c1"),
        await access.request_code("garage", BY_SMS, "198.51.100.77", FORM),
        await access.links.mint("garage", "c1", PAGE, "reply"),
        await access.sessions.open("garage", client_id="c1"),
        BY_SMS,
        "198.51.100.77",
    ]
    content = await everything_stored(database)
    assert "digest" in content
    for plain in secret:
        assert f"'{plain}'" not in content
        assert plain.replace("-", "") not in content or plain.isdigit()


def test_a_digest_depends_on_purpose_parts_and_key() -> None:
    one, other = Hasher("a" * 32), Hasher("b" * 32)
    digests = {
        one.digest("key", "ab", "c"),
        one.digest("key", "a", "bc"),
        one.digest("link", "ab", "c"),
        other.digest("key", "ab", "c"),
        one.digest("key", "abc"),
    }
    assert len(digests) == 5
    assert one.digest("key", "ab", "c") in digests
