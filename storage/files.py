"""Files: who sent them, to which message they belong, and their contents in the database (GridFS).

The database, because any web process must read them; measured on the embedded engine, 10 MB are stored in 50 ms and
read in 25, and a write beside it waits 5 ms at most.

    arriving -> ready -> claimed            by a message, for good
    arriving, ready -> expired -> gone      nobody sent it in a message within a day

A file's id follows from its sender and the sender's own `ref` for it, so that an upload that is repeated makes no
second one. Its record is there before its content: what a process that died has left behind is found by it.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from gridfs.errors import NoFile
from pymongo import IndexModel
from pymongo.errors import DuplicateKeyError

from config.clock import utc_now
from storage.codec import Document, from_document, to_document
from storage.ids import new_id, record_id
from storage.messages import Attachment
from storage.mongo import Database
from storage.pictures import Checked, FileType, safe_name

MOST_BYTES = 10 * 1024 * 1024

_UNCLAIMED_FOR = timedelta(days=1)
_AT_ONCE = 50
_SMALL = "/thumbnail"  # after a content's key: its small picture


class NoSuchFile(Exception):
    """There is no such upload, or not by this sender, or it belongs to another message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One file of `size` bytes. `uploader`: `staff:<id>`, `client:<id>`, `visitor:<hash>`, `sms:<number>`, `import`."""

    id: str
    shop: str
    uploader: str
    name: str
    type: FileType
    size: int
    width: int | None = None
    height: int | None = None
    has_thumbnail: bool = False
    state: Literal["arriving", "ready", "claimed", "expired"] = "arriving"
    tries: tuple[str, ...] = ()  # the keys of every content that was begun
    content: str | None = None  # the key of the one that counts
    conversation: str | None = None
    entry: str | None = None  # the message that it belongs to, or `inspection:<id>`
    private: bool = False  # of a note: for staff only
    created_at: datetime = field(default_factory=utc_now)

    @property
    def attachment(self) -> Attachment:
        """What its message says of it."""
        return Attachment(
            id=self.id, name=self.name, type=self.type, size=self.size, width=self.width, height=self.height
        )


INDEXES = [IndexModel([("state", 1), ("created_at", 1)], name="file_state")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The message that files are for, or the record (without a conversation). `uploaders`: whoever sent them."""

    shop: str
    uploaders: Collection[str]
    entry: str
    conversation: str | None = None
    private: bool = False


