"""What a file really is, by its content: pictures are decoded and written anew, a PDF is only recognised.

A picture that is stored has nothing of the sent bytes left in it but what it shows: no place, no camera, no second
file behind it. Only Pillow is asked, and only for the format that the first bytes say. Sizes are checked before
anything is unpacked, so a small file that unpacks to gigabytes is refused and costs nothing. All of this takes the
processor for up to a second: call it in a thread, one at a time.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from PIL import Image, ImageOps, ImageSequence

FileType: TypeAlias = Literal["image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"]

MOST_PIXELS = 50_000_000  # the largest phones' cameras; unpacked 200 MB at the very most
LONGEST_SIDE = 4096  # of what is kept: a larger picture is made smaller
THUMBNAIL_SIDE = 480
THUMBNAIL_TYPE = "image/webp"
LOGO_SIZE = (480, 112)  # at most: twice what pages show, for screens with fine dots
_LARGEST_LOGO = 24 * 1024  # bytes: it travels with every first visit
_MOST_FRAMES_PIXELS = MOST_PIXELS  # of all frames of a moving picture together; beyond, the first one stands for it
_LARGEST_PROFILE = 64 * 1024  # bytes of a colour profile

_FORMATS: dict[FileType, str] = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
}
_EXTENSIONS: dict[FileType, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "application/pdf": (".pdf",),
}

# Pillow only warns of what is a little too large: here that is refused like the rest.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)


class NotTaken(Exception):
    """The file is none that is kept. `code` is `unsupported`, `damaged` or `too_many_pixels`."""

    def __init__(self, code: Literal["unsupported", "damaged", "too_many_pixels"]) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file as it is kept. Width and height are pixels, as it is to be shown; a PDF has none, nor a thumbnail."""

    type: FileType
    content: bytes
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None  # WebP, at most 480 pixels a side


def find_type(content: bytes) -> FileType | None:
    """What the first bytes say it is, or None for anything that is not kept."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "application/pdf" if content.startswith((b"%PDF-1.", b"%PDF-2.")) else None


def check_file(content: bytes) -> Checked:
    """The file as it is to be kept. Raises `NotTaken`, whatever the bytes are."""
    kind = find_type(content)
    if kind is None:
        raise NotTaken("unsupported")
    if kind == "application/pdf":
        if b"%%EOF" not in content[-2048:]:
            raise NotTaken("damaged")
        return Checked(type=kind, content=content)
    try:
        return _written_anew(content, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise NotTaken("too_many_pixels") from error
    except NotTaken:
        raise
    except Exception as error:  # on wild bytes a decoder may raise anything
        raise NotTaken("damaged") from error


def check_logo(content: bytes) -> Checked:
    """A logo as it is kept: a small WebP of what was a PNG, JPEG or WebP. Raises `NotTaken`."""
    checked = check_file(content)
    if checked.type not in ("image/png", "image/jpeg", "image/webp"):
        raise NotTaken("unsupported")
    with Image.open(io.BytesIO(checked.content), formats=[_FORMATS[checked.type]]) as opened:
        see_through = "A" in opened.mode or "transparency" in opened.info
        picture = opened.convert("RGBA" if see_through else "RGB")
    picture.thumbnail(LOGO_SIZE, Image.Resampling.LANCZOS)
    picture.info = {}
    for quality in (88, 70, 50, 25):
        small = _saved(picture, "WEBP", quality=quality, method=4)
        if len(small) <= _LARGEST_LOGO:
            break
    return Checked(type="image/webp", content=small, width=picture.width, height=picture.height)


def safe_name(name: str, kind: FileType) -> str:
    """A name that is only a name, with the ending of what the file is: `../../x.php` of a JPEG is `x.jpg`."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    endings = _EXTENSIONS[kind]
    stem, dot, ending = kept.rpartition(".")
    if dot and f".{ending.lower()}" in endings:
        return f"{stem[:80].rstrip(' .') or 'file'}.{ending}"
    plain = stem if dot and 1 <= len(ending) <= 5 and ending.isalnum() else kept
    return f"{plain[:80].rstrip(' .') or 'file'}{endings[0]}"


