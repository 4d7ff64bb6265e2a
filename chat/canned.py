"""Fills in a canned reply for the client of one conversation, in the client's language."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.answers import Wording
from config.clock import BusinessClock
from storage.account_lists import InvoiceFilter, list_invoices
from storage.accounts import day_of
from storage.activity import Actor
from storage.canned_replies import PLACEHOLDERS, CannedReply
from storage.clients import Client
from storage.conversations import Conversation
from storage.opening_hours import intervals
from storage.proof import LinkScope
from storage.shops import Language, Shop
from storage.staff import Staff
from storage.store import Storage

_BRACES = re.compile(r"\{([a-z_.]+)\}")
_SPACES = re.compile(r" {2,}")


@dataclass(frozen=True, slots=True)
class Filled:
    """The text, and the placeholders in it that nothing is known for: they stay out."""

    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    shop: Shop
    staff: Staff
    client: Client | None
    wording: Wording
    language: Language


class Canned:
    """What stands for a placeholder is looked up only where a text has it."""

    def __init__(self, store: Storage, clock: BusinessClock, public_url: str) -> None:
        self._store = store
        self._clock = clock
        self._public_url = public_url
        self._sources: Mapping[str, Callable[[_Scene], Awaitable[str | None]]] = {
            "client.first_name": self._first_name,
            "client.name": self._client_name,
            "vehicle": self._vehicle,
            "visit": self._visit,
            "invoice.number": self._invoice_number,
            "invoice.balance": self._balance,
            "shop.name": self._shop_name,
            "shop.phone": self._shop_phone,
            "shop.hours": self._hours,
            "portal.link": self._portal_link,
            "staff.name": self._staff_name,
        }
        assert set(self._sources) == set(PLACEHOLDERS)

    async def fill_in(self, reply: CannedReply, shop: Shop, staff: Staff, conversation: Conversation) -> Filled:
        """The reply as it would be sent in this conversation."""
        client_id = conversation.client_id
        client = await self._store.clients.find(shop.slug, client_id) if client_id else None
        language = (client.language if client else None) or shop.language
        scene = _Scene(shop=shop, staff=staff, client=client, wording=Wording(language, shop.zone), language=language)
        text = reply.text_in(language)
        values: dict[str, str | None] = {}
        for name in dict.fromkeys(_BRACES.findall(text)):
            if name in self._sources:
                values[name] = await self._sources[name](scene)
        filled = _BRACES.sub(lambda found: (values.get(found[1]) or "") if found[1] in values else found[0], text)
        missing = tuple(name for name, value in values.items() if not value)
        return Filled(_SPACES.sub(" ", filled).strip(), missing)

    async def _first_name(self, scene: _Scene) -> str | None:
        return scene.client.first_name if scene.client else None

    async def _client_name(self, scene: _Scene) -> str | None:
        return scene.client.name if scene.client else None

    async def _vehicle(self, scene: _Scene) -> str | None:
        if scene.client is None:
            return None
        vehicles = await self._store.vehicles.list_for_client(scene.shop.slug, scene.client.id)
        return vehicles[0].title if len(vehicles) == 1 else None  # of several it is not known which is meant

    async def _visit(self, scene: _Scene) -> str | None:
        if scene.client is None:
            return None
        now = self._clock.now()
        visits = await self._store.visits.list_upcoming(scene.shop.slug, scene.client.id, now)
        today = now.astimezone(scene.shop.zone).date()
        return scene.wording.moment(visits[0].starts_at, today) if visits else None

    async def _invoice_number(self, scene: _Scene) -> str | None:
        if scene.client is None:
            return None
        unpaid = await list_invoices(
            self._store.account_summaries,
            scene.shop.slug,
            scene.client.id,
            InvoiceFilter(standing="unpaid"),
            today=day_of(scene.shop, self._clock.now()),
        )
        return unpaid.items[0].number if unpaid.count == 1 else None

    async def _balance(self, scene: _Scene) -> str | None:
        if scene.client is None:
            return None
        account = await self._store.account_summaries.of(scene.shop.slug, scene.client.id)
        return scene.shop.money(account.balance_due, scene.language)

    async def _shop_name(self, scene: _Scene) -> str | None:
        return scene.shop.name

    async def _shop_phone(self, scene: _Scene) -> str | None:
        return scene.shop.phone

    async def _hours(self, scene: _Scene) -> str | None:
        """Today's, as `7:30 AM - 12:00 PM, 1:00 PM - 5:30 PM`; None on a closed day."""
        spans = intervals(scene.shop, self._clock.now().astimezone(scene.shop.zone).date())
        said = scene.wording.time
        return ", ".join(f"{said(begin)} - {said(end)}" for begin, end in spans) or None

    async def _portal_link(self, scene: _Scene) -> str | None:
        if scene.client is None or not scene.client.portal.enabled:
            return None
        scope = LinkScope(page="dashboard")
        token = await self._store.links.mint(scene.shop.slug, scene.client.id, scope, "canned_reply")
        by = Actor(kind="staff", id=scene.staff.id, name=scene.staff.name)
        await self._store.activity.append(
            scene.shop.slug, by, "access.link_made", scene.client.name, {"page": scope.page, "for": "canned reply"}
        )
        return f"{self._public_url}/s/{scene.shop.slug}/k/{token}"

    async def _staff_name(self, scene: _Scene) -> str | None:
        return scene.staff.name
