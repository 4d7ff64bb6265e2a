"""The client's card beside the chat: who this is, and how things stand."""

import asyncio

from chat.changes import change_object
from chat.encoding import moment
from chat.events import Json
from config.clock import BusinessClock
from storage.conversations import Conversation
from storage.money import format_money
from storage.shops import Shop
from storage.store import Storage
from storage.visit import Visit


class Cards:
    """Reads what staff need to see at a glance."""

    def __init__(self, store: Storage, clock: BusinessClock) -> None:
        self._store = store
        self._clock = clock

    async def card(self, shop: Shop, conversation: Conversation) -> Json | None:
        """The client's card; None for a visitor and a number that is nobody's alone."""
        return None if conversation.client_id is None else await self.of_client(shop, conversation.client_id)

    async def of_client(self, shop: Shop, client_id: str) -> Json:
        """This client's card. Raises `NotFound`."""
        store, now = self._store, self._clock.now()
        today = now.astimezone(shop.zone).date()
        client, vehicles, account, visits, work_orders, changes = await asyncio.gather(
            store.clients.get(shop.slug, client_id),
            store.vehicles.list_for_client(shop.slug, client_id),
            store.accounts.for_client(shop, client_id, today),
            store.visits.list_upcoming(shop.slug, client_id, now),
            store.work_orders.list_for_client(shop.slug, client_id),
            store.change_requests.list_for_client(shop.slug, client_id),
        )
        titles = {vehicle.id: vehicle.title for vehicle in vehicles}
        return {
            "id": client.id,
            "name": client.name,
            "phones": list(client.phones),
            "email": client.email,
            "language": client.language,
            "note": client.note,
            "vehicles": [{"id": one.id, "title": one.title, "plate": one.plate} for one in vehicles],
            "balance": account.balance_due,
            "balance_text": format_money(account.balance_due, shop.currency, "en"),
            "overdue_text": format_money(account.overdue_due, shop.currency, "en") if account.overdue_due else None,
            "visits": [_visit(shop, visit) for visit in visits],
            "work_orders": [
                {"id": one.id, "number": one.number, "status": one.status, "vehicle": titles.get(one.vehicle_id, "")}
                for one in work_orders
                if one.status not in ("delivered", "cancelled")
            ],
            "portal": {"enabled": client.portal.enabled},
            "change_requests": [
                change_object(one, shop, titles.get(one.vehicle_id or "")) for one in changes if one.is_due
            ],
        }


def _visit(shop: Shop, visit: Visit) -> Json:
    services = ", ".join(shop.service_title(code, "en") for code in visit.services)
    return {"id": visit.id, "when": moment(visit.starts_at), "title": services, "status": visit.status}
