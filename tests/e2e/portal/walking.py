"""Walking through the pages as somebody does who presses every link."""

import re
from collections.abc import Collection
from html import unescape

from aiohttp import web
from aiohttp.test_utils import TestClient

# What stands in an address for one record: a number, a row's id, or a record of the cast.
_ONE = re.compile(r"(?<=/)(?=[^/?]*\d)[^/?]+|\?.*")


async def walked(
    browser: TestClient[web.Request, web.Application], start: str, inside: str, elsewhere: Collection[str] = ()
) -> dict[str, str]:
    """Every page under the address `inside` that links lead to from `start`, each kind of record once: its text.

    `elsewhere`: addresses that this application has not.
    """
    href = re.compile(rf'href="({re.escape(inside)}[^"#]*)"')
    waiting, pages, kinds = [start], {}, set()
    while waiting:
        path = waiting.pop()
        kind = _ONE.sub("#", path)
        if path in pages or path in elsewhere or (kind in kinds and "?" in path) or "lang=" in path:
            continue
        kinds.add(kind)
        answer = await browser.get(path)
        assert answer.status == 200, path
        if answer.content_type != "text/html":
            continue
        pages[path] = await answer.text()
        waiting += [unescape(found) for found in href.findall(pages[path])]
    return pages
