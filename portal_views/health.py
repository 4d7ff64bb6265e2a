"""`/healthz`: the process answers; `/readyz`: so does its database. For what starts and watches the service."""

from aiohttp import web

from storage.mongo import DatabaseUnavailable
from storage.store import Storage


def health_routes(store: Storage) -> list[web.RouteDef]:
    """Both addresses."""

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def ready(_: web.Request) -> web.Response:
        try:
            await store.database.check_reachable()
        except DatabaseUnavailable:
            return web.json_response({"ok": False, "database": "unreachable"}, status=503)
        return web.json_response({"ok": True, "database": "reachable"})

    return [web.get("/healthz", alive), web.get("/readyz", ready)]
