"""The client's card beside the chat: who this is, how things stand, and by which ways they are reached."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

from chat.changes import change_object
from chat.encoding import moment
from chat.events import Json
from config.clock import BusinessClock
from storage.account_lists import InvoiceFilter, list_invoices
from storage.account_summary import InvoiceRow
from storage.clients import Client
from storage.conversations import Conversation
from storage.episode import Episode, episode_id
from storage.estimates import Estimate
from storage.reminders import DueService, due_services
from storage.sessions import Session
from storage.shops import Shop
from storage.store import Storage
from storage.vehicles import Vehicle
from storage.visit import Visit
from storage.work_orders import WorkOrder

_EPISODES = 10
_INVOICES = 20
_UNPAID = InvoiceFilter(standing="unpaid")
_LANGUAGE = "en"  # the inbox's own


class Cards:
    """Reads what staff need to see at a glance."""

    def __init__(self, store: Storage, clock: BusinessClock) -> None:
        self._store = store
        self._clock = clock

    async def whole(self, shop: Shop, conversation: Conversation) -> Json:
        """What `open` and `card` answer about the client: `client` (the card, or null) and `channels`."""
        client, channels = await asyncio.gather(self.card(shop, conversation), self.channels(shop, conversation))
        return {"client": client, "channels": channels}

    async def card(self, shop: Shop, conversation: Conversation) -> Json | None:
        """The client's card; None for a visitor and a number that is nobody's alone."""
        if conversation.client_id is None:
            return None
        card, episodes = await asyncio.gather(
            self.of_client(shop, conversation.client_id), self._episodes(shop, conversation)
        )
        return {**card, "episodes": episodes}

    async def of_client(self, shop: Shop, client_id: str) -> Json:
        """This client's card, without past episodes. Raises `NotFound`."""
        store, now = self._store, self._clock.now()
        today = now.astimezone(shop.zone).date()
        (
            (client, vehicles, unpaid, visits),
            (work_orders, changes, estimates, reminders, sessions),
        ) = await asyncio.gather(
            asyncio.gather(
                store.clients.get(shop.slug, client_id),
                store.vehicles.list_for_client(shop.slug, client_id),
                list_invoices(store.account_summaries, shop.slug, client_id, _UNPAID, order="oldest", today=today),
                store.visits.list_upcoming(shop.slug, client_id, now),
            ),
            asyncio.gather(
                store.work_orders.list_for_client(shop.slug, client_id),
                store.change_requests.list_for_client(shop.slug, client_id),
                store.estimates.list_for_client(shop.slug, client_id),
                store.reminders.list_for_client(shop.slug, client_id),
                store.sessions.list_for_client(shop.slug, client_id),
            ),
        )
        account, overdue = unpaid.summary, unpaid.summary.overdue_on(today)
        titles = {vehicle.id: vehicle.title for vehicle in vehicles}
        due = due_services(reminders, vehicles, today)
        return {
            "id": client.id,
            "name": client.name,
            "phones": list(client.phones),
            "email": client.email,
            "language": client.language,
            "note": client.note,
            "vehicles": [_vehicle(one) for one in vehicles],
            "balance": account.balance_due,
            "balance_text": shop.money(account.balance_due, _LANGUAGE),
            "overdue_text": shop.money(overdue, _LANGUAGE) if overdue else None,
            "credit_text": shop.money(account.credit, _LANGUAGE) if account.credit else None,
            "invoices": [_invoice(shop, one, today) for one in unpaid.items[:_INVOICES]],
            "invoices_unpaid": account.unpaid,
            "estimates": [_estimate(shop, one, titles) for one in estimates if _is_open(one, today)],
            "visits": [_visit(shop, visit) for visit in visits],
            "work_orders": [_work_order(one, titles) for one in work_orders if not one.finished],
            "reminders": [_reminder(shop, one, titles) for one in due],
            "portal": _portal(client, sessions),
            "change_requests": [
                change_object(one, shop, titles.get(one.vehicle_id or "")) for one in changes if one.is_due
            ],
        }

    async def channels(self, shop: Shop, conversation: Conversation) -> list[Json]:
        """The ways an answer can go: `{"channel", "to"?, "stopped"?}`. A number without a client has no chat."""
        store, client_id = self._store, conversation.client_id
        client = await store.clients.find(shop.slug, client_id) if client_id else None
        phone = conversation.phone or (client.phones[0] if client is not None and client.phones else None)
        ways: list[Json] = []
        if client is not None or phone is None or conversation.channel == "web":
            ways.append({"channel": "web"})
        if phone is not None and shop.sms_number is not None:
            ways.append({"channel": "sms", "to": phone, "stopped": await store.consents.is_stopped(shop.slug, phone)})
        if client is not None and client.email is not None:
            ways.append({"channel": "email", "to": client.email})
        return ways

    async def _episodes(self, shop: Shop, conversation: Conversation) -> list[Json]:
        """Those that have ended, the newest first."""
        last = conversation.state.episode
        ids = [episode_id(conversation.id, number) for number in range(max(1, last - _EPISODES), last + 1)]
        found = await self._store.episodes.find_many(shop.slug, ids)
        ended = sorted((one for one in found.values() if one.resolved_at), key=lambda one: -one.number)
        staff = {one.resolved_by for one in ended if one.resolved_by}
        people = {one: await self._store.staff.find(shop.slug, one) for one in staff}
        names = {staff_id: person.name for staff_id, person in people.items() if person is not None}
        return [_episode(one, names) for one in ended]


