"""The SMS channel: answers out as texts, and Twilio's two webhooks in.

A webhook is believed by its signature alone, checked before anything is looked up, against the configured public URL
(behind a proxy the request's own is another). A text is stored, answered 200, and worked on afterwards; the same text
again (`MessageSid`) is stored once. STOP, START and HELP: see `opt_out.py`.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from chat.channels.channel import OPTED_OUT, Wake
from chat.channels.media import split_for_text, words_for_files
from chat.channels.media_in import IncomingFiles, count_of
from chat.channels.opt_out import OptOut, Said
from chat.channels.sms_text import render
from chat.channels.twilio_sender import BLOCKED, STATUS_PATH
from chat.hub import Hub, Inbound
from config.clock import utc_now
from config.settings import Settings
from storage.clients import Client
from storage.conversations import Conversation
from storage.messages import ChannelName, Delivery, Entry
from storage.mongo import DatabaseUnavailable
from storage.outbox import OutboxRow, OutboxState
from storage.proof import Identity, Proof
from storage.shops import Language, Shop
from storage.store import Storage
from storage.unrouted import UnroutedText

TEXT_PATH = "/webhooks/twilio/sms"
SIGNATURE_HEADER = "X-Twilio-Signature"

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST_IN = 4000
_NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
_STATES: dict[str, OutboxState] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_EMPTY = {"en": "[empty text]", "es": "[mensaje vacío]"}


class SmsChannel:
    """Answers by text, to the number that the client wrote from last, else to the first on the client's file."""

    name: ChannelName = "sms"

    def __init__(self, store: Storage, wake: Wake, public_url: str) -> None:
        self._store = store
        self._wake = wake
        self._origin = public_url

    async def deliver(self, shop: Shop, conversation: Conversation, entry: Entry) -> Delivery | None:
        """Put the entry into the outbox. Failed at once: `no_number`, `not_a_phone`, `no_sms_number`, `opted_out`."""
        to = conversation.phone or await self._on_file(shop, conversation)
        problem = await self._problem(shop, to)
        confirms = problem == OPTED_OUT and await self._confirms_stop(shop, to, entry)
        problem = None if confirms else problem
        if to is None or problem is not None:
            return Delivery(state="failed", error=problem)
        sender = shop.sms_number or ""
        media, links = split_for_text(entry, self._store.file_links, self._origin, sender=sender, to=to)
        await self._store.outbox.add(
            OutboxRow(
                shop=shop.slug,
                kind="sms",
                to=to,
                sender=shop.sms_number,
                text=render(entry.text, entry.buttons, (*entry.links, *links)),
                media=media,
                purpose="opt_out" if confirms else "reply",
                dedupe_key=entry.id,
                conversation=conversation.id,
                message_id=entry.id,
            )
        )
        self._wake()
        return Delivery(state="queued")

    async def _on_file(self, shop: Shop, conversation: Conversation) -> str | None:
        client_id = conversation.client_id
        client = await self._store.clients.find(shop.slug, client_id) if client_id else None
        return client.phones[0] if client is not None and client.phones else None

    async def _confirms_stop(self, shop: Shop, to: str | None, entry: Entry) -> bool:
        """Whether this is the one answer to the wish for no more texts."""
        asked = entry.in_reply_to
        return bool(to and asked) and await self._store.consents.is_last_word(shop.slug, to or "", asked)

    async def _problem(self, shop: Shop, to: str | None) -> str | None:
        if to is None:
            return "no_number"
        if not is_phone(to):
            return "not_a_phone"
        if shop.sms_number is None:
            return "no_sms_number"
        return OPTED_OUT if await self._store.consents.is_stopped(shop.slug, to) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsContext:
    """What the webhooks need. `wake` is rung for the outbox, `wake_fetching` for files that are to be fetched."""

    settings: Settings
    store: Storage
    hub: Hub
    wake: Wake
    wake_fetching: Wake


def sms_routes(context: SmsContext) -> list[web.AbstractRouteDef]:
    """Twilio's two webhooks."""
    webhooks = _Webhooks(context)
    return [web.post(TEXT_PATH, webhooks.on_text), web.post(STATUS_PATH, webhooks.on_status)]


def is_phone(sender: str) -> bool:
    """Whether it can be texted: E.164, not a short code or a name."""
    return _E164.fullmatch(sender) is not None


async def find_identity(store: Storage, shop: Shop, sender: str) -> Identity:
    """Who a sender is to this shop, by its number alone."""
    return _identity(sender, await _clients_with(store, shop, sender))


async def _clients_with(store: Storage, shop: Shop, sender: str) -> list[Client]:
    return await store.clients.find_by_phone(shop.slug, sender) if is_phone(sender) else []


def sign(settings: Settings, path: str, form: Mapping[str, str]) -> str:
    """The signature that Twilio would put on this form: for the simulator and the command line. Raises `ValueError`."""
    token = _webhook_token(settings)
    if token is None:
        raise ValueError("no Twilio account is configured")
    return str(RequestValidator(token).compute_signature(settings.public_url + path, dict(form)))


def _webhook_token(settings: Settings) -> str | None:
    """The account's token; without an account one of our own, outside production. None: nothing can be believed."""
    if settings.twilio.auth_token is not None:
        return settings.twilio.auth_token.get_secret_value()
    if settings.production:
        return None
    secret = settings.secret_key.get_secret_value().encode()
    return hmac.new(secret, b"webhooks without a Twilio account", hashlib.sha256).hexdigest()


