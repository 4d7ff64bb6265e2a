"""Every setting, in one frozen, typed tree, read from the environment.

`load_settings` reads all of it before it complains, so that one message lists everything that is missing or wrong.
"""

import os
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails

Environment = Literal["development", "production", "test"]

DEVELOPMENT_SECRET = "development-only-secret-key-not-for-production"


class SettingsError(Exception):
    """The environment cannot be used as it is. `problems` has one line per setting, naming it and what would be
    right.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Twilio(_Frozen):
    """The deployment's Twilio account. Without `account_sid` and `auth_token` the console sender stands in."""

    account_sid: str | None = None
    auth_token: SecretStr | None = None
    api_base_url: str = "https://api.twilio.com"
    timeout_seconds: float = 10.0

    @property
    def configured(self) -> bool:
        """Whether messages can be sent through Twilio."""
        return bool(self.account_sid and self.auth_token)


class Mail(_Frozen):
    """Where e-mail goes. Without `url` the console sender stands in. `url` is `smtp[s]://user:password@host:port`."""

    url: SecretStr | None = None
    sender: str = "pitline@localhost"


class Rasa(_Frozen):
    """A Rasa server that does the understanding: none without `url`. `token` is what it was started with, if any."""

    url: str | None = Field(default=None, pattern=r"^https?://[^\s?#]+$")
    token: SecretStr | None = None
    timeout_seconds: float = Field(default=1.0, gt=0, le=4.0)  # a turn as a whole has five seconds

    @field_validator("url")
    @classmethod
    def _no_trailing_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value


class Actions(_Frozen):
    """Where `server.py actions` listens. The protocol has no authentication: on this machine, or a private network."""

    host: str = "127.0.0.1"
    port: int = Field(default=5055, ge=1, le=65535)  # where Rasa expects its action server


