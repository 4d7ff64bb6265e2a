"""What is said when something cannot be: to people a page that says what to do next, to programs a coded error."""

from aiohttp import hdrs, web

from portal_views.pages import html, pick_language, render

_CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "bad_request",
    409: "conflict",
    413: "too_long",
    429: "rate_limited",
    503: "unavailable",
}
_PLAIN = {
    403: "this is not allowed",
    404: "there is nothing here",
    405: "this method is not allowed here",
    413: "this is too large",
    429: "too many tries, wait a little",
}
_PROGRAMS = ("/api/", "/webhooks/", "/uploads", "/socket.io/", "/readyz", "/healthz", "/metrics")


def error_response(request: web.Request, status: int, allow: str | None = None) -> web.Response:
    """The answer to a request that failed with `status`. `allow` lists the methods of a 405."""
    if _wants_json(request):
        response = web.json_response({"error": {"code": _code(status), "message": _message(status)}}, status=status)
    else:
        response = html(error_page(request, status), status=status)
    if allow:
        response.headers[hdrs.ALLOW] = allow
    return response


def error_page(request: web.Request, status: int) -> str:
    """A page in the reader's language that says what happened and what to do."""
    kind = status if status in (403, 404, 429) else 500 if status >= 500 else 400
    slug = request.match_info.get("slug", "")
    home = f"/s/{slug}/" if slug.replace("-", "").replace("_", "").isalnum() and status != 404 else "/"
    return render("error.html", pick_language(request), kind=kind, home=home)


def _wants_json(request: web.Request) -> bool:
    if request.path.startswith(_PROGRAMS):
        return True
    accepted = request.headers.get(hdrs.ACCEPT, "")
    return "application/json" in accepted and "text/html" not in accepted


def _code(status: int) -> str:
    return _CODES.get(status, "unavailable" if status >= 500 else "bad_request")


def _message(status: int) -> str:
    return "something went wrong on our side" if status >= 500 else _PLAIN.get(status, "the request cannot be used")