class _Webhooks:
    def __init__(self, context: SmsContext) -> None:
        self._settings = context.settings
        self._store = context.store
        self._hub = context.hub
        self._opt_out = OptOut(context.store, context.hub, context.wake)
        self._files = IncomingFiles(context.settings, context.store, context.wake_fetching)

    async def on_text(self, request: web.Request) -> web.Response:
        """A text came in. Stored when this answers."""
        form = await self._signed_form(request)
        sid = form.get("MessageSid") or form.get("SmsMessageSid") or form.get("SmsSid") or ""
        to, sender = form.get("To", ""), form.get("From", "")
        if not sid or not sender:
            raise _error(web.HTTPBadRequest, "bad_request", "MessageSid and From are needed")
        shop = await self._store.shops.find_by_sms_number(to)
        if shop is None:
            text = UnroutedText(id=sid, to=to, sender=sender, text=form.get("Body", ""), at=utc_now())
            await self._store.unrouted.add(text)
            return _taken()
        try:
            await self._receive(shop, sender, sid, form)
        except DatabaseUnavailable as error:
            raise _error(web.HTTPServiceUnavailable, "unavailable", "the text could not be stored") from error
        return _taken()

    async def on_status(self, request: web.Request) -> web.Response:
        """How far a text has come. It may be told before our own POST is answered, twice, and out of order."""
        form = await self._signed_form(request)
        sid = form.get("MessageSid") or form.get("SmsSid") or ""
        state = _STATES.get(form.get("MessageStatus") or form.get("SmsStatus") or "")
        if sid and state is not None:
            code = form.get("ErrorCode", "")
            error = None if state != "failed" else f"twilio_{code}" if code.isdigit() else "twilio_failed"
            await self._record(sid, state, OPTED_OUT if code == str(BLOCKED) else error)
        return web.Response(status=204)

    async def _receive(self, shop: Shop, sender: str, sid: str, form: Mapping[str, str]) -> None:
        clients = await _clients_with(self._store, shop, sender)
        language = (clients[0].language if len(clients) == 1 else None) or shop.language
        files = self._files.find(form)
        text = _text_of(form, language, fetched=len(files))
        keyword = await self._opt_out.obey(shop, sender, sid, form.get("Body", ""), form.get("OptOutType", ""))
        identity = _identity(sender, clients)
        conversation = await self._hub.conversation_for(shop, identity)
        received = await self._hub.receive(
            Inbound(
                shop=shop,
                conversation=conversation,
                identity=identity,
                channel="sms",
                ref=sid,
                text=text,
                attachments=await self._files.expect(conversation, sender, sid, files),
                answer=keyword is None and _deserves_answer(shop, sender, form),
            )
        )
        if files:
            self._files.wake()
        if keyword is not None:  # for a repeat too: what follows is said once, and a process may have died before it
            client = clients[0] if len(clients) == 1 else None
            said = Said(shop=shop, conversation=conversation, entry=received.entry, client=client, language=language)
            await self._opt_out.follow_up(keyword, said)

    async def _record(self, sid: str, state: OutboxState, error: str | None) -> None:
        row = await self._store.outbox.record_status(sid, state, error)
        if row is None:
            return
        if row.error == OPTED_OUT:
            await self._store.consents.stop(row.shop, row.to, utc_now(), "carrier")
        if row.conversation and row.message_id:
            delivery = Delivery(state=row.state, error=row.error)
            await self._hub.record_delivery(row.shop, row.conversation, row.message_id, delivery)

    async def _signed_form(self, request: web.Request) -> MultiDict[str]:
        """The form, once its signature is found to be Twilio's. Raises 403."""
        token = _webhook_token(self._settings)
        body = await request.read()
        try:
            form = MultiDict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200))
        except ValueError:  # not UTF-8, or more fields than Twilio ever sends
            form = None
        url = self._settings.public_url + request.raw_path
        signature = request.headers.get(SIGNATURE_HEADER, "")
        if token is None or form is None or not RequestValidator(token).validate(url, form, signature):
            raise _error(web.HTTPForbidden, "forbidden", "the signature is not Twilio's")
        return form


def _identity(sender: str, clients: list[Client]) -> Identity:
    if len(clients) == 1:
        return Identity(proof=Proof.PHONE, client_id=clients[0].id, phone=sender)
    if clients:
        return Identity(proof=Proof.SHARED_PHONE, candidates=tuple(client.id for client in clients), phone=sender)
    return Identity(proof=Proof.VISITOR, phone=sender)


def _text_of(form: Mapping[str, str], language: Language, *, fetched: int) -> str:
    """The words, and how many files came with them that are not fetched."""
    text = form.get("Body", "").strip()[:_LONGEST_IN]
    left = count_of(form) - fetched
    if left > 0:
        text = "\n".join(part for part in (text, words_for_files(left, language)) if part)
    return text or ("" if fetched else _EMPTY[language])


def _deserves_answer(shop: Shop, sender: str, form: Mapping[str, str]) -> bool:
    """Not an empty text, nor a machine's: they write from short codes and names, and answering one never ends."""
    has_content = bool(form.get("Body", "").strip()) or form.get("NumMedia", "0") != "0"
    return has_content and is_phone(sender) and sender != shop.sms_number


def _taken() -> web.Response:
    return web.Response(text=_NO_ANSWER, content_type="text/xml")


def _error(kind: type[web.HTTPException], code: str, message: str) -> web.HTTPException:
    body = web.json_response({"error": {"code": code, "message": message}})
    return kind(text=body.text, content_type="application/json")
