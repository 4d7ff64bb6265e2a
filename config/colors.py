"""Colours by the numbers of WCAG 2.2: how well one is read on another, and shades of a colour that are read.

A colour is `#rrggbb`. Whatever colour a shop has, its shades are: each is made darker or lighter until it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

TEXT = 4.5  # WCAG 2.2, 1.4.3
SHAPE = 3.0  # 1.4.11: what one must see without reading it

BLACK, WHITE = "#000000", "#ffffff"
_STEPS = 40
_HOVER = 0.16
_SOFT = 0.14
_CALM = 6.0  # of a bubble in the dark, with white

# what shades must be read on, as in tokens.css: page, surface, sunken
LIGHT_GROUNDS = ("#f4f3ef", "#ffffff", "#ebeae4")
DARK_GROUNDS = ("#11171a", "#1a2226", "#232d32")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shades:
    """A colour as pages use it in one scheme: on buttons and under them, in links, on a soft ground, in bubbles."""

    accent: str
    hover: str
    on_accent: str
    link: str
    soft: str
    on_soft: str
    bubble: str
    on_bubble: str


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1."""
    red, green, blue = (_linear(channel) for channel in channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def mixed(color: str, other: str, share: float) -> str:
    """The colour with this share of the other in it."""
    pairs = zip(channels(color), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def towards(color: str, end: str, grounds: Iterable[str], least: float) -> str:
    """The colour, moved towards black or white as little as it takes to stand out from every ground."""
    wanted = tuple(grounds)
    steps = (mixed(color, end, step / _STEPS) for step in range(_STEPS + 1))
    return next((shade for shade in steps if all(contrast(shade, one) >= least for one in wanted)), end)


def text_on(color: str) -> str:
    """White where it can be read on the colour, else black: one of them always can."""
    return WHITE if contrast(color, WHITE) >= TEXT else BLACK


@cache
def light_shades(color: str) -> Shades:
    """The colour's shades on light pages."""
    accent = towards(color, BLACK, LIGHT_GROUNDS, SHAPE)
    soft = mixed(LIGHT_GROUNDS[1], accent, _SOFT)
    link = towards(color, BLACK, (*LIGHT_GROUNDS, soft), TEXT)
    return _shades(accent, soft, link, accent)


@cache
def dark_shades(color: str) -> Shades:
    """The colour's shades on dark pages."""
    accent = towards(color, WHITE, DARK_GROUNDS, TEXT)
    soft = mixed(DARK_GROUNDS[1], accent, _SOFT)
    link = towards(color, WHITE, (*DARK_GROUNDS, soft), TEXT)
    return _shades(accent, soft, link, towards(color, BLACK, [WHITE], _CALM))


def white_ground(color: str) -> str:
    """The colour, dark enough for white to be read on it."""
    return towards(color, BLACK, [WHITE], TEXT)


def _shades(accent: str, soft: str, link: str, bubble: str) -> Shades:
    on_accent = text_on(accent)
    return Shades(
        accent=accent,
        hover=mixed(accent, BLACK if on_accent == WHITE else WHITE, _HOVER),
        on_accent=on_accent,
        link=link,
        soft=soft,
        on_soft=link,
        bubble=bubble,
        on_bubble=text_on(bubble),
    )


def channels(color: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
