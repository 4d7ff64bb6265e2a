"""Ten thousand guesses at one password over HTTP, from four hundred addresses, and the owner in a known browser."""

import time

from aiohttp import web

from config.clock import BusinessClock
from config.settings import Settings
from portal_views.context import PortalContext
from portal_views.routes import portal_routes
from portal_views.security import security_middleware
from storage.store import Storage
from tests.portal_cast import NOW, Live, fill

GUESSES = 10_000
ADDRESSES = 400
PASSWORD = "correct horse battery"


async def test_guesses(store: Storage, aiohttp_client) -> None:
    await fill(store)
    rosa = await store.staff.add("garland", "rosa@garland.example", "Rosa", "owner", PASSWORD)
    settings = Settings(env="test", now=NOW, trusted_proxies=1)
    app = web.Application(middlewares=[security_middleware(settings)])
    context = PortalContext(settings=settings, store=store, clock=BusinessClock(frozen=NOW), live=Live())
    app.add_routes(portal_routes(context))
    owner, guesser = await aiohttp_client(app), await aiohttp_client(app)

    async def sign_in(client, password: str, address: str) -> int:
        fields = {"email": rosa.email, "password": password}
        headers = {"X-Forwarded-For": address}
        answer = await client.post("/staff/login", data=fields, headers=headers, allow_redirects=False)
        await answer.read()
        return int(answer.status)

    assert await sign_in(owner, PASSWORD, "203.0.113.9") == 303
    await owner.post("/staff/sign-out", allow_redirects=False)
    statuses: dict[int, int] = {}
    times = []
    for number in range(GUESSES):
        guesser.session.cookie_jar.clear()
        began = time.perf_counter()
        status = await sign_in(guesser, f"guess {number}", f"198.51.{number % ADDRESSES // 100}.{number % 100}")
        times.append(time.perf_counter() - began)
        statuses[status] = statuses.get(status, 0) + 1
    times.sort()
    print(f"\n{GUESSES} guesses from {ADDRESSES} addresses: {statuses} (401 looked at, 429 refused)")
    print(f"  median {times[len(times) // 2] * 1000:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1000:.1f} ms")
    slip, right = await sign_in(owner, "oops", "203.0.113.9"), await sign_in(owner, PASSWORD, "198.51.0.1")
    print(f"  the owner, in a known browser: a slip {slip}, then {right}, even from an address that guessed")
    assert 303 not in statuses
    assert (slip, right) == (401, 303)
