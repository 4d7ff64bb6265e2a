"""Photos of inspections: taken in with the line that names them, once, and kept as long as it does."""

import io
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from config.clock import utc_now
from storage.importing.account import Account
from storage.importing.importer import import_files
from storage.inspections import Inspection, Picture
from storage.store import Storage
from tests.sample_files import CAMERA, bomb, photo
from tests.unit.storage.importing.conftest import CLIENT, SHOP, VEHICLE

NAME = "photos/tires.jpg"


class Folder:
    """A shop's folder: its file, and photos beside it."""

    def __init__(self, store: Storage, path: Path) -> None:
        self.store, self.path = store, path
        (path / "photos").mkdir()

    def put(self, content: bytes, name: str = NAME) -> None:
        (self.path / name).write_bytes(content)

    async def take(self, *photos: str, **options: Any) -> Account:
        line = {"type": "inspection", "external_id": "n1", "client": "c1", "vehicle": "v1", "status": "done"}
        items = [{"name": "Tires", "result": "soon", "photos": list(photos)}]
        lines = [SHOP, CLIENT, VEHICLE, {**line, "inspected_on": "2026-03-01", "items": items}]
        file = self.path / "shop.jsonl"
        file.write_text("\n".join(json.dumps(one) for one in lines), encoding="utf-8")
        return await import_files(self.store, [file], **options)

    async def pictures(self) -> tuple[Picture, ...]:
        [inspection] = await self.store.inspections.list("garage")
        assert isinstance(inspection, Inspection)
        return inspection.items[0].pictures

    async def state_of(self, picture: Picture) -> str | None:
        file = await self.store.files.find(picture.id)
        return file.state if file else None


@pytest.fixture
def folder(store: Storage, tmp_path: Path) -> Folder:
    return Folder(store, tmp_path)


async def test_a_photo_is_kept_small_and_whole_without_what_the_camera_wrote(folder: Folder, store: Storage):
    folder.put(photo(1200, 800))
    account = await folder.take(NAME)
    assert (account.exit_status, account.flags) == (0, [])
    [picture] = await folder.pictures()
    assert (picture.name, picture.width, picture.height) == (NAME, 1200, 800)
    file = await store.files.find(picture.id)
    assert file is not None
    assert (file.shop, file.state, file.name, file.has_thumbnail) == ("garage", "claimed", "tires.jpg", True)
    content = b"".join([piece async for piece in store.files.read(file)])
    assert CAMERA not in content
    assert Image.open(io.BytesIO(content)).size == (1200, 800)


async def test_the_same_file_again_is_unchanged_and_makes_no_second_photo(folder: Folder):
    folder.put(photo())
    await folder.take(NAME)
    before = await folder.pictures()
    assert (await folder.take(NAME)).counts["inspection"] == {"unchanged": 1}
    os.utime(folder.path / NAME, (1, 1))  # copied anew in the night
    assert (await folder.take(NAME)).counts["inspection"] == {"unchanged": 1}
    assert await folder.pictures() == before


async def test_a_photo_that_comes_after_its_line_is_taken_then(folder: Folder):
    account = await folder.take(NAME)
    assert (account.exit_status, await folder.pictures()) == (0, ())
    assert [flag.text for flag in account.flags] == [
        f"photo '{NAME}' is not beside the file: the inspection is taken without it"
    ]
    folder.put(photo())
    assert (await folder.take(NAME)).counts["inspection"] == {"changed": 1}
    assert [picture.name for picture in await folder.pictures()] == [NAME]


async def test_a_photo_that_was_taken_in_stays_when_its_file_is_gone(folder: Folder):
    folder.put(photo())
    await folder.take(NAME)
    before = await folder.pictures()
    (folder.path / NAME).unlink()
    account = await folder.take(NAME)
    assert (account.flags, await folder.pictures()) == ([], before)


async def test_another_photo_of_the_same_name_takes_its_place_and_may_come_back(folder: Folder, store: Storage):
    folder.put(photo(640, 400))
    await folder.take(NAME)
    [first] = await folder.pictures()
    folder.put(photo(320, 200))
    await folder.take(NAME)
    [second] = await folder.pictures()
    assert (second.width, await folder.state_of(first), await folder.state_of(second)) == (320, "expired", "claimed")
    folder.put(photo(640, 400))
    await folder.take(NAME)
    [third] = await folder.pictures()
    assert (third.width, await folder.state_of(third)) == (640, "claimed")
    await store.files.remove_expired(utc_now() + timedelta(days=2))
    assert [await folder.state_of(one) for one in (first, second, third)] == [None, None, "claimed"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg onload=alert(1)>", "is no JPEG, PNG, GIF or WebP picture"),
        (b"%PDF-1.4\n%%EOF\n", "is no JPEG, PNG, GIF or WebP picture"),
        (photo()[:900], "is damaged"),
        (bomb(), "has too many pixels"),
        (b"\xff\xd8\xff" + bytes(11 * 1024 * 1024), "is larger than 10 MB"),
        (b"", "is no JPEG, PNG, GIF or WebP picture"),
    ],
)
async def test_what_is_no_photo_is_told_and_keeps_nothing_else_out(folder: Folder, content: bytes, reason: str):
    folder.put(content)
    folder.put(photo(), "photos/good.jpg")
    account = await folder.take(NAME, "photos/good.jpg")
    assert (account.exit_status, [reason in flag.text for flag in account.flags]) == (0, [True])
    assert [picture.name for picture in await folder.pictures()] == ["photos/good.jpg"]


async def test_a_link_of_the_file_system_leads_nowhere(folder: Folder, tmp_path_factory: pytest.TempPathFactory):
    outside = tmp_path_factory.mktemp("outside") / "secret.jpg"
    outside.write_bytes(photo())
    (folder.path / NAME).symlink_to(outside)
    account = await folder.take(NAME)
    assert ("is not beside the file" in account.flags[0].text, await folder.pictures()) == (True, ())


async def test_a_trial_run_tells_of_what_is_missing_and_keeps_nothing(folder: Folder, store: Storage):
    folder.put(photo(), "photos/good.jpg")
    account = await folder.take(NAME, "photos/good.jpg", dry_run=True)
    assert [flag.text for flag in account.flags] == [f"photo '{NAME}' is not beside the file"]
    assert await store.inspections.list("garage") == []
