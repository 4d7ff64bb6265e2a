"""Set-up on a machine where something is missing: one line that says what to do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.browser import find_browser

ROOT = Path(__file__).parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout, as far as set-up looks at it, with an empty folder `bin` for a path."""
    (tmp_path / "config").mkdir()
    (tmp_path / "bin").mkdir()
    for name in ("__init__.py", "bootstrap.py", "browser.py"):
        shutil.copy(ROOT / "config" / name, tmp_path / "config" / name)
    for name in ("Makefile", "requirements.txt", "requirements-embedded.txt", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def set_up(checkout: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "config.bootstrap", "run"],
        cwd=checkout,
        env={"PATH": str(checkout / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )


def program(checkout: Path, name: str, script: str) -> None:
    path = checkout / "bin" / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_node_is_missing(checkout: Path) -> None:
    told = set_up(checkout)
    assert told.returncode == 1
    assert told.stderr == "set-up: node.js 20 or newer with npm is needed: install it, and run the same command again\n"


def test_node_is_too_old(checkout: Path) -> None:
    program(checkout, "node", "echo v12.22.0")
    program(checkout, "npm", "exit 0")
    told = set_up(checkout)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "v12.22.0" in told.stderr


def test_python_is_too_old_or_cannot_be_found(checkout: Path) -> None:
    program(checkout, "node", "echo v22.1.0")
    program(checkout, "npm", "exit 0")
    program(checkout, "python3", "exit 0")  # says nothing when asked for its version, as an old one does
    if sys.prefix == sys.base_prefix:
        pytest.skip("these tests run outside a virtual environment: this very Python would do")
    told = set_up(checkout)
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "Python 3.11 or newer is needed" in told.stderr


def test_the_browser_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/opt/my/browser")
    assert find_browser() == "/opt/my/browser"


def test_playwrights_own_browser_is_found_when_no_other_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    assert find_browser() is None
    own = tmp_path / "chromium-1200" / "chrome-linux" / "chrome"
    own.parent.mkdir(parents=True)
    own.touch()
    assert find_browser() == os.fspath(own)
