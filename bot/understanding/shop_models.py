"""Which model reads a shop's messages: its own, once its staff taught the bot something; else the one of all shops.

What staff taught is a file of examples, `examples/<shop>.yml` in the data folder. Its model is trained from the
examples of all shops and these, by a process of its own (training holds the interpreter), then loaded and swapped in.
"""

import asyncio
import hashlib
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeAlias

import yaml

from bot.understanding.features import clean, words
from bot.understanding.language import Language
from bot.understanding.model import Examples
from bot.understanding.understander import Understander, Understanding
from bot.understanding.wording import plain
from storage.shops import Shop
from storage.vehicles import Vehicle

Key: TypeAlias = tuple[str, ...]

_SURE_OF_TAUGHT = 0.95  # of the very words that staff explained, should the trained model be less sure
_KEPT_SECONDS = 3600.0  # another process may be about to load an older model than ours
_ROOT = Path(__file__).parents[2]

_log = logging.getLogger(__name__)


class Understands(Protocol):
    """What reads messages: a trained model, as a turn sees it."""

    def understand(
        self,
        text: str,
        *,
        now: datetime,
        shop: Shop,
        vehicles: Sequence[Vehicle] = (),
        default_language: Language | None = None,
    ) -> Understanding:
        """What `text` means to `shop` at `now`."""


class Models(Protocol):
    """Tells the model of each shop."""

    def for_shop(self, slug: str) -> Understands:
        """What reads this shop's messages now."""


@dataclass(frozen=True, slots=True)
class SharedModel:
    """One model for every shop."""

    model: Understands

    def for_shop(self, slug: str) -> Understands:  # noqa: ARG002  # they are all alike
        """The one model."""
        return self.model


class TaughtModel:
    """A shop's own model. The very words that staff explained mean what they said, whatever the arithmetic says."""

    def __init__(self, trained: Understander, taught: Examples) -> None:
        self._trained = trained
        self._taught = {key: intent for intent, texts in _flat(taught) for key in map(key_of, texts)}

    def understand(
        self,
        text: str,
        *,
        now: datetime,
        shop: Shop,
        vehicles: Sequence[Vehicle] = (),
        default_language: Language | None = None,
    ) -> Understanding:
        """What `text` means to `shop` at `now`."""
        found = self._trained.understand(text, now=now, shop=shop, vehicles=vehicles, default_language=default_language)
        intent = self._taught.get(key_of(text))
        if intent is None:
            return found
        sure = found.confidence if found.intent == intent else 0.0
        others = tuple(other for other in found.alternatives if other.intent != intent)
        return replace(
            found,
            intent=intent,
            confidence=max(sure, _SURE_OF_TAUGHT),
            alternatives=others,
            second_intent=None,
        )


class ShopModels:
    """The models of one process: the one of all shops, and those of shops that taught."""

    def __init__(self, base: Understander, examples: Examples, data_dir: Path) -> None:
        """`examples` are what `base` was trained from."""
        self._base = base
        self._examples = examples
        self._data_dir = data_dir
        self._own: dict[str, TaughtModel] = {}
        self._training = asyncio.Lock()  # one at a time: it takes a whole core

    def for_shop(self, slug: str) -> Understands:
        """The shop's own model once there is one, else the one of all shops."""
        return self._own.get(slug, self._base)

    async def learn(self, slug: str, taught: Examples) -> bool:
        """Write the shop's examples, train, and swap the new model in; without examples back to the one of all shops.

        False (said in the log): it could not be trained, and the model is the one that it was.
        """
        async with self._training:
            try:
                await asyncio.to_thread(write_examples, self.examples_file(slug), taught)
                if taught:
                    self._own[slug] = await self._train(slug, taught)
                else:
                    self._own.pop(slug, None)
            except (OSError, ValueError) as error:
                _log.error("what %s taught is not in use: %s", slug, error)
                return False
        return True

    async def learn_file(self, slug: str) -> None:
        """Have what the shop's file of examples says in use, where there is one."""
        path = self.examples_file(slug)
        if path.exists():
            content = await asyncio.to_thread(path.read_text, "utf-8")
            await self.learn(slug, yaml.safe_load(content) or {})

    def examples_file(self, slug: str) -> Path:
        """Where the shop's examples are."""
        return self._data_dir / "examples" / f"{slug}.yml"

    async def _train(self, slug: str, taught: Examples) -> TaughtModel:
        examples = await asyncio.to_thread(with_taught, self._examples, taught)
        content = json.dumps(examples, sort_keys=True, ensure_ascii=False).encode()
        folder = self._data_dir / "models" / "shops" / slug / hashlib.blake2b(content, digest_size=8).hexdigest()
        await _train_apart(folder, content)
        trained = await asyncio.to_thread(Understander.train_or_load, folder, examples)
        await asyncio.to_thread(_drop_older, folder)
        return TaughtModel(trained, taught)


