"""Staff accept or decline a change request: the record is changed, and the client is told, in the chat and the bell.

Pressed twice it is done once; pressed again after a crash, what was left undone is done.
"""

from collections.abc import Mapping
from typing import Final

from chat.events import Json, ProtocolError
from chat.hub import Hub, Outbound
from config.clock import utc_now
from storage.activity import Actor
from storage.change_requests import HOLD, ChangeRequest
from storage.clients import Client
from storage.conversations import Conversation
from storage.messages import Author
from storage.notifications import KEPT_FOR, Notification, notification_id
from storage.phones import format_phone
from storage.proof import Identity, LinkScope, Proof
from storage.shops import Address, Language, Shop
from storage.staff import Staff
from storage.staff_rights import may
from storage.store import Storage

_TITLES = {
    "en": {"name": "name", "email": "e-mail", "phone": "phone number", "address": "address", "plate": "license plate"},
    "es": {"name": "nombre", "email": "correo", "phone": "teléfono", "address": "dirección", "plate": "placas"},
}
_ACCEPTED = {
    "en": "Done: {shop} has your new {what}, {new}.",
    "es": "Listo: {shop} ya anotó el cambio ({what}): {new}.",
}
_DECLINED = {
    "en": "{shop} did not make the change you asked for ({what}: {new}). If that is a mistake, please call {phone}.",
    "es": "{shop} no hizo el cambio que pidió ({what}: {new}). Si es un error, llame al {phone}.",
}
_BELL: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {"accepted": "Your change was made", "declined": "Your change was not made"},
    "es": {"accepted": "Se hizo el cambio que pidió", "declined": "No se hizo el cambio que pidió"},
}


def change_object(request: ChangeRequest, shop: Shop, vehicle: str | None) -> Json:
    """A request as the client's card shows it."""
    old, new = request.old, request.new
    if request.field == "phone":
        country = shop.address.country
        old, new = old and format_phone(old, country), format_phone(new, country)
    return {"id": request.id, "field": request.field, "vehicle": vehicle, "old": old, "new": new}


async def decide_change(hub: Hub, shop: Shop, staff: Staff, request_id: str, *, accept: bool) -> ChangeRequest:
    """Decide, apply, tell. Raises `ProtocolError`: `forbidden`, `not_found`, `conflict` (it was decided otherwise)."""
    if not may(staff.role, "decide"):
        raise ProtocolError("forbidden", "only an owner or an advisor decides this")
    store = hub.store
    now = utc_now()
    request = await store.change_requests.decide(shop.slug, request_id, accept=accept, by=staff.id, at=now)
    if request is None:
        raise ProtocolError("not_found", "id: there is no such change request")
    if request.state != ("accepted" if accept else "declined"):
        raise ProtocolError("conflict", f"it was {request.state} already")
    if accept and request.applied_at is None:
        await _apply(store, request)
        await store.change_requests.mark_applied(shop.slug, request.id, now)
    await _tell(hub, shop, request)
    await _note(store, staff, request)
    return request


async def _note(store: Storage, staff: Staff, request: ChangeRequest) -> None:
    """Write into the activity log who decided it; pressed twice it is there once."""
    client = await store.clients.find(request.shop, request.client_id)
    await store.activity.append(
        request.shop,
        Actor(kind="staff", id=staff.id, name=staff.name),
        f"change_request.{request.state}",
        client.name if client is not None else None,
        {"field": request.field, "before": request.old or "", "after": request.new},
        request.decided_at,
        ref=f"change:{request.id}",
    )


async def _apply(store: Storage, request: ChangeRequest) -> None:
    """Change the record, and hold it against imports that do not know of it yet."""
    until = utc_now() + HOLD
    if request.field == "plate":
        vehicle = await store.vehicles.find(request.shop, request.vehicle_id or "")
        if vehicle is None or vehicle.client_id != request.client_id:
            raise ProtocolError("conflict", "the client no longer has this vehicle")
        await store.vehicles.set_plate(vehicle, request.new, until)
        return
    client = await store.clients.find(request.shop, request.client_id)
    if client is None:
        raise ProtocolError("conflict", "there is no such client any more")
    match request.field:
        case "phone":
            await store.clients.set_held(client, "phones", _phones(client, request), until)
        case "address":
            await store.clients.set_held(client, "address", Address(street=request.new), until)
        case field:
            await store.clients.set_held(client, field, request.new, until)


def _phones(client: Client, request: ChangeRequest) -> tuple[str, ...]:
    """The client's numbers with the new one in the old one's place; where there is none, at the end."""
    kept = [request.new if phone == request.old else phone for phone in client.phones]
    return tuple(dict.fromkeys([*kept, request.new]))


async def _tell(hub: Hub, shop: Shop, request: ChangeRequest) -> None:
    """Say it in the client's conversation, in the language they write, and under their bell in both; each once."""
    identity = Identity(proof=Proof.FULL, client_id=request.client_id)
    conversation = await hub.conversation_for(shop, identity)
    client = await hub.store.clients.find(shop.slug, request.client_id)
    text = _text(request, shop, _language(conversation, client, shop))
    author = Author(kind="system", name=shop.name)
    await hub.send(Outbound(shop=shop, conversation=conversation, author=author, text=text, ref=f"change:{request.id}"))
    await hub.ring(_notification(request, shop))


def _notification(request: ChangeRequest, shop: Shop) -> Notification:
    now = utc_now()
    return Notification(
        id=notification_id(request.client_id, f"change:{request.id}"),
        shop=shop.slug,
        client_id=request.client_id,
        kind="change_decided",
        scope=LinkScope(page="profile"),
        title={language: texts[request.state] for language, texts in _BELL.items()},
        text={language: _text(request, shop, language) for language in _BELL},
        at=now,
        expires_at=now + KEPT_FOR,
    )


def _text(request: ChangeRequest, shop: Shop, language: Language) -> str:
    country = shop.address.country
    new = format_phone(request.new, country) if request.field == "phone" else request.new
    texts = _ACCEPTED if request.state == "accepted" else _DECLINED
    return texts[language].format(
        shop=shop.name, what=_TITLES[language][request.field], new=new, phone=format_phone(shop.phone, country)
    )


def _language(conversation: Conversation, client: Client | None, shop: Shop) -> Language:
    written = conversation.tracker.get("slots", {}).get("language")
    spoken = written or (client.language if client is not None else None) or shop.language
    return "es" if spoken == "es" else "en"
