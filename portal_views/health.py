"""`/healthz`: the process answers; `/readyz`: so does its database. For what starts and watches the service."""

from collections.abc import Callable

from aiohttp import web

from storage.mongo import DatabaseUnavailable
from storage.store import Storage


def health_routes(store: Storage, redis_state: Callable[[], str | None]) -> list[web.RouteDef]:
    """Both addresses. `redis_state` says whether Redis is reachable, where there is one: without it pushes between
    processes come late, and nothing is lost, so the process is ready all the same.
    """

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def ready(_: web.Request) -> web.Response:
        try:
            await store.database.check_reachable()
        except DatabaseUnavailable:
            return web.json_response({"ok": False, "database": "unreachable"}, status=503)
        redis = redis_state()
        return web.json_response({"ok": True, "database": "reachable"} | ({"redis": redis} if redis else {}))

    return [web.get("/healthz", alive), web.get("/readyz", ready)]
