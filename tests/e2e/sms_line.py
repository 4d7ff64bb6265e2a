"""One shop's whole SMS line for the tests: webhooks, hub, outbox worker and a fake Twilio, all over real HTTP."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from pydantic import SecretStr

from bot.turn import Answer, Turn
from chat.channels.channel import Channel
from chat.channels.email import EmailChannel
from chat.channels.senders import senders
from chat.channels.sms import SmsChannel, SmsContext, sign, sms_routes
from chat.channels.twilio_media import open_twilio_media
from chat.channels.web import WebChannel
from chat.fetching import MediaWorker
from chat.hub import Hub
from chat.outbox import OutboxWorker
from chat.simulator import SimulatorContext, simulator_routes
from config.clock import BusinessClock, utc_now
from config.settings import Settings, Twilio
from storage.clients import Client
from storage.messages import Button, ChannelName, Entry, Link
from storage.outbox import OutboxRow
from storage.shops import Address, Shop
from storage.store import Storage
from tests.e2e.fake_twilio import ACCOUNT, TOKEN, FakeTwilio, start

SHOP = Shop(
    slug="bayside",
    name="Bayside Auto",
    phone="+15125550100",
    email="desk@bayside.example",
    address=Address(street="1 Bay St", city="Austin", region="TX", postal_code="78704", country="US"),
    timezone="America/Chicago",
    currency="USD",
    language="en",
    sms_number="+15125550199",
)
MARIA = Client(
    id="c1", shop="bayside", external_id="c1", name="Maria Lopez", phones=("+15125550101",), email="maria@mail.example"
)
TOM = Client(id="c2", shop="bayside", external_id="c2", name="Tom Reed", phones=("+15125550102",))
ANN = Client(id="c3", shop="bayside", external_id="c3", name="Ann Reed", phones=("+15125550102",))
NUMBER = "+15125550199"
STRANGER = "+15125550177"
PUBLIC_URL = "https://line.example"  # not where the server listens: it is behind a proxy


class Parrot:
    """An assistant that repeats what it is told; `choose` brings choices and a link."""

    async def answer(self, turn: Turn) -> Answer | None:
        if turn.text == "choose":
            buttons = (Button("Oil change", "/a"), Button("Brakes", "/b"))
            return Answer(text="Which one?", buttons=buttons, links=(Link("Invoices", "https://x.example/k/1"),))
        return Answer(text=f"You said: {turn.text}")

    async def check_code(self, shop, tracker, code):
        return None

    def apology(self, turn: Turn) -> Answer:
        return Answer(text="Sorry")


class Silence:
    """Nobody is connected."""

    def __getattr__(self, name):
        async def quiet(*args, **kwargs):
            return None

        return quiet


@dataclass
class Line:
    """What a test holds in its hands."""

    settings: Settings
    store: Storage
    hub: Hub
    server: TestServer
    twilio: FakeTwilio
    http: aiohttp.ClientSession
    ahead: timedelta = timedelta()  # how far the worker's clock is ahead
    worker: OutboxWorker = field(init=False)
    fetcher: MediaWorker = field(init=False)

    async def text(self, sender: str, body: str, **more: str) -> int:
        """A text comes in, signed."""
        form = {"MessageSid": f"SM{next(_numbers):032d}", "From": sender, "To": NUMBER, "Body": body} | more
        return await self.post("/webhooks/twilio/sms", form)

    async def post(self, path: str, form: dict[str, str], *, signature: str | None = None) -> int:
        signed = sign(self.settings, path, form) if signature is None else signature
        headers = {"X-Twilio-Signature": signed} if signed else {}
        async with self.http.post(self.server.make_url(path), data=form, headers=headers) as response:
            return response.status

    async def log(self, key: str) -> list[Entry]:
        """Everything in a conversation, after the bot is done."""
        conversation = await self.store.conversations.find_by_key("bayside", key)
        if conversation is None:
            return []
        await self.hub.settled(conversation.id)
        return await self.store.messages.after("bayside", conversation.id, 0, 500)

    async def said(self, key: str) -> list[tuple[str, str]]:
        return [(entry.author.kind, entry.text) for entry in await self.log(key)]

    async def deliver(self, *, later: timedelta = timedelta()) -> None:
        """The worker delivers what is due, `later` from now."""
        self.ahead += later
        await self.worker.deliver_due()

    async def fetch(self, *, later: timedelta = timedelta()) -> int:
        """The worker fetches what is due, `later` from now; how many files it took up."""
        self.ahead += later
        return await self.fetcher.fetch_due()

    async def rows(self, to: str) -> list[OutboxRow]:
        return await self.store.outbox.list_to("bayside", to, utc_now() - timedelta(days=1))


_numbers = itertools.count(1)


def make_settings(tmp_path: Path, **more) -> Settings:
    return Settings(env="test", data_dir=tmp_path, base_url=PUBLIC_URL, **more)


@asynccontextmanager
async def open_line(
    store: Storage,
    tmp_path: Path,
    *,
    with_twilio: bool = True,
    simulator: bool = False,
    patience: float = 20.0,
    settings: Settings | None = None,
) -> AsyncIterator[Line]:
    """The line of one shop. Its worker delivers when `deliver` is called."""
    fake = FakeTwilio()
    api = await start(fake)
    account = Twilio(
        account_sid=ACCOUNT, auth_token=SecretStr(TOKEN), api_base_url=str(api.make_url("")), timeout_seconds=patience
    )
    given = ({"twilio": account} if with_twilio else {}) | ({"port": unused_port()} if simulator else {})
    settings = settings or make_settings(tmp_path, **given)
    await store.shops.put(SHOP)
    for client in (MARIA, TOM, ANN):
        await store.clients.put(client)
    bell, fetch_bell = asyncio.Event(), asyncio.Event()
    channels: dict[ChannelName, Channel] = {
        "web": WebChannel(),
        "sms": SmsChannel(store, bell.set, settings.public_url),
        "email": EmailChannel(store, bell.set, settings.public_url),
    }
    hub = Hub(store=store, assistant=Parrot(), clock=BusinessClock(), channels=channels, live=Silence())
    app = web.Application()
    context = SmsContext(settings=settings, store=store, hub=hub, wake=bell.set, wake_fetching=fetch_bell.set)
    app.add_routes(sms_routes(context))
    server = TestServer(app, port=settings.port if simulator else None)
    async with aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        if simulator:
            app.add_routes(simulator_routes(SimulatorContext(settings=settings, store=store, hub=hub, http=http)))
        await server.start_server()
        await hub.start()
        line = Line(settings, store, hub, server, fake, http)
        line.worker = OutboxWorker(
            store,
            senders(settings, http, store.outbox),
            hub.record_delivery,
            bell=bell,
            mail_sender=settings.mail.sender,
            clock=lambda: utc_now() + line.ahead,
        )
        media = await stack.enter_async_context(open_twilio_media(settings))
        line.fetcher = MediaWorker(store, media, hub.updating, bell=fetch_bell, clock=lambda: utc_now() + line.ahead)
        try:
            yield line
        finally:
            fake.release.set()
            await hub.close()
            await server.close()
            await api.close()
