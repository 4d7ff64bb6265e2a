"""Ten thousand guesses each over HTTP: at login keys, one-time codes, links and a staff password."""

import os
import re
import secrets
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient

from config.clock import BusinessClock
from config.settings import Settings
from portal_views.context import PortalContext
from portal_views.routes import portal_routes
from portal_views.security import security_middleware
from storage.store import Storage
from tests.portal_cast import NOW, Live, fill

GUESSES = int(os.environ.get("BENCH_GUESSES", "10000"))
ADDRESSES = 400
FEW = 40  # of them
PASSWORD = "correct horse battery"
DANA = "(512) 555-0142"
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def behind_a_proxy(store: Storage) -> web.Application:
    """The pages, with the peer's address in a header."""
    settings = Settings(env="test", now=NOW, trusted_proxies=1)
    app = web.Application(middlewares=[security_middleware(settings)])
    context = PortalContext(settings=settings, store=store, clock=BusinessClock(frozen=NOW), live=Live())
    app.add_routes(portal_routes(context))
    return app


def address(number: int) -> str:
    """One of the guesser's addresses."""
    return f"198.51.{number % ADDRESSES // 100}.{number % 100}"


@dataclass
class Tally:
    """What became of the guesses, and how long each took."""

    what: str
    statuses: Counter[int] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    async def guess(self, asked: Awaitable[ClientResponse]) -> None:
        """One guess."""
        began = time.perf_counter()
        answer = await asked
        await answer.read()
        self.times.append(time.perf_counter() - began)
        self.statuses[answer.status] += 1

    def tell(self, addresses: int) -> None:
        """Print it."""
        times = sorted(self.times)
        middle, late = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
        print(f"\n{len(times)} guesses at {self.what} from {addresses} addresses: {dict(self.statuses)}")
        print(f"  median {middle:.1f} ms, p99 {late:.1f} ms (303 came in, 429 refused, the rest looked at and wrong)")


async def test_guesses_at_what_clients_sign_in_with(store: Storage, aiohttp_client) -> None:
    await fill(store)
    app = behind_a_proxy(store)
    dana, guesser = await aiohttp_client(app), await aiohttp_client(app)
    key = await store.keys.issue("garland", "dana")
    own = {"X-Forwarded-For": "203.0.113.9"}
    asked = await dana.post("/s/garland/login/code", data={"contact": DANA, "asker": "dana's form"}, headers=own)
    assert asked.status == 200
    tallies = []
    for what, path, form in (
        ("login keys", "/s/garland/login", lambda: {"key": "".join(secrets.choice(LETTERS) for _ in range(12))}),
        ("one-time codes", "/s/garland/login/check", a_code),
        ("links", "/s/garland/k/{token}", dict),
    ):
        tally = Tally(what)
        for number in range(GUESSES):
            to = path.format(token=secrets.token_urlsafe(9))
            headers = {"X-Forwarded-For": address(number % FEW)}
            await tally.guess(guesser.post(to, data=form(), headers=headers, allow_redirects=False))
        tally.tell(FEW)
        tallies.append(tally)
    assert all(303 not in tally.statuses for tally in tallies)
    (sent,) = await store.outbox.list_to("garland", "+15125550142", NOW - timedelta(days=9999))
    code = re.findall(r"\d{6}", sent.text)[0]
    right = {"contact": DANA, "code": code, "asker": "dana's form"}
    entered = await dana.post("/s/garland/login/check", data=right, headers=own, allow_redirects=False)
    room = {"X-Forwarded-For": address(1)}
    by_key = await dana.post("/s/garland/login", data={"key": key}, headers=room, allow_redirects=False)
    print(f"  Dana meanwhile: her code {entered.status}; her key, even from an address that guessed, {by_key.status}")
    assert (entered.status, by_key.status) == (303, 303)


def a_code() -> dict[str, str]:
    """A guess at Dana's code, in a form of the guesser's own."""
    return {"contact": DANA, "code": f"{secrets.randbelow(10**6):06d}", "asker": secrets.token_hex(4)}


async def test_guesses_at_a_password(store: Storage, aiohttp_client) -> None:
    await fill(store)
    rosa = await store.staff.add("garland", "rosa@garland.example", "Rosa", "owner", PASSWORD)
    app = behind_a_proxy(store)
    owner, guesser = await aiohttp_client(app), await aiohttp_client(app)

    def sign_in(
        client: TestClient[web.Request, web.Application], password: str, source: str
    ) -> Awaitable[ClientResponse]:
        fields = {"email": rosa.email, "password": password}
        return client.post("/staff/login", data=fields, headers={"X-Forwarded-For": source}, allow_redirects=False)

    assert (await sign_in(owner, PASSWORD, "203.0.113.9")).status == 303
    await owner.post("/staff/sign-out", allow_redirects=False)
    tally = Tally("a password")
    for number in range(GUESSES):
        guesser.session.cookie_jar.clear()
        await tally.guess(sign_in(guesser, f"guess {number}", address(number)))
    tally.tell(ADDRESSES)
    slip, right = await sign_in(owner, "oops", "203.0.113.9"), await sign_in(owner, PASSWORD, "198.51.0.1")
    print(f"  the owner, in a known browser: a slip {slip.status}, then {right.status}, from an address that guessed")
    assert 303 not in tally.statuses
    assert (slip.status, right.status) == (401, 303)
