"""The files that pages load: an allow-list read once, kept in memory, compressed ahead, addressed by their content."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from config.packing import Packed, pack, without_comments

_OWN = Path(__file__).parent / "static"
_SHARED = Path(__file__).parent.parent / "config" / "static"
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file: its content, also as it travels, and the mark that changes with it."""

    packed: Packed
    content_type: str
    mark: str


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file that is served, by its path: `/static/portal/portal.css`, `/static/tokens.css`."""
    found = {f"/static/portal/{path.name}": path for path in sorted(_OWN.iterdir())}
    found["/static/tokens.css"] = _SHARED / "tokens.css"
    return {url: _read(path) for url, path in found.items() if path.suffix in _TYPES}


def static_url(path: str) -> str:
    """The address to put on a page: the path with its mark. Raises KeyError for a file that is not served."""
    return f"{path}?v={static_files()[path].mark}"


async def serve(request: web.Request) -> web.Response:
    """Serve one of the files; with the right mark it may be kept for ever."""
    file = static_files().get(request.path)
    if file is None:
        raise web.HTTPNotFound
    headers = {
        "Cache-Control": _FOR_EVER if request.query.get("v") == file.mark else _ASK_AGAIN,
        "Content-Type": f"{file.content_type}; charset=utf-8",
        "ETag": f'"{file.mark}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    body, encoding = file.packed.for_browser(request.headers.get("Accept-Encoding", ""))
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return web.Response(body=body, headers=headers)


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    return StaticFile(
        packed=pack(without_comments(content) if path.suffix in (".css", ".js") else content),
        content_type=_TYPES[path.suffix],
        mark=hashlib.sha256(content).hexdigest()[:12],  # of the file: others name the tokens by it, too
    )
