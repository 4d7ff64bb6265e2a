"""Importing a library without what it brings along for features that are not used here.

Some front pages import everything they could ever need: python-socketio's the Redis and the HTTP clients, rasa-sdk's
the whole of sanic. That was a fifth of the time until Pitline answers.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def imported_without(*absent: str, empty: str = "") -> Iterator[None]:
    """What is imported meanwhile finds none of the modules `absent`, as if they were not installed, and the module
    `empty` with nothing in it. Modules that are loaded already stay as they are; afterwards all can be imported again.
    """
    placed: dict[str, ModuleType | None] = {name: None for name in absent if name not in sys.modules}
    if empty and empty not in sys.modules:
        placed[empty] = ModuleType(empty)
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]  # None is what bars an import
    modules.update(placed)
    try:
        yield
    finally:
        for name in placed:
            modules.pop(name, None)
