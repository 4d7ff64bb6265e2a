"""A shop's own look: its colour as a style sheet of its own, and its logo. A page may hold no style itself."""

import hashlib
from functools import cache

from config.colors import Shades, dark_shades, light_shades
from storage.shops import Shop


def look_url(shop: Shop) -> str | None:
    """The address of the style sheet, with its mark; None for a shop that has no colour of its own."""
    return f"/s/{shop.slug}/look.css?v={mark_of(look_css(shop.accent))}" if shop.accent else None


def logo_url(shop: Shop) -> str | None:
    """The address of the logo, with its mark; None for a shop without."""
    return f"/s/{shop.slug}/logo?v={shop.logo.mark}" if shop.logo else None


@cache
def look_css(accent: str) -> str:
    """The tokens that a colour changes, for light and dark pages."""
    light, dark = _block(light_shades(accent)), _block(dark_shades(accent))
    return (
        f":root{{--color-stripe:{accent};{light}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}"
        f":root[data-theme=dark]{{{dark}}}"
    )


def _block(shades: Shades) -> str:
    return ";".join(
        (
            f"--color-accent:{shades.accent}",
            f"--color-accent-hover:{shades.hover}",
            f"--color-on-accent:{shades.on_accent}",
            f"--color-link:{shades.link}",
            f"--color-accent-soft:{shades.soft}",
            f"--color-on-accent-soft:{shades.on_soft}",
            f"--color-bubble-mine:{shades.bubble}",
            f"--color-on-bubble-mine:{shades.on_bubble}",
        )
    )


def mark_of(text: str) -> str:
    """The mark in the address of what is kept for ever."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]
