"""Every page in Spanish: whole, marked as what it is, and without a sentence of the English one."""

import re
from html import unescape

import pytest

from portal_views.texts import texts_for
from storage.store import Storage
from tests.e2e.portal.test_help import told
from tests.e2e.portal.walking import walked
from tests.portal_cast import GARLAND

PORTAL = "/s/garland/portal/"
_STAFFS = ("replies.", "staff", "reports.", "logs.", "chats.", "activity.", "teach.")
_SHORTEST = 9  # letters: shorter ones may be a word of both, or of a record


def sentences() -> list[str]:
    """What only the English pages say."""
    english, spanish = texts_for("en"), texts_for("es")
    keys = [key for key in english.keys() if not key.startswith(_STAFFS)]  # noqa: SIM118  # not a mapping
    said = {english(key) for key in keys if english(key) != spanish(key)}
    ours = {spanish(key) for key in keys}
    return sorted(text for text in said if len(text) >= _SHORTEST and "{" not in text and not _is_part(text, ours))


def _is_part(text: str, others: set[str]) -> bool:
    return any(text.lower() in other.lower() for other in others)


def visible(page: str) -> str:
    """The page's text, as a reader sees it."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", page, flags=re.DOTALL)
    spoken = " ".join(re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', body))
    return unescape(" ".join((re.sub(r"<[^>]*>", " ", body) + " " + spoken).split()))


async def test_no_page_in_spanish_speaks_english(sign_in, store: Storage) -> None:
    await store.notifications.append(told("a"))
    browser = await sign_in("dana")
    await browser.get(f"{PORTAL}?lang=es")  # chosen, and kept
    pages = await walked(browser, PORTAL, "/s/garland/")
    assert len(pages) > 20
    english = sentences()
    assert len(english) > 200
    for path, page in pages.items():
        assert '<html lang="es">' in page, path
        text = visible(page)
        for sentence in english:
            assert not re.search(rf"(?<!\w){re.escape(sentence)}(?!\w)", text), (path, sentence)


@pytest.mark.parametrize(
    ("client", "browser_says", "shown"),
    [("ana", "en-US", "es"), ("dana", "es-MX,es;q=0.9", "es"), ("dana", "de, en;q=0.5", "en"), ("dana", "fr", "en")],
)
async def test_the_clients_own_language_comes_before_the_browsers(
    sign_in, client: str, browser_says: str, shown: str
) -> None:
    browser = await sign_in(client)
    page = await (await browser.get(PORTAL, headers={"Accept-Language": browser_says})).text()
    assert f'<html lang="{shown}">' in page
    assert GARLAND.language == "en"
