import subprocess
import sys
from pathlib import Path

import pytest

from config.imports import imported_without

ROOT = Path(__file__).parents[3]


def test_what_is_kept_out_is_not_there_meanwhile_and_can_be_imported_afterwards() -> None:
    sys.modules.pop("colorsys", None)
    with imported_without("colorsys"), pytest.raises(ImportError):
        import colorsys
    import colorsys

    assert colorsys.rgb_to_hsv(1, 1, 1) == (0.0, 0.0, 1)


def test_an_empty_module_stands_in_for_one_that_must_be_there() -> None:
    sys.modules.pop("colorsys", None)
    with imported_without(empty="colorsys"):
        import colorsys

        assert not hasattr(colorsys, "rgb_to_hsv")
    assert "colorsys" not in sys.modules


def test_what_is_loaded_already_stays() -> None:
    with imported_without("json", empty="socket"):
        import json
        import socket

        assert json.loads("1") == 1
        assert socket.AF_INET


def test_the_server_starts_without_what_only_other_commands_need() -> None:
    """Each of these costs a tenth of a second of every start."""
    code = "import server, sys; server._import_service(); print(*sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    names = told.stdout.split()
    assert {"bot.assistant", "chat.service", "rasa_sdk.executor", "socketio"} <= set(names)
    assert not {"redis", "requests", "sanic", "rich.console", "storage.importing.schema", "sklearn"} & set(names)


def test_with_redis_pushes_go_through_it_all_the_same() -> None:
    code = (
        "from chat.sockets import make_server; from config.settings import load_settings\n"
        "manager = make_server(load_settings()).manager; print(type(manager).__name__, manager.redis_url)\n"
        "import rasa_sdk.endpoint, bot.action; print(rasa_sdk.plugin.plugin_manager().hook)"
    )
    env = {"REDIS_URL": "redis://127.0.0.1:6390/0"}
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert told.stdout.startswith("RedisPushes redis://127.0.0.1:6390/0"), told.stderr
    assert "HookRelay" in told.stdout, told.stderr