def _vehicle(vehicle: Vehicle) -> Json:
    return {
        "id": vehicle.id,
        "title": vehicle.title,
        "plate": vehicle.plate,
        "vin": vehicle.vin,
        "mileage": vehicle.mileage,
        "mileage_on": vehicle.mileage_on.isoformat() if vehicle.mileage_on else None,
    }


def _invoice(shop: Shop, row: InvoiceRow, today: date) -> Json:
    return {
        "id": row.id,
        "number": row.number,
        "balance_text": shop.money(row.balance, _LANGUAGE),
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "state": row.state_on(today),
    }


def _is_open(estimate: Estimate, today: date) -> bool:
    return bool(estimate.open_on(today))


def _estimate(shop: Shop, estimate: Estimate, titles: Mapping[str, str]) -> Json:
    """`since`: the day from which the client has had it."""
    return {
        "id": estimate.id,
        "number": estimate.number,
        "total_text": shop.money(estimate.total, _LANGUAGE),
        "status": estimate.status,
        "since": estimate.issued_on.isoformat(),
        "valid_until": estimate.valid_until.isoformat() if estimate.valid_until else None,
        "vehicle": titles.get(estimate.vehicle_id or "", ""),
        "call_me": any(line.decision == "call_me" for line in estimate.lines),
    }


def _visit(shop: Shop, visit: Visit) -> Json:
    services = ", ".join(shop.service_title(code, _LANGUAGE) for code in visit.services)
    return {"id": visit.id, "when": moment(visit.starts_at), "title": services, "status": visit.status}


def _work_order(order: WorkOrder, titles: Mapping[str, str]) -> Json:
    return {
        "id": order.id,
        "number": order.number,
        "status": order.status,
        "vehicle": titles.get(order.vehicle_id, ""),
        "since": moment(order.moved_at) if order.moved_at else None,
        "promised_at": moment(order.promised_at) if order.promised_at else None,
    }


def _reminder(shop: Shop, due: DueService, titles: Mapping[str, str]) -> Json:
    """`on` may be an estimate by mileage (`estimated`), or null where nothing tells."""
    return {
        "id": due.reminder.id,
        "title": shop.service_title(due.reminder.service, _LANGUAGE),
        "vehicle": titles.get(due.reminder.vehicle_id, ""),
        "vehicle_id": due.reminder.vehicle_id,
        "on": due.on.isoformat() if due.on else None,
        "estimated": due.estimated,
        "mileage": due.reminder.due_mileage,
        "state": due.state,
    }


def _portal(client: Client, sessions: Sequence[Session]) -> Json:
    """`signed_in_at`: the newest sign-in whose session still counts, else null."""
    newest = max((session.created_at for session in sessions), default=None)
    return {"enabled": client.portal.enabled, "signed_in_at": moment(newest) if newest else None}


def _episode(episode: Episode, names: Mapping[str, str]) -> Json:
    ended = episode.resolved_at
    return {
        "number": episode.number,
        "first_seq": episode.first_seq,
        "started_at": moment(episode.started_at),
        "resolved_at": moment(ended) if ended else None,
        "ending": episode.ending,
        "by": names.get(episode.resolved_by or ""),
        "by_bot_alone": episode.by_bot_alone,
        "messages": episode.messages,
        "rating": episode.rating.score if episode.rating else None,
    }