def key_of(text: str) -> Key:
    """What two texts share that are the same words to the model."""
    return tuple(words(plain(clean(text))))


def with_taught(examples: Examples, taught: Examples) -> dict[str, dict[str, list[str]]]:
    """The examples of all shops and a shop's own. Where both have the same words, the shop's say what they mean."""
    meant = {key: intent for intent, texts in _flat(taught) for key in map(key_of, texts)}
    merged = {
        intent: {
            language: [text for text in texts if meant.get(key_of(text), intent) == intent]
            for language, texts in by_language.items()
        }
        for intent, by_language in examples.items()
    }
    for intent in (name for name in taught if name in merged):  # an intent that is no more teaches nothing
        for language, texts in taught[intent].items():
            merged[intent].setdefault(language, []).extend(texts)
    return merged


def write_examples(path: Path, taught: Examples) -> None:
    """Write a shop's examples for people to read, whole or not at all; without any, the file goes."""
    if not taught:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    sorted_out = {
        intent: {language: sorted(texts) for language, texts in sorted(by_language.items())}
        for intent, by_language in sorted(taught.items())
    }
    head = "# What the staff taught the bot. Pitline writes this from its database: to change it, use the inbox.\n"
    partial = path.with_name(f"{path.stem}.{os.getpid()}.part")
    partial.write_text(head + yaml.safe_dump(sorted_out, allow_unicode=True, width=200), encoding="utf-8")
    partial.replace(path)


async def _train_apart(folder: Path, content: bytes) -> None:
    """Have the model trained into a folder by another process. Raises ValueError with what it said when it cannot."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.understanding.train", str(folder.absolute()), "-"),
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
    )
    try:
        _, complaints = await child.communicate(content)
    finally:
        if child.returncode is None:  # we are being stopped
            child.kill()
            await child.wait()
    if child.returncode:
        lines = complaints.decode(errors="replace").strip().splitlines()
        raise ValueError(f"training ended with {child.returncode}: {lines[-1] if lines else 'nothing was said'}")


def _environment() -> dict[str, str]:
    """What the child gets to see: no secret of ours."""
    names = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
    return {name: os.environ[name] for name in names if name in os.environ}


def _drop_older(folder: Path) -> None:
    """Delete the shop's models of earlier examples."""
    for other in folder.parent.iterdir():
        if other != folder and time.time() - other.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(other, ignore_errors=True)


def _flat(examples: Examples) -> list[tuple[str, list[str]]]:
    by_intent: Mapping[str, Mapping[str, Sequence[str]]] = examples
    return [(intent, [text for texts in by.values() for text in texts]) for intent, by in by_intent.items()]


def parse_examples(content: bytes) -> dict[str, dict[str, list[str]]]:
    """Examples as `ShopModels` hands them to its trainer. Raises ValueError for what is no JSON."""
    found: dict[str, dict[str, list[str]]] = json.loads(content)
    return found
