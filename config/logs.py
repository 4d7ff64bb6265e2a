"""Logs: one line an event, JSON in production, plain elsewhere; phone numbers, codes, keys and tokens masked."""

import json
import logging
import re
import sys
from datetime import UTC, datetime

from config.settings import Settings

# An API token, a phone number, a six-digit code, a link's token, a long run of URL-safe characters, an address, a
# URL's password.
_SECRETS = (
    (re.compile(r"pitline_[A-Za-z0-9]{34}"), "pitline_***"),
    (re.compile(r"(?<![\w.])\+?\d[\d ().-]{6,}\d(\d\d)(?!\w)"), r"***\1"),
    (re.compile(r"(?<![\w.-])\d{6}(?![\w.-])"), "******"),
    (re.compile(r"/k/[\w-]+"), "/k/***"),
    (re.compile(r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Z])[A-Za-z0-9_-]{28,}(?![\w/.-])"), "***"),
    (re.compile(r"[\w.+-]+@([\w-]+\.[\w.-]+)"), r"***@\1"),
    (re.compile(r"(\w+://)[^/@\s:]+:[^/@\s]+@"), r"\1***@"),
)


def masked(text: str) -> str:
    """`text` without what must not stand in a log."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class PlainFormatter(logging.Formatter):
    """For people: time, level, where, what."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback where there is one, masked."""
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """For machines: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """`{"at", "level", "logger", "message", "error"?}`, masked."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            line["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(settings: Settings) -> None:
    """Send every log to standard error; libraries only from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.production else PlainFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("__main__", "bot", "chat", "config", "portal_views", "server", "storage"):
        logging.getLogger(ours).setLevel(settings.log_level)