class Files:
    """The files of all shops."""

    name = "files"
    bucket_name = "file_contents"

    def __init__(self, database: Database) -> None:
        self._files = database[self.name]
        self._bucket = database.bucket(self.bucket_name)

    async def add(self, shop: str, uploader: str, ref: str | None, name: str, checked: Checked) -> StoredFile:
        """Store a file, readable by nobody until a message claims it. The same `ref` again is the same file."""
        key = new_id()
        file = StoredFile(
            id=file_id(shop, uploader, ref),
            shop=shop,
            uploader=uploader,
            name=safe_name(name, checked.type),
            type=checked.type,
            size=len(checked.content),
            width=checked.width,
            height=checked.height,
            has_thumbnail=checked.thumbnail is not None,
            tries=(key,),
        )
        try:
            await self._files.insert_one(to_document(file))
        except DuplicateKeyError:
            before = await self._get(shop, file.id)
            if before.state in ("ready", "claimed"):
                return before
            await self._files.update_one({"_id": file.id, "shop": shop}, {"$addToSet": {"tries": key}})
        await self._write(key, checked)
        done = {"state": "ready", "content": key, "size": file.size, "has_thumbnail": file.has_thumbnail}
        arriving = {"_id": file.id, "shop": shop, "state": "arriving"}
        if (await self._files.update_one(arriving, {"$set": done})).modified_count == 0:
            await self._erase([key])  # another try of the same upload was faster
        return await self._get(shop, file.id)

    async def find(self, wanted: str) -> StoredFile | None:
        """The file with this id, of whichever shop: who asks for it is checked against the shop that it names."""
        document = await self._files.find_one({"_id": wanted})
        return from_document(StoredFile, document) if document else None

    async def claim(self, ids: Sequence[str], claim: Claim) -> tuple[Attachment, ...]:
        """The files belong to this message now. Claimed again by the same message they still do.

        Raises `NoSuchFile` for an id that is not this sender's to send; then none is claimed.
        """
        wanted = list(dict.fromkeys(ids))
        found = await self._files.find({"_id": {"$in": wanted}, "shop": claim.shop}).to_list(None)
        files = {file.id: file for file in (from_document(StoredFile, document) for document in found)}
        for one in wanted:
            _check_claim(one, files.get(one), claim)
        return tuple([(await self._claim(files[one], claim)).attachment for one in wanted])

    async def read(self, file: StoredFile, *, thumbnail: bool = False) -> AsyncIterator[bytes]:
        """The content in pieces of at most 1 MB."""
        assert file.content is not None
        stream = await self._bucket.open_download_stream(file.content + _SMALL if thumbnail else file.content)
        while piece := await stream.readchunk():
            yield piece

    async def let_go(self, shop: str, ids: Collection[str]) -> None:
        """What these belonged to has them no longer: they are removed when a day is past."""
        for one in ids:
            await self._files.update_one({"_id": one, "shop": shop, "state": "claimed"}, {"$set": {"state": "expired"}})

    async def remove_expired(self, now: datetime) -> int:
        """Remove what no message has claimed for a day; how many files that were."""
        gone = 0
        for state in ("expired", "ready", "arriving"):
            old: Document = {"state": state, "created_at": {"$lt": now - _UNCLAIMED_FOR}}
            for document in await self._files.find(old).sort("created_at", 1).limit(_AT_ONCE).to_list(None):
                gone += await self._remove(from_document(StoredFile, document))
        return gone

    async def _claim(self, file: StoredFile, claim: Claim) -> StoredFile:
        if file.state == "ready":
            changes = {"state": "claimed", "conversation": claim.conversation, "entry": claim.entry}
            ready = {"_id": file.id, "shop": file.shop, "state": "ready"}
            await self._files.update_one(ready, {"$set": {**changes, "private": claim.private}})
            file = await self._get(claim.shop, file.id)
        if file.state != "claimed":
            raise NoSuchFile(file.id)
        _check_claim(file.id, file, claim)
        return file

    async def _remove(self, file: StoredFile) -> bool:
        if file.state != "expired":
            still = {"_id": file.id, "shop": file.shop, "state": file.state}
            if (await self._files.update_one(still, {"$set": {"state": "expired"}})).modified_count == 0:
                return False  # a message came for it in this moment
        await self._erase(file.tries)
        await self._files.delete_one({"_id": file.id, "shop": file.shop})
        return True

    async def _write(self, key: str, checked: Checked) -> None:
        await self._bucket.upload_from_stream_with_id(key, key, checked.content)
        if checked.thumbnail is not None:
            await self._bucket.upload_from_stream_with_id(key + _SMALL, key + _SMALL, checked.thumbnail)

    async def _erase(self, keys: Sequence[str]) -> None:
        for key in keys:
            for one in (key, key + _SMALL):
                try:
                    await self._bucket.delete(one)
                except NoFile:
                    continue

    async def _get(self, shop: str, wanted: str) -> StoredFile:
        document = await self._files.find_one({"_id": wanted, "shop": shop})
        if document is None:
            raise NoSuchFile(wanted)
        return from_document(StoredFile, document)


def _check_claim(wanted: str, file: StoredFile | None, claim: Claim) -> None:
    """Raises `NoSuchFile` unless this message may have the file, or has it."""
    if file is None or file.uploader not in claim.uploaders or file.entry not in (None, claim.entry):
        raise NoSuchFile(wanted)


def file_id(shop: str, uploader: str, ref: str | None) -> str:
    """The id of a file: the same for the same sender's `ref`; without one a new id."""
    return new_id() if ref is None else record_id(shop, "file", f"{uploader}\x1f{ref}")
