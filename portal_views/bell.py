"""How many notifications are new, for the bell of a page that stays open: `static/bell.js` asks now and then.

It is no page: nothing is marked as seen, nobody has looked, and to be asked is no use of the session.
"""

from collections import Counter

from aiohttp import hdrs, web

from config.clock import utc_now
from portal_views.access import WebHandler
from portal_views.context import PortalContext
from storage.proof import Proof
from storage.sessions import client_cookie

A_MINUTE = 60  # a page asks at most every 20 s, and as it comes into sight; a person has a few
_KEPT_BY_NOBODY = {hdrs.CACHE_CONTROL: "no-store", hdrs.VARY: "Cookie"}


def count_unseen(context: PortalContext) -> WebHandler:
    """`GET`: `{"unseen": N}`, 304 while it is what the page knows; 401 for who is signed out, 403 for who came by a
    link, 429 for who asks too often.
    """
    pace = _Pace()

    async def answer(request: web.Request) -> web.StreamResponse:
        store, slug = context.store, request.match_info["slug"]
        if await store.shops.find(slug) is None:
            return _refused(404, "not_found", "there is no such shop")
        token = request.cookies.get(client_cookie(slug), "")
        session = await store.sessions.find(token, shop=slug, used=False)
        client = await store.clients.find(slug, session.client_id or "") if session is not None else None
        if session is None or client is None or not client.portal.enabled:
            return _refused(401, "unauthorized", "sign in first")
        if session.proof is not Proof.FULL:
            return _refused(403, "forbidden", "a link from a message opens its page only")
        if not pace.take(session.id):
            return _refused(429, "rate_limited", "too many tries, wait a little", {hdrs.RETRY_AFTER: "60"})
        unseen = await store.notifications.count_unseen(slug, client.id)
        headers = {**_KEPT_BY_NOBODY, hdrs.ETAG: f'"{unseen}"'}
        if request.headers.get(hdrs.IF_NONE_MATCH) == headers[hdrs.ETAG]:
            return web.Response(status=304, headers=headers)
        return web.json_response({"unseen": unseen}, headers=headers)

    return answer


class _Pace:
    """How often each session has asked in this minute, in this process."""

    def __init__(self) -> None:
        self._minute = 0
        self._asked: Counter[str] = Counter()

    def take(self, session_id: str) -> bool:
        minute = int(utc_now().timestamp()) // 60
        if minute != self._minute:
            self._minute, self._asked = minute, Counter()
        self._asked[session_id] += 1
        return self._asked[session_id] <= A_MINUTE


def _refused(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    told = {"error": {"code": code, "message": message}}
    return web.json_response(told, status=status, headers=_KEPT_BY_NOBODY | (headers or {}))
