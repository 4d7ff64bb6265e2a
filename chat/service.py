"""The chat of one process, composed: hub, sockets, channels, pages, and what delivers and sweeps."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.assistant import Assistant
from chat.announcing import Announcer
from chat.canned import Canned
from chat.channels.channel import Sender
from chat.channels.email import EmailChannel
from chat.channels.senders import senders
from chat.channels.sms import SmsChannel, SmsContext, sms_routes
from chat.channels.web import WebChannel
from chat.day_ahead import DayAhead
from chat.effects import Effects
from chat.fetching import fetch_files
from chat.files import FilesContext, file_routes
from chat.hub import Hub
from chat.inbox import StaffNamespace
from chat.inbox_index import FOLLOW_SECONDS
from chat.notice import Notices
from chat.outbox import OutboxWorker
from chat.pages import ChatPages, chat_routes
from chat.presence import RENEW_SECONDS, PresenceBoard
from chat.pushes import SocketPushes
from chat.pushing import open_pushing
from chat.reaching import Reaching
from chat.search_feed import SearchFeed
from chat.simulator import SimulatorContext, simulator_routes
from chat.snoozes import Snoozes
from chat.socket_edge import LOOK_SECONDS
from chat.socket_redis import RedisPushes
from chat.sockets import SocketServer, every, make_server
from chat.sweep import Sweep
from chat.transcript import Transcripts
from chat.widget import BEAT_SECONDS, ClientNamespace
from config.clock import BusinessClock, utc_now
from config.process import end_tasks
from config.settings import Settings
from storage.outbox import OutboxKind
from storage.store import Storage

_NO_PATIENCE = timedelta(0)
_SWEEP_SECONDS = 20.0
_IDLE_SECONDS = 600.0
_SNOOZE_SECONDS = 10.0
_ANNOUNCE_SECONDS = 5.0
_KNOWN_SECONDS = 60.0
_CALENDAR_SECONDS = 300.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chat:
    """`live` is what pages make happen here at once; `routes` are the chat's addresses but for the socket's own."""

    hub: Hub
    live: Effects
    routes: list[web.AbstractRouteDef]
    sockets: SocketServer

    def attach(self, app: web.Application) -> None:
        """Put the chat's addresses and its socket into the application."""
        app.add_routes(self.routes)
        self.sockets.attach(app)

    def redis_state(self) -> str | None:
        """Whether pushes reach the peers of other processes, "reachable" or "unreachable"; None without Redis."""
        manager = self.sockets.manager
        if not isinstance(manager, RedisPushes):
            return None
        return "reachable" if manager.reachable else "unreachable"


@asynccontextmanager
async def open_chat(
    settings: Settings, store: Storage, clock: BusinessClock, assistant: Assistant, *, node_modules: Path, work: bool
) -> AsyncIterator[Chat]:
    """The chat, as long as the context is open; with `work` it also delivers what is due and answers what was left."""
    bell, media_bell = asyncio.Event(), asyncio.Event()
    clients, staff = ClientNamespace(settings, clock), StaffNamespace(settings, clock)
    sockets = make_server(settings)
    sockets.register_namespace(clients)
    sockets.register_namespace(staff)
    hub = Hub(
        store=store,
        assistant=assistant,
        clock=clock,
        channels={
            "web": WebChannel(),
            "sms": SmsChannel(store, bell.set, settings.public_url),
            "email": EmailChannel(store, bell.set, settings.public_url),
        },
        live=SocketPushes(clients, staff, store.file_links),
    )
    _introduce(settings, hub, clients, staff, bell, clock)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        await hub.start()
        stack.push_async_callback(hub.close)
        stack.push_async_callback(staff.presence.close)
        reaching = _reaching(settings, hub, clients, bell, work=work)
        stack.push_async_callback(reaching.close)
        pushing = await stack.enter_async_context(open_pushing(settings, clock, hub, staff, bell.set))
        sweep = Sweep(hub, reaching.note)
        sweep.look_again = pushing.notifier.look_again
        await sweep.answer_owed(patience=_NO_PATIENCE)
        tasks = [
            pushing.notifier.run(),
            every(reaching.look_seconds, reaching.look),
            every(LOOK_SECONDS, sockets.look_after_strangers),
            *_rounds(clients, staff),
        ]
        if settings.redis_url or not work:  # others store, too
            tasks.append(every(FOLLOW_SECONDS, hub.inbox.follow))
        await stack.enter_async_context(_among_others(sockets, hub, _Missed(sweep, clients, staff)))
        if work:
            carriers = senders(settings, http, store.outbox, pushing.sender)
            announcer = Announcer(hub, clock, settings.public_url, bell.set)
            tasks += [_outbox(settings, hub, carriers, bell, announcer).run(), fetch_files(settings, hub, media_bell)]
            tasks += [pushing.tell_news(), *_chores(hub, sweep), *_announcing(announcer, clock, store)]
        running = [asyncio.create_task(task) for task in tasks]
        stack.push_async_callback(_cancel, running)
        routes = _routes(settings, hub, http, _Bells(bell, media_bell), node_modules)
        yield Chat(hub, Effects(hub, bell, pushing.bell, clients, staff), routes, sockets)


