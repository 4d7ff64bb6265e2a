"""`python server.py import FILE...`: the progress bar, the account, the exit status."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from storage.importing.account import OUTCOMES, Account
from storage.importing.importer import import_files
from storage.importing.reader import UnreadableFile, count_lines
from storage.importing.schema import TYPES
from storage.importing.sources import NothingToDo
from storage.store import Storage

NOTHING_DONE = 1


async def run_import(
    store: Storage,
    paths: Sequence[Path],
    *,
    shop: str | None,
    dry_run: bool,
    all_or_nothing: bool,
    console: Console,
) -> int:
    """Import the files, show what became of them on `console`, and return the exit status: 0, 1 or 2."""
    try:
        lines = sum(count_lines(path) for path in paths)
        with _bar(console) as bar:
            task = bar.add_task("Importing", total=max(1, 2 * lines))
            account = await import_files(
                store,
                paths,
                shop=shop,
                dry_run=dry_run,
                all_or_nothing=all_or_nothing,
                progress=lambda count: bar.advance(task, count),
            )
            bar.update(task, completed=max(1, 2 * lines))
    except (NothingToDo, UnreadableFile) as error:
        console.print(f"[red]Nothing was imported:[/] {escape(str(error))}", soft_wrap=True)
        return NOTHING_DONE
    show_account(account, console, dry_run=dry_run)
    return account.exit_status


def show_account(account: Account, console: Console, *, dry_run: bool) -> None:
    """Print every refused line, what staff should look at, and the counts per type."""
    for refusal in sorted(account.refusals, key=lambda refusal: (refusal.file, refusal.line)):
        console.print(f"[red]refused[/] {escape(str(refusal))}", soft_wrap=True, highlight=False)
    for flag in account.flags:
        console.print(f"[yellow]look at[/] {escape(str(flag))}", soft_wrap=True, highlight=False)
    table = Table("type", *OUTCOMES)
    for column in table.columns[1:]:
        column.justify = "right"
    order = {kind: number for number, kind in enumerate(TYPES)}
    for kind in sorted(account.counts, key=lambda kind: order.get(kind, len(order))):  # type: ignore[call-overload]
        table.add_row(kind, *(str(account.counts[kind][outcome]) for outcome in OUTCOMES))
    console.print(table)
    if dry_run:
        console.print("A trial run: nothing was written.")
    elif not account.written:
        console.print("[red]Nothing was written[/], because some lines were refused (--all-or-nothing).")


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=not console.is_terminal)
