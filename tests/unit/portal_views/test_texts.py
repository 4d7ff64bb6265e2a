"""Both languages say everything, with the same values in it; and values are written as each language writes them."""

import re
from datetime import UTC, date, datetime, time
from pathlib import Path
from string import Formatter

from portal_views.formats import formats_for
from portal_views.texts import LANGUAGES, texts_for
from tests.portal_cast import GARLAND

TEMPLATES = sorted((Path(__file__).parents[3] / "portal_views" / "templates").glob("*.html"))


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_texts() -> None:
    assert texts_for("en").keys() == texts_for("es").keys()
    assert len(texts_for("en").keys()) > 200


def test_a_text_holds_the_same_values_in_both_languages() -> None:
    english, spanish = (texts_for(language) for language in LANGUAGES)
    keys = sorted(english.keys())
    for key in (key for key in keys if not key.startswith("formats.")):
        assert names_in(english(key)) == names_in(spanish(key)), key
        assert english(key).strip(), key
        assert not {english(key), spanish(key)} & {"True", "False", "None"}, f"{key}: quote what YAML takes for a value"


def test_every_text_that_a_template_names_is_there() -> None:
    assert len(TEMPLATES) > 15
    for template in TEMPLATES:
        for key in re.findall(r'\bt\("([a-z_.]+[a-z_])"[,)]', template.read_text()):
            assert key in texts_for("en"), f"{template.name}: {key}"


def test_values_are_written_as_the_language_writes_them() -> None:
    english, spanish = (formats_for(GARLAND, texts_for(language)) for language in LANGUAGES)
    moment = datetime(2026, 3, 11, 14, 5, tzinfo=UTC)
    assert english.moment(moment) == "Wednesday, March 11, 9:05 AM"
    assert spanish.moment(moment) == "miércoles 11 de marzo, 9:05 a.m."
    assert (english.date(date(2026, 3, 1)), spanish.date(date(2026, 3, 1))) == ("Mar 1, 2026", "1 mar 2026")
    assert (english.time(time(0, 0)), english.time(time(12, 30)), english.clock("24:00")) == (
        "12:00 AM",
        "12:30 PM",
        "12:00 AM",
    )
    assert english.date(datetime(2026, 1, 1, 3, 0, tzinfo=UTC)) == "Dec 31, 2025"  # the shop's day, not UTC's
