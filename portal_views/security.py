"""What every response of the server must carry and every request must pass: headers, same origin, errors, compression.

Unsafe methods are taken from our own pages only. `Sec-Fetch-Site` says where a request came from, else `Origin` does;
a request with neither comes from no browser, and carries nobody's cookies but its own. Besides, cookies are SameSite.
An upload with a bearer token is taken from anywhere: no browser adds a token by itself, and with one no cookie counts.
"""

import logging
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from config.bearer import bearer_token
from config.settings import Settings
from portal_views.errors import error_response

_log = logging.getLogger(__name__)

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_CHECKS = ("/webhooks/", "/api/", "/socket.io/")  # a signature, a token, the socket server's own origin check
_BEARER_ONLY = ("/uploads",)  # with a token, they look at no cookie
_COMPRESSED = ("text/", "application/json", "application/javascript", "image/svg+xml")
_PIECES = ("text/css", "text/javascript")  # parts of pages, and a page has many: what guards a page is left out
_LEAST_TO_COMPRESS = 800  # bytes: below it, a packet is a packet
_HSTS = "max-age=31536000; includeSubDomains"


def security_middleware(settings: Settings) -> Middleware:
    """The outermost middleware: nothing leaves without the headers, no error leaves as a traceback."""

    @web.middleware
    async def secure(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            check_same_origin(request, settings.public_url)
            response = await handler(request)
        except web.HTTPException as refusal:
            if refusal.status < 400 or refusal.content_type == "application/json":
                add_headers(request, refusal, settings)
                raise
            response = error_response(request, refusal.status, refusal.headers.get(hdrs.ALLOW))
        except Exception:  # noqa: BLE001 - the one place where whatever else went wrong becomes a page
            _log.exception("%s %s failed", request.method, _route(request))
            response = error_response(request, 500)
        if not response.prepared:
            add_headers(request, response, settings)
            _compress(response)
        return response

    return secure


def check_same_origin(request: web.Request, public_url: str) -> None:
    """Raises 403 for an unsafe request that another site's page makes."""
    if request.method in _SAFE or request.path.startswith(_OWN_CHECKS):
        return
    if request.path in _BEARER_ONLY and bearer_token(request.headers) is not None:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get(hdrs.ORIGIN)
    if site is not None and site not in ("same-origin", "none"):
        raise web.HTTPForbidden
    if origin is None or origin == public_url or (origin == "null" and site == "same-origin"):
        return
    if urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden


def content_security_policy(request: web.Request) -> str:
    """Ours only, nothing inline, framed by ourselves only."""
    host = request.host if all(c.isalnum() or c in ".-:[]" for c in request.host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' ws://{host} wss://{host}" if host else "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


def add_headers(request: web.Request, response: web.StreamResponse, settings: Settings) -> None:
    """What every response carries. What is streamed calls it before its first byte; for all others it is called."""
    headers = response.headers
    headers.setdefault(hdrs.SERVER, "Pitline")  # and not which versions to try one's luck on
    headers.setdefault("X-Content-Type-Options", "nosniff")
    if settings.production:
        headers.setdefault("Strict-Transport-Security", _HSTS)
    if response.content_type in _PIECES:
        return
    headers.setdefault("Content-Security-Policy", content_security_policy(request))
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")


def _compress(response: web.StreamResponse) -> None:
    if not isinstance(response, web.Response) or hdrs.CONTENT_ENCODING in response.headers:
        return
    body = response.body
    if isinstance(body, bytes) and len(body) >= _LEAST_TO_COMPRESS and response.content_type.startswith(_COMPRESSED):
        response.enable_compression()
        vary = response.headers.get(hdrs.VARY)
        response.headers[hdrs.VARY] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"


def _route(request: web.Request) -> str:
    """The route's pattern: an address may hold a token, and tokens are never logged."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(no route)"
