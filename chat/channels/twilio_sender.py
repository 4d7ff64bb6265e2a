"""Texts out, through Twilio's REST API.

A POST is never repeated blindly: after a time-out nobody knows whether the text went out, so it is looked for first.
Every request has its own time limit, and retries are the outbox's.
"""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from chat.channels.channel import OutcomeUnknown, Refused, Sent, TryLater
from config.settings import Settings
from storage.outbox import OutboxRow

STATUS_PATH = "/webhooks/twilio/status"
BLOCKED = 21610  # Twilio's code for a number that said STOP

_CLOCK_SKEW = timedelta(minutes=2)
_LOOKED_AT = 50  # texts to the same number, newest first


class TwilioSender:
    """Hands rows to Twilio. `is_known` tells whether a message's SID belongs to a row already."""

    def __init__(
        self, settings: Settings, http: aiohttp.ClientSession, is_known: Callable[[str], Awaitable[bool]]
    ) -> None:
        twilio = settings.twilio
        assert twilio.account_sid is not None
        assert twilio.auth_token is not None
        self._http = http
        self._url = f"{twilio.api_base_url.rstrip('/')}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
        login = f"{twilio.account_sid}:{twilio.auth_token.get_secret_value()}"
        self._headers = {"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"}
        self._limit = aiohttp.ClientTimeout(total=twilio.timeout_seconds)
        self._callback = settings.public_url + STATUS_PATH
        self._is_known = is_known

    async def send(self, row: OutboxRow) -> Sent:
        """Hand the text over. What Twilio refuses has the code `twilio_<its code>`."""
        form = {"To": row.to, "Body": row.text, "StatusCallback": self._callback, **_sender(row)}
        pictures = [("MediaUrl", url) for url in row.media]
        answer = await self._ask("POST", data=aiohttp.FormData([*form.items(), *pictures]))
        return Sent(provider_id=str(answer["sid"]))

    async def find_sent(self, row: OutboxRow) -> Sent | None:
        """The message that an earlier try of this row made at Twilio, or None."""
        answer = await self._ask("GET", params={"To": row.to, "PageSize": str(_LOOKED_AT), **_sender(row)})
        for message in answer.get("messages") or ():
            if _is_same(message, row) and not await self._is_known(str(message["sid"])):
                return Sent(provider_id=str(message["sid"]))
        return None

    async def _ask(
        self, method: str, *, data: aiohttp.FormData | None = None, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        request = self._http.request(
            method,
            self._url,
            data=data,
            params=params,
            headers=self._headers,
            timeout=self._limit,
            allow_redirects=False,
        )
        try:
            async with request as response:
                return _read(response.status, await response.read())
        except aiohttp.ClientConnectorError as error:
            raise TryLater("twilio_unreachable") from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise OutcomeUnknown("twilio_no_answer") from error


def _sender(row: OutboxRow) -> dict[str, str]:
    sender = row.sender or ""
    return {"MessagingServiceSid" if sender.startswith("MG") else "From": sender}


def _is_same(message: Mapping[str, Any], row: OutboxRow) -> bool:
    made = message.get("date_created")
    recent = not made or parsedate_to_datetime(made) >= row.created_at - _CLOCK_SKEW
    outbound = str(message.get("direction", "outbound-api")).startswith("outbound")
    # A trial account puts its own words before ours.
    if int(message.get("num_media") or 0) != len(row.media):
        return False
    return outbound and recent and str(message.get("body", "")).endswith(row.text)


def _read(status: int, body: bytes) -> dict[str, Any]:
    """The answer's JSON. Raises by Twilio's status and code."""
    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if status in (200, 201) and isinstance(answer, dict):
        return answer
    if status == 429:
        raise TryLater("twilio_busy")
    if status in (401, 403):
        raise TryLater(f"twilio_login_{status}")  # ours to set right; the text is not at fault
    if 400 <= status < 500:
        code = answer.get("code", status) if isinstance(answer, dict) else status
        raise Refused(f"twilio_{code}", opted_out=code == BLOCKED)
    raise OutcomeUnknown(f"twilio_{status}")
