"""What STOP, START and HELP lead to.

A STOP is recorded before the text itself is stored, so that a process that dies between the two has not forgotten it.
The carrier answers STOP and START in its own words, so nothing is said here; HELP is answered with who the shop is and
how to reach it. CANCEL is a STOP to every carrier: nothing is cancelled, staff are told, and the client by e-mail.
"""

from dataclasses import dataclass

from bot.reply import HandOff
from chat.channels.channel import Wake
from chat.channels.keywords import Keyword, find_keyword, is_cancel
from chat.hub import Hub, Outbound
from config.clock import utc_now
from storage.clients import Client
from storage.conversations import Conversation
from storage.messages import Author, Entry
from storage.outbox import OutboxRow
from storage.phones import format_phone
from storage.shops import Language, Shop
from storage.store import Storage

_HELP = {
    "en": "{shop}: text us about your bill, your car or a visit, or call {phone}. Reply STOP for no more texts.",
    "es": "{shop}: escriba sobre su cuenta, su auto o una cita, o llame al {phone}. "
    "Responda STOP para no recibir más mensajes.",
}
_CANCEL_NOTE = {
    "en": "The client texted CANCEL, which carriers take for STOP: no text can reach this number until it texts START. "
    "Nothing was cancelled. If a visit was meant, please call.",
    "es": "El cliente escribió CANCEL, que las compañías toman por STOP: ningún mensaje llega a este número hasta que "
    "escriba START. No se canceló nada. Si se trataba de una cita, por favor llame.",
}
_CANCEL_SUBJECT = {"en": "Your text to {shop}", "es": "Su mensaje a {shop}"}
_CANCEL_MAIL = {
    "en": "Hello {name},\n\nyou texted CANCEL. Phone companies take that word for STOP, so we can no longer text you, "
    "and no visit was cancelled. To change a visit call {phone}; to get texts again, text START.\n\n{shop}",
    "es": "Hola {name}:\n\nusted escribió CANCEL. Las compañías telefónicas toman esa palabra por STOP, así que ya no "
    "podemos enviarle mensajes, y no se canceló ninguna cita. Para cambiar una cita llame al {phone}; para volver a "
    "recibir mensajes, envíe START.\n\n{shop}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A keyword that is in the log as `entry`. `client` is set where the number is one client's."""

    shop: Shop
    conversation: Conversation
    entry: Entry
    client: Client | None
    language: Language


class OptOut:
    """Obeys the carrier's words."""

    def __init__(self, store: Storage, hub: Hub, wake: Wake) -> None:
        self._store = store
        self._hub = hub
        self._wake = wake

    async def obey(self, shop: Shop, phone: str, sid: str, text: str, opt_out_type: str) -> Keyword | None:
        """Record what the text asks for, once for each `sid`. None: it is an ordinary text."""
        record = await self._store.consents.find(shop.slug, phone)
        source = f"sms:{sid}"
        said_before = next((act for act in record.history if act.source == source), None) if record else None
        if said_before is not None:
            return Keyword.STOP if said_before.act == "stop" else Keyword.START
        stopped = record is not None and record.stopped
        keyword = find_keyword(text, stopped=stopped, opt_out_type=opt_out_type)
        if keyword is Keyword.STOP:
            await self._store.consents.stop(shop.slug, phone, utc_now(), source)
        elif keyword is Keyword.START:
            await self._store.consents.start(shop.slug, phone, utc_now(), source)
        return keyword

    async def follow_up(self, keyword: Keyword, said: Said) -> None:
        """What is said about it once the text is stored."""
        shop, text = said.shop, said.entry.text.strip().lower()
        phone = format_phone(shop.phone, shop.address.country)
        if keyword is Keyword.HELP:
            language = "es" if text == "ayuda" else said.language
            await self._say(said, "help", _HELP[language].format(shop=shop.name, phone=phone))
        if keyword is Keyword.STOP and is_cancel(text):
            note = _CANCEL_NOTE[shop.language]
            await self._say(said, "cancel", note, HandOff(reason="urgent", urgent=True, gist=note))
            if said.client is not None and said.client.email is not None:
                await self._mail(said, said.client, said.client.email, phone)

    async def _say(self, said: Said, what: str, text: str, hand_off: HandOff | None = None) -> None:
        """To the client by text, or with `hand_off` to staff alone."""
        await self._hub.send(
            Outbound(
                shop=said.shop,
                conversation=said.conversation,
                author=Author(kind="system", name=said.shop.name),
                text=text,
                ref=f"{what}:{said.entry.id}",
                private=hand_off is not None,
                channel="sms",
                hand_off=hand_off,
            )
        )

    async def _mail(self, said: Said, client: Client, to: str, phone: str) -> None:
        words = {"shop": said.shop.name, "name": client.first_name, "phone": phone}
        row = OutboxRow(
            shop=said.shop.slug,
            kind="email",
            to=to,
            subject=_CANCEL_SUBJECT[said.language].format(**words),
            text=_CANCEL_MAIL[said.language].format(**words),
            purpose="opt_out",
            dedupe_key=f"cancel:{said.entry.id}",
        )
        await self._store.outbox.add(row)
        self._wake()
