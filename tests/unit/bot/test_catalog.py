from pathlib import Path

import pytest

from bot.catalog import CatalogError, load_catalog

WHOLE = """
examples:
  en: [hello]
  es: [hola]
answers:
  choice: {en: a hello, es: un saludo}
  answer: {en: Hi, es: Hola}
"""


def problems_of(folder: Path) -> str:
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    return "\n".join(caught.value.problems)


def test_a_yml_alone_is_an_intent(tmp_path: Path) -> None:
    (tmp_path / "salute.yml").write_text(WHOLE)
    catalog = load_catalog(tmp_path)
    assert catalog.examples == {"salute": {"en": ("hello",), "es": ("hola",)}}


def test_an_example_that_two_intents_claim_is_refused(tmp_path: Path) -> None:
    (tmp_path / "salute.yml").write_text(WHOLE)
    (tmp_path / "wave.yml").write_text(WHOLE.replace("hola", "saludos").replace("hello", " HELLO "))
    assert "wave.yml: the example ' HELLO ' (en) is also one of salute" in problems_of(tmp_path) or (
        "wave.yml: the example 'HELLO' (en) is also one of salute" in problems_of(tmp_path)
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(WHOLE.replace("  es: [hola]\n", ""))
    (tmp_path / "two.yml").write_text(WHOLE.replace("choice:", "title:"))
    (tmp_path / "three.yml").write_text(WHOLE + "hand_off: {reason: boredom}\n")
    (tmp_path / "four.yml").write_text(WHOLE.replace("[hello]", "[yes]"))
    told = problems_of(tmp_path)
    assert "one.yml: examples are needed in en and es" in told
    assert "two.yml: answers.choice is missing" in told
    assert "three.yml: hand_off.reason must be one of asked" in told
    assert "four.yml: examples.en must be a list of texts" in told


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    (tmp_path / "salute.yml").write_text(WHOLE + "colour: red\n")
    assert "no other key" in problems_of(tmp_path)
