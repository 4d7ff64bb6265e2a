"""Which shop a file is about: its own `shop` line, that of a file beside it, or the shop that was named."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from storage.importing.account import Account, Refusal
from storage.importing.check import Problem, mark_of, problem_of
from storage.importing.fields import Setting
from storage.importing.reader import read_lines
from storage.importing.shop_schema import ShopRecord
from storage.shops import Shop
from storage.store import Storage


class NothingToDo(Exception):
    """The import cannot begin. The text says why and what to do."""


@dataclass(slots=True)
class Source:
    """One shop, the files about it, and its own line where they have one (`mark` is then that line's)."""

    shop: Shop
    files: list[Path] = field(default_factory=list)
    mark: str | None = None
    lines: int = 0  # `shop` lines that were taken


async def find_sources(store: Storage, files: Sequence[Path], slug: str | None, account: Account) -> list[Source]:
    """The shops that the files are about. Refused `shop` lines go into the account. Raises `NothingToDo`."""
    sources: dict[str, Source] = {}
    homeless: list[Path] = []
    for path in files:
        source = await _own_shop(store, path, slug, account)
        if source is None:
            homeless.append(path)
            continue
        known = sources.setdefault(source.shop.slug, source)
        known.files.append(path)
        if known is not source:
            known.shop, known.mark, known.lines = source.shop, source.mark, known.lines + source.lines
    if homeless:
        await _give_home(store, homeless, slug, sources)
    return list(sources.values())


async def _give_home(store: Storage, files: list[Path], slug: str | None, sources: dict[str, Source]) -> None:
    if slug is None and len(sources) == 1:
        slug = next(iter(sources))
    if slug is None:
        raise NothingToDo(f"{files[0]} has no shop line: say which shop it is about with --shop SLUG")
    if slug not in sources:
        shop = await store.shops.find(slug)
        if shop is None:
            raise NothingToDo(f"there is no shop {slug!r}: import its shop line first")
        sources[slug] = Source(shop)
    sources[slug].files.extend(files)


async def _own_shop(store: Storage, path: Path, slug: str | None, account: Account) -> Source | None:
    """The shop of the file's own line. A refused line still says which shop is meant, if that one is known."""
    source: Source | None = None
    refused: Refusal | None = None
    named: str | None = None
    for line in read_lines(path, only_type="shop"):
        try:
            record = parse_shop(line.fields)
            await _check(store, record, source.shop.slug if source else slug)
            source = Source(record.to_shop(), mark=mark_of(record), lines=(source.lines if source else 0) + 1)
        except Problem as problem:
            refused = Refusal(file=str(path), line=line.number, type="shop", field=problem.field, reason=problem.reason)
            account.refuse(refused)
            given = line.fields.get("slug")
            named = given.strip() if isinstance(given, str) else None
    if source is None and refused is not None:
        shop = await store.shops.find(named) if named and slug in (None, named) else None
        if shop is None:
            raise NothingToDo(f"{refused}; without its shop nothing of the file can be taken")
        return Source(shop)
    return source


def parse_shop(fields: dict[str, Any]) -> ShopRecord:
    """The record of a shop's line. Raises `Problem`."""
    address = fields.get("address")
    country = address.get("country") if isinstance(address, dict) else None
    setting = Setting(country if isinstance(country, str) else "", ZoneInfo("UTC"))
    try:
        content = {name: value for name, value in fields.items() if name != "type"}
        return ShopRecord.model_validate(content, context=setting)
    except ValidationError as error:
        raise problem_of("shop", error) from error


async def _check(store: Storage, record: ShopRecord, slug: str | None) -> None:
    if slug is not None and record.slug != slug:
        raise Problem("shop", "slug", f"is not {slug!r}, which the file is about")
    if record.sms_number is not None:
        other = await store.shops.find_by_sms_number(record.sms_number)
        if other is not None and other.slug != record.slug:
            raise Problem("shop", "sms_number", "is another shop's already")
