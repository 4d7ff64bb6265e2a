"""An import as a whole: which shops, then every line checked, then what is good written."""

from collections.abc import Sequence
from pathlib import Path

from storage.activity import Actor
from storage.importing.account import OUTCOMES, Account, Refusal
from storage.importing.check import Checked, Progress, check_files
from storage.importing.merge import merge_shop
from storage.importing.sources import Source, find_sources
from storage.importing.write import Writer
from storage.shops import SmsNumberTaken
from storage.store import Storage


def _silent(lines: int) -> None:
    del lines


async def import_files(
    store: Storage,
    files: Sequence[Path],
    *,
    shop: str | None = None,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    progress: Progress = _silent,
) -> Account:
    """Take in shop files. `progress` is told how many lines were read, each line being read twice.

    Raises `NothingToDo` and `UnreadableFile` before anything is written.
    """
    account = Account()
    sources = await find_sources(store, files, shop, account)
    checked: list[tuple[Source, Checked]] = [
        (source, await check_files(store, source.shop, source.files, account, progress)) for source in sources
    ]
    nothing = all_or_nothing and bool(account.refusals)
    account.written = not dry_run and not nothing
    for source, found in checked:
        if await _put_shop(store, source, account):
            writer = Writer(store, source.shop, source.files, account, dry_run=not account.written)
            await writer.write(found, progress)
            if account.written:
                await _note(store, source, account)
    return account


async def _note(store: Storage, source: Source, account: Account) -> None:
    """Write into the activity log what came of it."""
    counts: dict[str, str] = {outcome: f"{account.total(outcome):,}" for outcome in OUTCOMES if account.total(outcome)}
    files = ", ".join(file.name for file in source.files)
    await store.activity.append(
        source.shop.slug, Actor(kind="system", name=""), "import.done", files, {**counts, "by": "command line"}
    )


async def _put_shop(store: Storage, source: Source, account: Account) -> bool:
    """Write the shop's own line, if there is one. False: it cannot be, and so nothing of the shop."""
    if source.mark is None:
        return True
    before = await store.shops.find(source.shop.slug)
    same = before is not None and await store.shops.mark_of(source.shop.slug) == source.mark
    if account.written and not same:
        try:
            await store.shops.put(merge_shop(before, source.shop), mark=source.mark)
        except SmsNumberTaken:
            reason = "is another shop's already"
            account.refuse(Refusal(file=str(source.files[0]), line=0, type="shop", field="sms_number", reason=reason))
            return False
    account.count("shop", "unchanged" if same else "created" if before is None else "changed")
    for _ in range(source.lines - 1):
        account.count("shop", "unchanged")
    return True
