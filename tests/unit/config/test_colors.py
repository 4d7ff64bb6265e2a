"""Whatever colour a shop has, what is written in it or on it can be read."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from config.colors import (
    DARK_GROUNDS,
    LIGHT_GROUNDS,
    SHAPE,
    TEXT,
    WHITE,
    Shades,
    contrast,
    dark_shades,
    light_shades,
    mixed,
    white_ground,
)

TOKENS = (Path(__file__).parents[3] / "config" / "static" / "tokens.css").read_text()
COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def check(shades: Shades, grounds: tuple[str, ...]) -> None:
    for text, ground in (
        (shades.on_accent, shades.accent),
        (shades.on_accent, shades.hover),
        (shades.on_soft, shades.soft),
        (shades.on_bubble, shades.bubble),
        *((shades.link, ground) for ground in (*grounds, shades.soft)),
    ):
        assert contrast(text, ground) >= TEXT, (text, ground, shades)
    assert all(contrast(shades.accent, ground) >= SHAPE for ground in grounds)


@given(COLORS)
def test_any_colours_shades_can_be_read(color: str) -> None:
    check(light_shades(color), LIGHT_GROUNDS)
    check(dark_shades(color), DARK_GROUNDS)
    assert contrast(WHITE, white_ground(color)) >= TEXT


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert light_shades("#7a2a5e").accent == light_shades("#7a2a5e").link == "#7a2a5e"
    assert dark_shades("#ffd36b").accent == dark_shades("#ffd36b").link == "#ffd36b"


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast("#000000", WHITE), 1) == 21.0
    assert round(contrast("#767676", WHITE), 2) == round(contrast(WHITE, "#767676"), 2) == 4.54
    assert mixed("#000000", WHITE, 0.5) == "#808080"


def test_the_grounds_are_those_of_the_tokens() -> None:
    names = ("--color-page", "--color-surface", "--color-sunken")
    found = [re.findall(rf"{name}: (#[0-9a-f]{{6}});", TOKENS) for name in names]
    assert [values[0] for values in found] == list(LIGHT_GROUNDS)
    assert [values[1] for values in found] == [values[2] for values in found] == list(DARK_GROUNDS)
