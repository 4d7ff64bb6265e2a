"""Files as people send them, made here: a photo with place and camera in it, a PDF, and what only looks like one."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
CAMERA = b"Pitline Phone 9"


def photo(width: int = 640, height: int = 400, *, form: str = "JPEG", turned: bool = False, **more: Any) -> bytes:
    """A picture, red on its left half. A JPEG has a camera and a place in it; `turned`: held upright."""
    picture = Image.new("RGB", (width, height), (20, 60, 160))
    picture.paste((200, 30, 30), (0, 0, width // 2, height))
    if form == "JPEG":
        exif = Image.Exif()
        exif[0x010F] = CAMERA.decode()
        exif[0x0112] = 6 if turned else 1
        exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 16.0, 2.0), 3: "W", 4: (97.0, 44.0, 35.0)})
        more = {"exif": exif, "comment": CAMERA, **more}
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()


def moving(form: str = "GIF", frames: int = 4) -> bytes:
    """A picture that moves."""
    shown = [Image.new("RGB", (120, 80), (60 * at, 20, 20)) for at in range(frames)]
    out = io.BytesIO()
    shown[0].save(out, form, save_all=True, append_images=shown[1:], duration=90)
    return out.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that says it is `side` pixels wide and high."""

    def piece(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + piece(b"IHDR", head) + piece(b"IDAT", zlib.compress(bytes(1000))) + piece(b"IEND", b"")
    )
