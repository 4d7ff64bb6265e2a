"""What a file is said to be by its content, and what is left in it when it is kept."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storage.pictures import THUMBNAIL_SIDE, NotTaken, check_file, find_type, safe_name
from tests.sample_files import CAMERA, PDF, bomb, moving, photo


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("form", "kind"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp"), ("GIF", "image/gif")]
)
def test_a_picture_is_known_by_its_content_and_gets_a_thumbnail(form: str, kind: str) -> None:
    checked = check_file(photo(1200, 800, form=form))
    assert (checked.type, checked.width, checked.height) == (kind, 1200, 800)
    assert opened(checked.content).format == form
    assert checked.thumbnail is not None
    assert opened(checked.thumbnail).size == (THUMBNAIL_SIDE, 320)


def test_place_and_camera_are_taken_out() -> None:
    sent = photo()
    assert CAMERA in sent
    checked = check_file(sent)
    assert CAMERA not in checked.content
    assert not opened(checked.content).getexif()
    assert b"Exif" not in checked.content
    assert b"Exif" not in (checked.thumbnail or b"")


def test_a_photo_taken_upright_stands_upright_without_its_exif() -> None:
    checked = check_file(photo(640, 400, turned=True))
    assert (checked.width, checked.height) == (400, 640)
    top = opened(checked.content).convert("RGB").getpixel((200, 20))
    assert isinstance(top, tuple)
    assert top[0] > 150, "the left half lies on top once it is turned"


def test_a_very_large_photo_is_made_smaller() -> None:
    checked = check_file(photo(6000, 3000))
    assert (checked.width, checked.height) == (4096, 2048)


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_a_moving_picture_still_moves(form: str) -> None:
    checked = check_file(moving(form))
    assert getattr(opened(checked.content), "n_frames", 1) == 4


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_kind_of_colour_are_taken(mode: str) -> None:
    out = io.BytesIO()
    plain = Image.new("L", (900, 500), 120)
    (plain if mode == "I;16" else plain.convert("RGB")).convert(mode).save(out, "PNG")
    assert check_file(out.getvalue()).width == 900


def test_a_print_shops_photo_is_taken() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (300, 200)).save(out, "JPEG")
    assert opened(check_file(out.getvalue()).content).mode == "RGB"


def test_a_second_file_behind_a_picture_is_gone() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("evil.html", "<script>alert(1)</script>")
    checked = check_file(photo(form="PNG") + archive.getvalue())
    assert not zipfile.is_zipfile(io.BytesIO(checked.content))


def test_markup_in_a_pictures_comment_is_gone() -> None:
    assert b"<script>" not in check_file(photo(comment=b"<script>alert(1)</script>")).content


def test_a_pdf_is_taken_as_it_is() -> None:
    checked = check_file(PDF)
    assert (checked.type, checked.content, checked.thumbnail, checked.width) == ("application/pdf", PDF, None, None)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "unsupported"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "unsupported"),
        (b"<!doctype html><p>%PDF-1.4 %%EOF", "unsupported"),
        (b"PK\x03\x04 %PDF-1.4 %%EOF", "unsupported"),
        (b"BM" + bytes(200), "unsupported"),
        (b"%PDF-1.7 and no end", "damaged"),
        (photo()[:2000], "damaged"),
        (photo(form="PNG")[:300], "damaged"),
        (b"GIF89a" + bytes(50), "damaged"),
        (b"RIFF\x10\x00\x00\x00WEBP" + bytes(50), "damaged"),
    ],
)
def test_anything_else_is_refused_with_a_reason(content: bytes, code: str) -> None:
    with pytest.raises(NotTaken) as refused:
        check_file(content)
    assert refused.value.code == code


@pytest.mark.parametrize("side", [8_000, 12_000, 30_000, 65_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(NotTaken) as refused:
        check_file(bomb(side))
    assert refused.value.code == "too_many_pixels"


def test_a_moving_picture_of_too_much_is_kept_as_its_first_frame() -> None:
    shown = [Image.new("P", (3000, 3000), at) for at in range(8)]
    out = io.BytesIO()
    shown[0].save(out, "GIF", save_all=True, append_images=shown[1:])
    assert getattr(opened(check_file(out.getvalue()).content), "n_frames", 1) == 1


_HEADS = [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x20\x00\x00\x00WEBPVP8 ", b"%PDF-1.4", b""]


@given(head=st.sampled_from(_HEADS), rest=st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_wild_bytes_are_taken_or_refused_and_nothing_else(head: bytes, rest: bytes) -> None:
    with contextlib.suppress(NotTaken):
        assert check_file(head + rest).type == find_type(head + rest)


@given(data=st.data(), form=st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]))
@settings(max_examples=120, deadline=None)
def test_a_picture_with_bytes_changed_is_taken_or_refused_and_nothing_else(data: st.DataObject, form: str) -> None:
    content = bytearray(photo(60, 40, form=form))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotTaken):
        assert CAMERA not in check_file(bytes(content)).content


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("IMG_2031.JPG", "IMG_2031.JPG"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\photos\\bumper.jpeg", "bumper.jpeg"),
        ("invoice.pdf.exe", "invoice.pdf.jpg"),
        ("evil\r\nSet-Cookie: x.jpg", "evilSet-Cookie x.jpg"),
        ("a\u202egpj.exe", "agpj.jpg"),
        ("frenos del año.jpg", "frenos del año.jpg"),
        ("", "file.jpg"),
        ("...", "file.jpg"),
        ("x" * 300 + ".jpg", "x" * 80 + ".jpg"),
    ],
)
def test_a_name_is_only_a_name_with_the_ending_of_what_the_file_is(name: str, safe: str) -> None:
    assert safe_name(name, "image/jpeg") == safe


@given(st.text(max_size=300))
def test_whatever_it_is_called_the_name_is_short_and_printable(name: str) -> None:
    safe = safe_name(name, "application/pdf")
    assert safe.casefold().endswith(".pdf")
    assert safe.isprintable()
    assert 5 <= len(safe) <= 90
    assert "/" not in safe
