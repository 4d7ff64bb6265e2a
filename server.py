"""Composes everything from the settings and runs it; the command line.

`python server.py --help` lists the commands. What each part does is in its package; here they only meet.
"""

import argparse
import asyncio
import getpass
import importlib
import logging
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import uvloop
from aiohttp import web

from config.clock import BusinessClock
from config.commands import parse_command
from config.logs import set_up_logs
from config.process import CannotRun, check_port_free, hold_the_collector, spare_the_collector, until_stopped
from config.settings import Settings, SettingsError, load_settings
from storage.embedded import embedded_database
from storage.engine import EmbeddedDatabaseError
from storage.mongo import DatabaseUnavailable, connect
from storage.store import Storage

if TYPE_CHECKING:
    from bot.catalog import Catalog
    from bot.teaching import Teaching
    from bot.understanding import Understander
    from chat.hub import Hub
    from chat.service import Chat
    from storage.demo.load import DemoSummary

    Learned: TypeAlias = tuple[Catalog, Understander]

_ROOT = Path(__file__).parent
_SHORTEST_PASSWORD = 10
_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Storage]:
    """The storage, reachable and with its indexes; the embedded database when no `MONGODB_URI` is set."""
    async with AsyncExitStack() as stack:
        given = settings.mongodb_uri
        uri = (
            given.get_secret_value() if given else await stack.enter_async_context(embedded_database(settings.data_dir))
        )
        database = connect(uri, settings.mongodb_database)
        stack.callback(database.close)
        await database.check_reachable()
        store = Storage(database, settings.secret_key.get_secret_value())
        await store.prepare()
        yield store


@dataclass(frozen=True, slots=True)
class Running:
    """What a process of Pitline is made of."""

    settings: Settings
    store: Storage
    clock: BusinessClock
    hub: "Hub"
    app: web.Application
    teaching: "Teaching"


async def learn(settings: Settings) -> "Learned":
    """The intents and who understands them: half a second, or the first time, when it is trained, many."""
    await asyncio.to_thread(_import_service)
    from bot.catalog import CatalogError, load_catalog
    from bot.understanding import Understander

    try:
        catalog = await asyncio.to_thread(load_catalog)
        models = settings.data_dir / "models"
        return catalog, await asyncio.to_thread(Understander.train_or_load, models, catalog.examples)
    except (CatalogError, ValueError) as error:
        raise CannotRun(f"bot/intents: {error}") from error


@asynccontextmanager
async def open_service(
    settings: Settings, store: Storage, *, work: bool = True, learning: "asyncio.Task[Learned] | None" = None
) -> AsyncIterator[Running]:
    """The bot, the chat and the pages; with `work`, also what delivers and sweeps. `learning` has been begun before."""
    from bot.assistant import Assistant
    from bot.teaching import Teaching
    from bot.understanding.shop_models import ShopModels
    from chat.rasa_client import open_rasa
    from chat.service import open_chat

    clock = BusinessClock(settings.now)
    catalog, understander = await (learning or learn(settings))
    shop_models = ShopModels(understander, catalog.examples, settings.data_dir)
    teaching = Teaching(store, shop_models, catalog)
    url, modules = settings.public_url, _ROOT / "node_modules"
    async with AsyncExitStack() as stack:
        rasa = await stack.enter_async_context(open_rasa(settings, catalog.intents))
        assistant = Assistant(store=store, models=shop_models, catalog=catalog, public_url=url, rasa=rasa)
        opened = open_chat(settings, store, clock, assistant, node_modules=modules, work=work)
        chat = await stack.enter_async_context(opened)
        app = _pages(settings, store, clock, chat, teaching)
        chat.attach(app)
        await stack.enter_async_context(teaching.open())
        yield Running(settings, store, clock, chat.hub, app, teaching)


def _pages(
    settings: Settings, store: Storage, clock: BusinessClock, chat: "Chat", teaching: "Teaching"
) -> web.Application:
    from portal_views.context import PortalContext
    from portal_views.health import health_routes
    from portal_views.routes import portal_routes
    from portal_views.security import security_middleware

    app = web.Application(middlewares=[security_middleware(settings)], client_max_size=1024 * 1024)
    context = PortalContext(settings=settings, store=store, clock=clock, live=chat.live, lessons=teaching)
    app.add_routes(portal_routes(context))
    app.add_routes(health_routes(store, chat.redis_state))
    return app


def _check_not_production(settings: Settings) -> None:
    if settings.production:
        raise CannotRun("`run` and `demo` load a demo shop: in production use `serve`, and `import` for your records")


async def serve(settings: Settings, *, demo: bool = False, work: bool = True) -> int:
    """Serve until told to stop; with `demo`, load the demo shop first and print what to open."""
    if demo:
        _check_not_production(settings)
    check_port_free(settings)
    tell = print if demo else _log.info
    hold_the_collector()
    stopping = asyncio.create_task(until_stopped())
    composable = asyncio.create_task(asyncio.to_thread(_import_service))  # while the database starts
    tell("Starting the database ...")
    async with open_store(settings) as store:
        if demo:
            tell("Looking after the demo shop ...")
        tell("Getting the assistant ready (the first time it is trained, which takes a moment) ...")
        learning = asyncio.create_task(learn(settings))  # while the demo shop is looked after
        summary = await demo_shop(settings, store) if demo else None
        await composable
        async with open_service(settings, store, work=work, learning=learning) as running:
            runner = web.AppRunner(running.app, access_log=None, shutdown_timeout=2.0)
            await runner.setup()
            await web.TCPSite(runner, settings.host, settings.port).start()
            spare_the_collector()
            served = f"Pitline serves {settings.public_url}"
            print(await _welcome(running, summary) if summary else served, flush=True)
            await stopping
            await runner.cleanup()
    return 0