def _introduce(  # noqa: PLR0917  # those who know each other
    settings: Settings,
    hub: Hub,
    clients: ClientNamespace,
    staff: StaffNamespace,
    bell: asyncio.Event,
    clock: BusinessClock,
) -> None:
    """Hand the namespaces what they answer with: hub and sockets know each other."""
    store = hub.store
    clients.hub = staff.hub = hub
    hub.neighbours.on_notified = clients.notify_here
    clients.transcripts, clients.notices = Transcripts(store, bell.set), Notices(store, settings.public_url)
    staff.presence = PresenceBoard(store.presence, staff.tell_presence)
    staff.canned = Canned(store, clock, settings.public_url)


def _rounds(clients: ClientNamespace, staff: StaffNamespace) -> list[Coroutine[Any, Any, Any]]:
    """What keeps those who are connected up to date."""
    return [
        every(BEAT_SECONDS, clients.beat),
        every(BEAT_SECONDS, staff.beat),
        every(_KNOWN_SECONDS, clients.check_known),
        every(BEAT_SECONDS, staff.check_sessions),
        every(RENEW_SECONDS, staff.presence.renew),
    ]


@asynccontextmanager
async def _among_others(sockets: SocketServer, hub: Hub, on_missed: "_Missed") -> AsyncIterator[None]:
    """Where there is Redis: hear what other processes push, and be heard."""
    manager = sockets.manager
    if not isinstance(manager, RedisPushes):
        yield
        return
    manager.on_heard = hub.neighbours.heard
    manager.on_missed = on_missed
    await manager.start()
    try:
        yield
    finally:
        await manager.close()


def _chores(hub: Hub, sweep: Sweep) -> list[Coroutine[Any, Any, Any]]:
    """What a worker does now and again."""
    store = hub.store
    return [
        every(_SWEEP_SECONDS, sweep.answer_owed),
        every(_IDLE_SECONDS, sweep.close_idle),
        every(_SNOOZE_SECONDS, Snoozes(hub).wake_due),
        every(_SWEEP_SECONDS, SearchFeed(store).follow, at_once=True),
        every(_IDLE_SECONDS, lambda: store.files.remove_expired(utc_now())),
    ]


def _outbox(
    settings: Settings, hub: Hub, carriers: dict[OutboxKind, Sender], bell: asyncio.Event, announcer: Announcer
) -> OutboxWorker:
    """Who delivers; what clients are told unasked is looked at once more before it leaves."""
    return OutboxWorker(
        hub.store,
        carriers,
        hub.record_delivery,
        bell=bell,
        mail_sender=settings.mail.sender,
        may_leave=announcer.may_leave,
    )


def _announcing(announcer: Announcer, clock: BusinessClock, store: Storage) -> list[Coroutine[Any, Any, Any]]:
    """What a worker tells clients unasked."""
    return [every(_ANNOUNCE_SECONDS, announcer.tell_due), every(_CALENDAR_SECONDS, DayAhead(store, clock).plan)]


def _reaching(settings: Settings, hub: Hub, clients: ClientNamespace, bell: asyncio.Event, *, work: bool) -> Reaching:
    """What tells clients who left, told itself of what is stored here and who goes."""
    patience = settings.reach_after
    reaching = Reaching(hub, clients.notices, is_joined=clients.is_joined, wake=bell.set, patience=patience, work=work)
    hub.watchers.append(reaching.seen)
    clients.on_left = reaching.left
    return reaching


def _routes(
    settings: Settings, hub: Hub, http: aiohttp.ClientSession, bells: "_Bells", node_modules: Path
) -> list[web.AbstractRouteDef]:
    """Every address of the chat."""
    return [
        *chat_routes(ChatPages(settings=settings, store=hub.store, node_modules=node_modules)),
        *file_routes(FilesContext(settings=settings, store=hub.store)),
        *sms_routes(
            SmsContext(
                settings=settings, store=hub.store, hub=hub, wake=bells.outbox.set, wake_fetching=bells.media.set
            )
        ),
        *simulator_routes(SimulatorContext(settings=settings, store=hub.store, hub=hub, http=http)),
    ]


@dataclass(frozen=True, slots=True)
class _Bells:
    """What wakes those who deliver, and those who fetch."""

    outbox: asyncio.Event
    media: asyncio.Event


class _Missed:
    """Pushes of other processes were lost, or one of them died: this one's peers look at the database again."""

    def __init__(self, sweep: Sweep, clients: ClientNamespace, staff: StaffNamespace) -> None:
        self._sweep = sweep
        self._clients = clients
        self._staff = staff

    async def __call__(self) -> None:
        await self._sweep.catch_up()
        await self._sweep.answer_owed()
        await self._clients.beat()
        await self._staff.tell_missed()
        await self._clients.check_known()
        await self._staff.check_sessions()


async def _cancel(tasks: list["asyncio.Task[Any]"]) -> None:
    await end_tasks(tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s ended with %r", task.get_coro(), error)
