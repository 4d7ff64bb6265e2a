"""Pictures for the demo shop's inspections, drawn when it is made: nobody's photo is shipped with it."""

import math
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

_WIDTH, _HEIGHT = 960, 720
_STEEL, _RUBBER, _SHADE = (150, 156, 160), (34, 35, 37), (58, 62, 66)

# inspection and item -> names of the pictures drawn below
SHOWN: dict[tuple[str, str], tuple[str, ...]] = {
    ("n1", "Tires"): ("tread",),
    ("n2", "Fluids"): ("seep", "drip"),
    ("n2", "Belts and hoses"): ("belt",),
    ("n3", "Front brakes"): ("brake",),
    ("n6", "Tires"): ("cords",),
}


def add_photos(record: dict[str, Any]) -> None:
    """Name the pictures on the items of an inspection's record."""
    for item in record.get("items", ()) if record["type"] == "inspection" else ():
        names = SHOWN.get((record["external_id"], item["name"]), ())
        if names:
            item["photos"] = [f"photos/{name}.jpg" for name in names]


def draw_photos(folder: Path) -> None:
    """Draw all of them into `folder`/photos."""
    (folder / "photos").mkdir()
    for name, draw in _DRAWN.items():
        ground = Image.new("RGB", (_WIDTH, _HEIGHT), _SHADE)
        draw(ImageDraw.Draw(ground), random.Random(name))  # noqa: S311 - the same picture each time
        light = Image.radial_gradient("L").resize((_WIDTH, _HEIGHT)).point(lambda value: 255 - value // 3)
        lit = Image.composite(ground, Image.new("RGB", ground.size, (12, 13, 15)), light)
        lit.filter(ImageFilter.GaussianBlur(1.2)).save(folder / "photos" / f"{name}.jpg", quality=82)


def _tread(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """A tire from the front: ribs, grooves, and the gauge in one of them."""
    draw.rectangle((120, 0, 840, _HEIGHT), fill=_RUBBER)
    for x in (250, 420, 590, 730):
        draw.rectangle((x, 0, x + 26, _HEIGHT), fill=(16, 16, 17))
    for y in range(-60, _HEIGHT, 74):
        shift = chance.randint(-4, 4)
        draw.line((128, y + shift, 244, y + 44), fill=(20, 20, 21), width=9)
        draw.line((832, y + shift, 762, y + 44), fill=(20, 20, 21), width=9)
        draw.line((452, y + 20, 584, y + 56 + shift), fill=(22, 22, 23), width=7)
    draw.rounded_rectangle((380, 180, 480, 460), 14, fill=(226, 228, 224))
    draw.rectangle((424, 460, 438, 540), fill=_STEEL)
    for mark in range(9):
        colour = (190, 40, 34) if mark < 3 else (226, 150, 30) if mark < 5 else (40, 120, 60)
        draw.line((392, 440 - 28 * mark, 430 if mark % 2 else 450, 440 - 28 * mark), fill=colour, width=6)


def _cords(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """A tire worn through to its cords on one side."""
    draw.rectangle((120, 0, 840, _HEIGHT), fill=_RUBBER)
    for x in (250, 420, 590):
        draw.rectangle((x, 0, x + 24, _HEIGHT), fill=(20, 20, 21))
    draw.rectangle((690, 0, 840, _HEIGHT), fill=(52, 50, 47))
    for y in range(0, _HEIGHT, 9):
        left = 704 + chance.randint(0, 22)
        draw.line((left, y, left + chance.randint(60, 110), y + chance.randint(-3, 3)), fill=(150, 142, 128), width=3)


def _brake(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """A disc with its caliper, and what is left of the pad."""
    centre = (440, 380)
    for radius, colour in ((310, (118, 123, 127)), (300, (158, 163, 167)), (150, (108, 112, 116)), (120, (74, 78, 82))):
        draw.circle(centre, radius, fill=colour)
    for radius in range(156, 298, 5):
        tone = chance.randint(138, 176)
        draw.circle(centre, radius, outline=(tone, tone + 3, tone + 6), width=2)
    for turn in range(5):
        angle = math.radians(72 * turn - 90)
        draw.circle((centre[0] + 78 * math.cos(angle), centre[1] + 78 * math.sin(angle)), 17, fill=(40, 42, 45))
    draw.rounded_rectangle((640, 210, 860, 560), 40, fill=(92, 74, 62))
    draw.rectangle((690, 240, 716, 530), fill=(60, 48, 40))
    draw.rectangle((660, 250, 690, 520), fill=(190, 192, 190))
    draw.rectangle((652, 250, 661, 520), fill=(206, 96, 52))


def _belt(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """A ribbed belt with small cracks across it."""
    draw.circle((170, 560), 210, fill=_STEEL)
    draw.circle((170, 560), 80, fill=(70, 74, 78))
    for rib in range(7):
        shift = 34 * rib
        draw.line((-40, 400 + shift, 1000, 60 + shift), fill=(30, 31, 33) if rib % 2 else (44, 45, 48), width=34)
    for _ in range(26):
        x = chance.randint(80, 900)
        y = 400 - (x + 40) * 340 // 1040 + chance.randint(0, 200)
        draw.line((x, y, x + chance.randint(-8, 10), y + chance.randint(20, 42)), fill=(132, 128, 120), width=3)


def _seep(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """Oil that comes out along a cover's edge."""
    draw.rectangle((0, 0, _WIDTH, 330), fill=(112, 117, 120))
    draw.rectangle((0, 330, _WIDTH, 350), fill=(40, 42, 44))
    draw.rectangle((0, 350, _WIDTH, _HEIGHT), fill=(132, 136, 138))
    for x in range(90, _WIDTH, 200):
        draw.circle((x, 270), 34, fill=(88, 92, 95))
        draw.regular_polygon((x, 270, 20), 6, fill=(58, 61, 64))
    for _ in range(60):
        x = int(chance.gauss(520, 130))
        draw.ellipse((x - 26, 342, x + 26, 342 + chance.randint(30, 250)), fill=(62, 44, 22))
    draw.ellipse((470, 400, 500, 520), fill=(104, 78, 40))


def _drip(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    """What has dripped on the floor below."""
    for _ in range(900):
        x, y, tone = chance.randint(0, _WIDTH), chance.randint(0, _HEIGHT), chance.randint(66, 104)
        draw.ellipse((x, y, x + 26, y + 14), fill=(tone, tone, tone - 2))
    for x, y, size in ((470, 380, 180), (610, 450, 110), (330, 470, 60), (700, 300, 34), (270, 300, 22)):
        draw.ellipse((x - size, y - size * 2 // 3, x + size, y + size * 2 // 3), fill=(44, 32, 18))
        draw.ellipse((x - size // 2, y - size // 2, x - size // 5, y - size // 3), fill=(120, 96, 60))


_DRAWN: dict[str, Callable[[ImageDraw.ImageDraw, random.Random], None]] = {
    "tread": _tread,
    "cords": _cords,
    "brake": _brake,
    "belt": _belt,
    "seep": _seep,
    "drip": _drip,
}