def _import_service() -> None:
    for name in ("bot.assistant", "chat.service", "portal_views.routes"):
        importlib.import_module(name)


async def demo_shop(settings: Settings, store: Storage) -> "DemoSummary":
    """Load the demo shop, unless it is there."""
    from storage.demo.load import load_demo

    return await load_demo(store, BusinessClock(settings.now).now().date())


async def _welcome(running: Running, demo: "DemoSummary") -> str:
    from storage.demo.welcome import compose_welcome

    return await compose_welcome(running.store, demo, running.settings.public_url)


async def work(settings: Settings) -> int:
    """Deliver and sweep, with no pages."""
    async with open_store(settings) as store, open_service(settings, store):
        print("Pitline's worker delivers and sweeps", flush=True)
        await until_stopped()
    return 0


async def import_files(settings: Settings, options: argparse.Namespace) -> int:
    """Take in the shop's records. 0 all taken, 2 some refused, 1 nothing could be done."""
    from rich.console import Console

    from storage.importing.command import run_import

    async with open_store(settings) as store:
        return await run_import(
            store,
            options.files,
            shop=options.shop,
            dry_run=options.dry_run,
            all_or_nothing=options.all_or_nothing,
            console=Console(),
        )


async def load_demo_only(settings: Settings) -> int:
    """Load the demo shop and stop."""
    _check_not_production(settings)
    async with open_store(settings) as store:
        await demo_shop(settings, store)
    return 0


async def add_staff(settings: Settings, options: argparse.Namespace) -> int:
    """Give somebody a sign-in to the inbox, or a new password."""
    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    if len(password) < _SHORTEST_PASSWORD:
        raise CannotRun(f"the password needs at least {_SHORTEST_PASSWORD} characters")
    async with open_store(settings) as store:
        if await store.shops.find(options.shop) is None:
            raise CannotRun(f"there is no shop {options.shop!r}")
        staff = await store.staff.add(options.shop, options.email, options.name, options.role, password)
        if options.no_second_factor:
            await store.second_factors.switch_off(staff.shop, staff.id)
    print(f"{staff.name} signs in at {settings.public_url}/staff/ as {staff.email}")
    return 0


async def tokens(settings: Settings, options: argparse.Namespace) -> int:
    """Make, list and revoke API tokens."""
    from storage.token_commands import run_token_command

    async with open_store(settings) as store:
        return await run_token_command(store, options)


async def text_the_shop(settings: Settings, options: argparse.Namespace) -> int:
    """Text the shop from a terminal."""
    from chat.texting import run_sms

    return await run_sms(settings, options.shop, options.number, options.text)


async def understand(settings: Settings, options: argparse.Namespace) -> int:
    """Say what messages mean. 0 all could be read, 2 some not."""
    from bot.understand import understand_lines
    from chat.rasa_client import open_rasa

    return await understand_lines(settings, options, open_store, open_rasa)


async def trace_again(settings: Settings, shop: str | None) -> int:
    """Make what follows from the log again: what reports count, and what the activity log says of conversations."""
    from chat.traces import trace_shop

    async with open_store(settings) as store:
        for slug in [shop] if shop else [one.slug for one in await store.shops.list()]:
            print(f"{slug}: {await trace_shop(store, slug)} conversations read again")
    return 0


async def with_rasa(settings: Settings, options: argparse.Namespace) -> int:
    """What is there for those who have Rasa."""
    from bot.rasa_commands import run_rasa_command

    return await run_rasa_command(settings, options, open_store)


def run_command(options: argparse.Namespace, settings: Settings) -> Coroutine[Any, Any, int]:
    """What the command is to do."""
    match options.command:
        case "run":
            return serve(settings, demo=True)
        case "serve":
            return serve(settings, work=not options.no_worker)
        case "worker":
            return work(settings)
        case "actions" | "export-rasa" | "rasa-sender":
            return with_rasa(settings, options)
        case "demo":
            return load_demo_only(settings)
        case "import":
            return import_files(settings, options)
        case "sms":
            return text_the_shop(settings, options)
        case "token":
            return tokens(settings, options)
        case "trace":
            return trace_again(settings, options.shop)
        case "understand":
            return understand(settings, options)
        case _:
            return add_staff(settings, options)


def main(arguments: list[str]) -> int:
    """Run a command; what stands in its way is told in one line, without a traceback."""
    options = parse_command(arguments)
    try:
        settings = load_settings()
        set_up_logs(settings)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(run_command(options, settings))
    except SettingsError as error:
        print("\n".join(error.problems), file=sys.stderr)
    except (CannotRun, EmbeddedDatabaseError, DatabaseUnavailable) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'the system'}: {error.strerror or error}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
