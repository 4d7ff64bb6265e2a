"""The photos of inspections: files beside the shop's file, taken in as pictures that are written anew.

A photo's id follows from its inspection, its name and its content: taken again it is the same file, and one that was
taken anew is another. What an inspection no longer has is let go. A photo that cannot be taken keeps nothing else out:
the inspection comes without it, and staff are told.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.codec import Document, encode
from storage.files import MOST_BYTES, Claim, file_id
from storage.importing.schema import InspectionRecord
from storage.inspections import Picture, photo_owner
from storage.pictures import Checked, NotTaken, check_file
from storage.store import Storage

UPLOADER = "import"

_WHY = {
    "unsupported": "is no JPEG, PNG, GIF or WebP picture",
    "damaged": "is damaged",
    "too_many_pixels": "has too many pixels",
}


@dataclass(frozen=True, slots=True)
class _Unusable(Exception):
    """A photo that is not taken, and why."""

    reason: str


def mark_with_photos(mark: str, record: InspectionRecord, folder: Path) -> str:
    """The record's mark, which changes when a photo beside the file does: so a photo may come after its line."""
    names = [name for item in record.items for name in item.photos or ()]
    if not names:
        return mark
    states = [_state_of(folder, name) for name in names]
    return hashlib.blake2b(repr((mark, states)).encode(), digest_size=16).hexdigest()


async def take_photos(store: Storage, document: Document, stored: Document | None, folder: Path) -> list[str]:
    """Take in the photos that the inspection's document names, and write into it what is kept; what is not, in words.

    A photo that was taken in before and is not beside the file now stays. One after the other: a large photo takes
    200 MB while it is looked at.
    """
    problems: list[str] = []
    before = {picture["name"]: picture for picture in _pictures_in(stored)}
    for item in document["items"]:
        kept: list[Document] = []
        for name in dict.fromkeys(item.get("photos", ())):
            path = _find(folder, name)
            if path is None and name in before:
                kept.append(before[name])
                continue
            try:
                kept.append(encode(await _take(store, document, name, path)))
            except _Unusable as unusable:
                problems.append(f"photo {name!r} {unusable.reason}: the inspection is taken without it")
        if kept:
            item["pictures"] = kept
    return problems


def say_missing(document: Document, folder: Path) -> list[str]:
    """What a trial run says, which opens no photo."""
    names = [name for item in document["items"] for name in item.get("photos", ())]
    return [f"photo {name!r} is not beside the file" for name in names if _find(folder, name) is None]


async def let_go_of_photos(store: Storage, shop: str, before: Document, after: Document) -> None:
    """Let go of what an inspection had and has no longer."""
    still = {picture["id"] for picture in _pictures_in(after)}
    await store.files.let_go(shop, {picture["id"] for picture in _pictures_in(before)} - still)


async def _take(store: Storage, document: Document, name: str, path: Path | None) -> Picture:
    if path is None:
        raise _Unusable("is not beside the file")
    content = await asyncio.to_thread(_read, path)
    ref = f"{document['_id']}\x1f{name}\x1f{hashlib.blake2b(content, digest_size=16).hexdigest()}"
    while (known := await store.files.find(file_id(document["shop"], UPLOADER, ref))) and known.state == "expired":
        ref += "+"  # it was let go of, and comes back before it is removed
    if known is not None and known.state == "claimed" and known.width and known.height:
        return Picture(id=known.id, name=name, width=known.width, height=known.height)
    checked = await asyncio.to_thread(_checked, content)
    assert checked.width is not None
    assert checked.height is not None
    file = await store.files.add(document["shop"], UPLOADER, ref, path.name, checked)
    claim = Claim(shop=document["shop"], uploaders=(UPLOADER,), entry=photo_owner(document["_id"]))
    await store.files.claim([file.id], claim)
    return Picture(id=file.id, name=name, width=checked.width, height=checked.height)


def _find(folder: Path, name: str) -> Path | None:
    """The file of this name below the folder; what a link of the file system leads out of it is not there."""
    root = folder.resolve()
    path = (root / name.replace("\\", "/")).resolve()
    return path if path.is_relative_to(root) and path.is_file() else None


def _state_of(folder: Path, name: str) -> Any:
    path = _find(folder, name)
    if path is None:
        return None
    about = path.stat()
    return about.st_size, about.st_mtime_ns


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _Unusable(f"is larger than {MOST_BYTES // 1024 // 1024} MB")
        return path.read_bytes()
    except OSError as error:
        raise _Unusable("cannot be read") from error


def _checked(content: bytes) -> Checked:
    try:
        checked = check_file(content)
    except NotTaken as error:
        raise _Unusable(_WHY[error.code]) from error
    if checked.width is None:
        raise _Unusable(_WHY["unsupported"])
    return checked


def _pictures_in(document: Document | None) -> list[Document]:
    items = (document or {}).get("items", ())
    return [picture for item in items for picture in item.get("pictures", ())]