class Push(_Frozen):
    """Notifications on staff's devices. Without `private_key` one is made at the first start, and kept."""

    private_key: SecretStr | None = None  # VAPID: 32 bytes, base64url
    contact: str = Field(default="", pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://[^\s]+)?$")
    after_seconds: float = Field(default=10.0, ge=0, le=300)  # for how long a message may be read before
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    also_to: tuple[str, ...] = ()  # origins of push services of one's own, wherever they are

    @field_validator("private_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", value.get_secret_value()):
            raise ValueError("must be 32 bytes as base64url (43 letters)")
        return value

    @field_validator("also_to", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        given = value.replace(",", " ").split() if isinstance(value, str) else value
        for one in given if isinstance(given, list | tuple) else ():
            if not re.fullmatch(r"https?://[^/\s?#]+", str(one)):
                raise ValueError("must be origins: https://push.example, with commas between them")
        return given


class Settings(_Frozen):
    """The whole tree. Field comments in `docs/operating.md`; the names there are those of `_NAMES` below."""

    env: Environment = "development"
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    data_dir: Path = Path("var")
    base_url: str = ""
    mongodb_uri: SecretStr | None = None
    mongodb_database: str = Field(default="pitline", pattern=r"^[A-Za-z0-9_-]{1,60}$")
    redis_url: SecretStr | None = None
    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    now: datetime | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    message_burst: int = Field(default=1000, ge=1)
    messages_per_second: float = Field(default=50.0, gt=0)
    reach_after: float = Field(default=60.0, gt=0)  # seconds that an answer stays unread before a text or mail tells
    twilio: Twilio = Twilio()
    mail: Mail = Mail()
    push: Push = Push()
    rasa: Rasa = Rasa()
    actions: Actions = Actions()

    @field_validator("base_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("now")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("needs an offset, as in 2026-03-11T10:30:00-05:00")
        return value

    @property
    def production(self) -> bool:
        """Whether this is a real deployment: no simulator, no console file, no frozen clock."""
        return self.env == "production"

    @property
    def public_url(self) -> str:
        """The origin that clients and Twilio see, without a trailing slash."""
        return self.base_url or f"http://localhost:{self.port}"

    @property
    def secure(self) -> bool:
        """Whether the public origin is https: cookies are then `Secure`."""
        return self.public_url.startswith("https://")


# environment variable -> path in the tree
_NAMES: dict[str, tuple[str, ...]] = {
    "ENV": ("env",),
    "HOST": ("host",),
    "PORT": ("port",),
    "DATA_DIR": ("data_dir",),
    "BASE_URL": ("base_url",),
    "MONGODB_URI": ("mongodb_uri",),
    "MONGODB_DATABASE": ("mongodb_database",),
    "REDIS_URL": ("redis_url",),
    "SECRET_KEY": ("secret_key",),
    "NOW": ("now",),
    "LOG_LEVEL": ("log_level",),
    "TRUSTED_PROXIES": ("trusted_proxies",),
    "MESSAGE_BURST": ("message_burst",),
    "MESSAGES_PER_SECOND": ("messages_per_second",),
    "REACH_AFTER": ("reach_after",),
    "TWILIO_ACCOUNT_SID": ("twilio", "account_sid"),
    "TWILIO_AUTH_TOKEN": ("twilio", "auth_token"),
    "TWILIO_API_BASE_URL": ("twilio", "api_base_url"),
    "TWILIO_TIMEOUT_SECONDS": ("twilio", "timeout_seconds"),
    "SMTP_URL": ("mail", "url"),
    "MAIL_FROM": ("mail", "sender"),
    "VAPID_PRIVATE_KEY": ("push", "private_key"),
    "VAPID_CONTACT": ("push", "contact"),
    "PUSH_AFTER_SECONDS": ("push", "after_seconds"),
    "PUSH_TIMEOUT_SECONDS": ("push", "timeout_seconds"),
    "PUSH_ALSO_TO": ("push", "also_to"),
    "RASA_URL": ("rasa", "url"),
    "RASA_TOKEN": ("rasa", "token"),
    "RASA_TIMEOUT_SECONDS": ("rasa", "timeout_seconds"),
    "ACTIONS_HOST": ("actions", "host"),
    "ACTIONS_PORT": ("actions", "port"),
}

_REQUIRED_IN_PRODUCTION = ("MONGODB_URI", "SECRET_KEY", "BASE_URL")


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process's own by default).

    Raises `SettingsError` with every missing or wrong setting at once. An empty variable counts as not set.
    """
    environ = os.environ if environ is None else environ
    given = {name: environ[name].strip() for name in _NAMES if environ.get(name, "").strip()}
    problems = _production_problems(given) if given.get("ENV") == "production" else []
    try:
        settings = Settings.model_validate(_tree(given))
    except ValidationError as error:
        problems += [_problem(detail) for detail in error.errors()]
    if problems:
        raise SettingsError(problems)
    return settings


def _tree(given: Mapping[str, str]) -> dict[str, object]:
    tree: dict[str, object] = {}
    for name, value in given.items():
        first, *rest = _NAMES[name]
        if rest:
            branch = tree.setdefault(first, {})
            assert isinstance(branch, dict)
            branch[rest[0]] = value
        else:
            tree[first] = value
    return tree


def _production_problems(given: Mapping[str, str]) -> list[str]:
    problems = [f"{name} is missing: ENV=production needs it" for name in _REQUIRED_IN_PRODUCTION if name not in given]
    if "NOW" in given:
        problems.append("NOW is set: the clock cannot be frozen in production")
    if 0 < len(given.get("SECRET_KEY", "")) < 32:
        problems.append("SECRET_KEY is too short: use at least 32 random characters (openssl rand -hex 32)")
    return problems


def _problem(detail: ErrorDetails) -> str:
    path = tuple(str(part) for part in detail["loc"])
    name = next((name for name, where in _NAMES.items() if where == path), ".".join(path))
    return f"{name} is wrong: {detail['msg'].removeprefix('Value error, ')}"
