"""The commands for those who have Rasa: `actions`, `export-rasa`, `rasa-sender`."""

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import yaml

from bot.catalog import Catalog, load_catalog
from bot.rasa_export import ExportRefused, export_rasa
from bot.rasa_sender import Senders
from bot.understanding.shop_models import with_taught
from config.settings import Settings
from storage.ids import new_id, record_id
from storage.proof import VISITOR, Identity, Proof
from storage.store import Storage

OpenStore = Callable[[Settings], AbstractAsyncContextManager[Storage]]


async def run_rasa_command(settings: Settings, options: argparse.Namespace, open_store: OpenStore) -> int:
    """Do what the command line says. The exit status: 1 when it cannot be done, said in one line."""
    if options.command == "export-rasa":
        return export(settings, options)
    async with open_store(settings) as store:
        if options.command == "rasa-sender":
            return await print_sender(settings, store, options)
        from bot.rasa import serve_actions

        return await serve_actions(settings, store)


def export(settings: Settings, options: argparse.Namespace) -> int:
    """Write the Rasa project; with `--shop` also what that shop's staff have taught the bot."""
    try:
        url = f"http://{settings.actions.host}:{settings.actions.port}/webhook"
        catalog = load_catalog()
        if options.shop is not None:
            catalog = _with_taught(catalog, settings.data_dir / "examples" / f"{options.shop}.yml")
        exported = export_rasa(options.folder, catalog, url)
    except ExportRefused as refused:
        print(refused, file=sys.stderr)
        return 1
    print(
        f"{exported.intents} intents with {exported.examples} examples are in {exported.folder}; "
        "its README.md says how to train and run them"
    )
    return 0


def _with_taught(catalog: Catalog, path: Path) -> Catalog:
    """The catalog with a shop's own examples; where both have the same words, the shop's say what they mean."""
    if not path.is_file():
        raise ExportRefused(f"{path} is not there: its staff have taught nothing yet; leave --shop out")
    examples = with_taught(catalog.examples, yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    intents = {
        name: replace(described, examples={language: tuple(texts) for language, texts in examples[name].items()})
        for name, described in catalog.intents.items()
    }
    return replace(catalog, intents=intents)


async def print_sender(settings: Settings, store: Storage, options: argparse.Namespace) -> int:
    """Print a sender id: of a client that whoever runs this has made sure of, else of a visitor."""
    if await store.shops.find(options.shop) is None:
        print(f"there is no shop {options.shop!r}", file=sys.stderr)
        return 1
    identity = VISITOR
    if options.client is not None:
        known = await store.clients.find_many(
            options.shop, [options.client, record_id(options.shop, "client", options.client)]
        )
        if not known:
            print(f"{options.shop} has no client {options.client!r}", file=sys.stderr)
            return 1
        identity = Identity(proof=Proof.FULL, client_id=next(iter(known)))
    try:
        life = timedelta(minutes=options.minutes)
        senders = Senders(settings.secret_key.get_secret_value())
        print(senders.make_sender_id(options.shop, f"rasa:{new_id()}", identity, life))
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0
