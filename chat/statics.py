"""The files of the chat's pages: an allow-list read once, kept in memory, compressed ahead.

The pages' own modules import each other by relative address, so what changes with their content is a folder in the
address, `/static/chat/<mark>/frame.js`: such an address may be kept for ever. Without the mark the same file is there
too, to be asked for again. From npm only what `_VENDOR` names is served.

Files are served as they were written, but for comments that have lines of their own.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from config.packing import Packed, pack, without_comments

_OWN = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
_VENDOR = {"socket.io.esm.min.js": "socket.io-client/dist/socket.io.esm.min.js"}  # address -> place under node_modules
_LOADER = "loader.js"
_FOR_EVER = "public, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"
_ASK_AGAIN = "no-cache"
_MARK_LENGTH = 12
_IMPORT = re.compile(r'^import .* from "\./([a-z-]+\.js)";$', re.MULTILINE)


class VendorFileMissing(Exception):
    """A front-end file from npm is not there: `npm ci` brings it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file: its content, also as it travels, and the mark that changes with it."""

    packed: Packed
    content_type: str
    mark: str


class ChatStatics:
    """Every file that is served, and its address. `node_modules` is the folder of what npm brought."""

    def __init__(self, node_modules: Path) -> None:
        self._own = {path.name: _read(path) for path in sorted(_OWN.iterdir()) if path.suffix in _TYPES}
        self._vendor = {name: _read_vendor(node_modules / place) for name, place in _VENDOR.items()}
        self.mark = _mark(file.packed.plain for file in self._own.values())

    @property
    def base(self) -> str:
        """The folder of the pages' own files, with their mark."""
        return f"/static/chat/{self.mark}"

    def vendor_url(self, name: str) -> str:
        """The address of a file from npm, with its mark. Raises KeyError for one that is not served."""
        return f"/vendor/{name}?v={self._vendor[name].mark}"

    def modules_of(self, name: str) -> list[str]:
        """The modules that this one imports, and theirs: what a page may ask for ahead."""
        found: list[str] = []
        waiting = [name]
        while waiting:
            for imported in _imports(self._own[waiting.pop()]):
                if imported not in found:
                    found.append(imported)
                    waiting.append(imported)
        return sorted(found)

    async def on_own(self, request: web.Request) -> web.Response:
        """`/static/chat/{name}`, `/static/chat/{mark}/{name}`. An old mark gets today's file, to be asked for again."""
        file = self._own.get(request.match_info["name"])
        return _answer(request, file, for_ever=request.match_info.get("mark") == self.mark)

    def answer(self, request: web.Request, name: str) -> web.Response:
        """One of our own files at another address, asked for again each time. Raises KeyError for none of ours."""
        return _answer(request, self._own[name], for_ever=False)

    async def on_vendor(self, request: web.Request) -> web.Response:
        """`/vendor/{name}`."""
        file = self._vendor.get(request.match_info["name"])
        return _answer(request, file, for_ever=file is not None and request.query.get("v") == file.mark)

    async def on_loader(self, request: web.Request) -> web.Response:
        """`/widget.js`: loaded by pages of any origin."""
        response = _answer(request, self._own[_LOADER], for_ever=False)
        response.headers["Cache-Control"] = _AN_HOUR
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response


def _answer(request: web.Request, file: StaticFile | None, *, for_ever: bool) -> web.Response:
    if file is None:
        raise web.HTTPNotFound
    is_text = file.content_type != "image/png"
    headers = {
        "Cache-Control": _FOR_EVER if for_ever else _ASK_AGAIN,
        "Content-Type": f"{file.content_type}; charset=utf-8" if is_text else file.content_type,
        "ETag": f'"{file.mark}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    body, encoding = file.packed.for_browser(request.headers.get("Accept-Encoding", ""))
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return web.Response(body=body, headers=headers)


def _imports(module: StaticFile) -> list[str]:
    return _IMPORT.findall(module.packed.plain.decode())


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    if path.parent == _OWN and path.suffix in (".css", ".js"):
        content = without_comments(content)
    return StaticFile(
        packed=pack(content),
        content_type=_TYPES[path.suffix],
        mark=_mark([content]),
    )


def _read_vendor(path: Path) -> StaticFile:
    if not path.is_file():
        raise VendorFileMissing(f"{path} is missing: run `npm ci` (make run does)")
    return _read(path)


def _mark(contents: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:_MARK_LENGTH]
