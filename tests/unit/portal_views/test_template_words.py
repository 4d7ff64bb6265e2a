"""What a template says comes from the texts: it has no words of its own, in either language."""

import re
from pathlib import Path

TEMPLATES = sorted((Path(__file__).parents[3] / "portal_views" / "templates").glob("*.html"))
SAID_AS_IT_IS = {"Pitline", "PDF", "JSON", "CSV", "STOP"}  # STOP is what is texted, in any language
_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_TAG = re.compile(r"<[^>]*>", re.DOTALL)
_SPOKEN = re.compile(r'\s(?:alt|title|placeholder|aria-label|aria-description)="([^"]*)"')
_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')  # of a macro that makes a part of a tag
_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")


def words_of(source: str) -> set[str]:
    """The words of a template that a reader would see or hear, whatever the language."""
    plain = _CODE.sub(" ", source)
    seen = [_ATTRIBUTE.sub(" ", _TAG.sub(" ", plain)), *_SPOKEN.findall(plain)]
    return {word for text in seen for word in _WORD.findall(re.sub(r"&\w+;", " ", text))} - SAID_AS_IT_IS


def test_no_template_has_words_of_its_own() -> None:
    assert len(TEMPLATES) > 60
    found = {template.name: words for template in TEMPLATES if (words := words_of(template.read_text()))}
    assert found == {}


def test_words_in_a_template_are_found() -> None:
    assert words_of('<p title="Hello there">{{ t("x.y") }} and <b class="good">so on</b>{# not this #}</p>') == {
        "Hello", "there", "and", "so", "on",
    }  # fmt: skip