def _written_anew(content: bytes, kind: FileType) -> Checked:
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise NotTaken("too_many_pixels")
        if kind in ("image/gif", "image/webp") and _moves(opened):
            return _moving(opened, kind)
        return _still(opened, kind)


def _still(opened: Image.Image, kind: FileType) -> Checked:
    opened.load()
    profile = opened.info.get("icc_profile")
    picture = ImageOps.exif_transpose(opened)
    picture.info = {name: picture.info[name] for name in ("transparency",) if name in picture.info}
    if kind == "image/jpeg" and picture.mode not in ("RGB", "L"):
        picture = picture.convert("RGB")
        profile = None  # it was one for other colours
    picture = _at_most(picture, LONGEST_SIDE)
    more: dict[str, Any] = {"icc_profile": profile} if profile and len(profile) <= _LARGEST_PROFILE else {}
    more |= {"image/jpeg": {"quality": 90}, "image/webp": {"quality": 90}}.get(kind, {})
    return Checked(
        type=kind,
        content=_saved(picture, _FORMATS[kind], **more),
        width=picture.width,
        height=picture.height,
        thumbnail=_thumbnail(picture, profile),
    )


def _moves(opened: Image.Image) -> bool:
    """Whether it has frames to show one after the other, and not more than may be unpacked."""
    frames = int(getattr(opened, "n_frames", 1))
    return 1 < frames <= _MOST_FRAMES_PIXELS // (opened.width * opened.height)


def _moving(opened: Image.Image, kind: FileType) -> Checked:
    frames: list[Image.Image] = []
    durations: list[int] = []
    loop = int(opened.info.get("loop", 0))
    for frame in ImageSequence.Iterator(opened):
        if frame.width * frame.height > MOST_PIXELS:
            raise NotTaken("too_many_pixels")
        durations.append(int(frame.info.get("duration", 100)))
        frames.append(_at_most(frame.convert("RGBA"), LONGEST_SIDE))
        frames[-1].info = {}
    first, *rest = frames
    more: dict[str, Any] = {"save_all": True, "append_images": rest, "duration": durations, "loop": loop}
    if kind == "image/gif":
        more["disposal"] = 2
    return Checked(
        type=kind,
        content=_saved(first, _FORMATS[kind], **more),
        width=first.width,
        height=first.height,
        thumbnail=_thumbnail(first, None),
    )


def _thumbnail(picture: Image.Image, profile: bytes | None) -> bytes:
    small = _at_most(picture, THUMBNAIL_SIDE)
    see_through = "A" in small.mode or "transparency" in small.info
    small = small.convert("RGBA" if see_through else "RGB")
    small.info = {}
    more = {"icc_profile": profile} if profile and len(profile) <= _LARGEST_PROFILE and picture.mode == "RGB" else {}
    return _saved(small, "WEBP", quality=78, method=3, **more)


def _at_most(picture: Image.Image, side: int) -> Image.Image:
    """The picture, made smaller where a side is longer. What has a palette gets all its colours for that."""
    if max(picture.size) <= side:
        return picture
    if picture.mode in ("1", "P", "PA", "I;16", "I;16B", "I", "F"):
        see_through = picture.mode == "PA" or "transparency" in picture.info
        picture = picture.convert("RGBA" if see_through else "RGB")
    share = side / max(picture.size)
    size = (max(1, round(picture.width * share)), max(1, round(picture.height * share)))
    info = picture.info
    smaller = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    smaller.info = dict(info) if smaller.mode in ("L", "RGB") else {}
    return smaller


def _saved(picture: Image.Image, form: str, **more: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **more)
    return out.getvalue()
