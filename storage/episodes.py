"""Episodes that have ended, for reports. Whatever is here can be made again from the log (`storage/episode.py`).

Reading twenty thousand documents takes the embedded engine most of a second. Days that are over are therefore kept a
second time, a day in one document (a pack), and made anew from the episodes when one of them changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pymongo import IndexModel

from config.clock import utc_now
from storage.codec import Document, from_document, to_document
from storage.episode import ASKED_AGAIN_WITHIN, Episode, episode_id
from storage.episode_packs import LAYOUT, packed, unpacked
from storage.mongo import Collection, Database, in_chunks, insert_new
from storage.stretches import read_stretches

INDEXES = [IndexModel([("shop", 1), ("started_at", 1)], name="episode_started")]

_PACKED_AFTER = timedelta(days=3)  # a day is packed when it is over for so long: most that is to happen has happened
_CLOCKS_DIFFER_BY = timedelta(hours=12)
_PACKS_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class _Pack:
    """What is known of a day's pack. `version` counts what made it stale; None: there is none yet."""

    version: int | None
    episodes: tuple[Episode, ...] | None  # None: to be made anew


class Episodes:
    """The ended episodes of every shop."""

    name = "episodes"

    def __init__(self, database: Database) -> None:
        self._collection = database[self.name]
        self._packs: Collection = database["episode_packs"]

    async def put_many(self, episodes: Sequence[Episode]) -> None:
        """Store episodes as they are now; one that is stored as of a later entry stays."""
        for chunk in in_chunks(episodes):
            for place in await insert_new(self._collection, [to_document(one) for one in chunk]):
                await self._replace(chunk[place])
            await self._made_stale((one.shop, one.started_at) for one in chunk)

    async def mark_followed(self, following: Episode) -> bool:
        """The client began `following`: the episode before it was asked again, if it ended not long ago. False: that
        one is not stored (yet).
        """
        if following.opened_by != "client" or following.number == 1:
            return True
        before = {"_id": episode_id(following.conversation, following.number - 1), "shop": following.shop}
        found = await self._collection.find_one(before, {"started_at": 1, "resolved_at": 1})
        if found is None or found.get("resolved_at") is None:
            return False
        if following.started_at - found["resolved_at"] <= ASKED_AGAIN_WITHIN:
            change = {"asked_again_at": following.started_at, "last_seq": following.first_seq}
            await self._collection.update_one(before, {"$set": change})
            await self._made_stale([(following.shop, found["started_at"])])
        return True

    async def find_many(self, shop: str, ids: Iterable[str]) -> dict[str, Episode]:
        """Those of these episodes that are stored, by id."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}, "shop": shop})
        return {document["_id"]: from_document(Episode, document) async for document in cursor}

    async def list_started(
        self, shop: str, earliest: datetime, latest: datetime, now: datetime | None = None
    ) -> list[Episode]:
        """The stored episodes that began from `earliest` to before `latest`, in order."""
        settled = _midnight((now or utc_now()) - _PACKED_AFTER)
        found: list[Episode] = []
        days = _days(earliest, min(latest, settled))
        for chunk in in_chunks(days, _PACKS_AT_ONCE):
            found += await self._packed_days(shop, chunk)
        found += await self._read(shop, max(earliest, settled), latest)
        return [one for one in found if earliest <= one.started_at < latest]

    async def _packed_days(self, shop: str, days: Sequence[date]) -> list[Episode]:
        packs = await self._find_packs(shop, days)
        missing = [day for day in days if packs[day].episodes is None]
        made: dict[date, list[Episode]] = {day: [] for day in missing}
        for first, last in _runs(missing):
            for one in await self._read(shop, _midnight(first), _midnight(last + timedelta(days=1))):
                made[one.started_at.astimezone(UTC).date()].append(one)
        await self._keep_packs(shop, packs, made)
        return [one for day in days for one in (made[day] if day in made else packs[day].episodes or ())]

    async def _find_packs(self, shop: str, days: Sequence[date]) -> dict[date, _Pack]:
        ids = {_pack_id(shop, day): day for day in days}
        packs = dict.fromkeys(days, _Pack(None, None))
        async for document in self._packs.find({"_id": {"$in": list(ids)}, "shop": shop}):
            episodes = unpacked(document["rows"], shop) if "rows" in document else None
            packs[ids[document["_id"]]] = _Pack(document["version"], episodes)
        return packs

    async def _keep_packs(self, shop: str, packs: Mapping[date, _Pack], made: Mapping[date, list[Episode]]) -> None:
        """Keep what was made, where nothing has changed since it was looked for."""
        new = [
            {"_id": _pack_id(shop, day), "shop": shop, "version": 0, "rows": packed(episodes)}
            for day, episodes in made.items()
            if packs[day].version is None
        ]
        await insert_new(self._packs, new)
        for day, episodes in made.items():
            if packs[day].version is not None:
                unchanged = {"_id": _pack_id(shop, day), "shop": shop, "version": packs[day].version}
                await self._packs.update_one(unchanged, {"$set": {"rows": packed(episodes)}})

    async def _made_stale(self, started: Iterable[tuple[str, datetime]]) -> None:
        """Episodes that began at these moments have changed: packs of their days are to be made anew."""
        youngest = utc_now() - _PACKED_AFTER + _CLOCKS_DIFFER_BY
        for shop, day in sorted({(shop, at.astimezone(UTC).date()) for shop, at in started if at < youngest}):
            change: Document = {"$inc": {"version": 1}, "$unset": {"rows": ""}, "$setOnInsert": {"shop": shop}}
            await self._packs.update_one({"_id": _pack_id(shop, day)}, change, upsert=True)

    async def _replace(self, episode: Episode) -> None:
        older = {"_id": episode.id, "shop": episode.shop, "last_seq": {"$lte": episode.last_seq}}
        await self._collection.replace_one(older, to_document(episode))

    async def _read(self, shop: str, earliest: datetime, latest: datetime) -> list[Episode]:
        found: list[Any] = []
        stretches = read_stretches(
            self._collection, [{"shop": shop}], "started_at", earliest, latest, newest_first=False
        )
        async for documents in stretches:
            found += [from_document(Episode, document) for document in documents]
        return found


def _pack_id(shop: str, day: date) -> str:
    return f"{shop}:{day.isoformat()}:{LAYOUT}"


def _midnight(day: date | datetime) -> datetime:
    plain = day.astimezone(UTC).date() if isinstance(day, datetime) else day
    return datetime.combine(plain, time(), UTC)


def _days(earliest: datetime, latest: datetime) -> list[date]:
    """The days (of UTC) that any moment from `earliest` to before `latest` is in."""
    if latest <= earliest:
        return []
    first, last = earliest.astimezone(UTC).date(), (latest - timedelta(microseconds=1)).astimezone(UTC).date()
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """Days in a row as (first, last)."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] + timedelta(days=1) == day:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
