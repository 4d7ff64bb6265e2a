"""Set-up: the virtual environment, the pinned Python packages, the front-end files, what the tests need beside them.

Run by `make` as `python3 -m config.bootstrap run|test`, with whatever Python there is, so: standard library only, and
nothing newer than Python 3.8 in its syntax. Each part is done again only when what it is made from has changed.
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from config.browser import find_browser

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
MODULES = ROOT / "node_modules"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
PYTHONS = ("python3", "python3.13", "python3.12", "python3.11", "python3.14")

RUNTIME = ("requirements.txt", "requirements-embedded.txt")
TESTS = ("requirements.txt", "requirements-embedded.txt", "requirements-dev.txt")


class SetUpError(Exception):
    """Set-up cannot go on. The message is one line that says what to do."""


def say(text: str) -> None:
    """A line of progress."""
    print("[set-up] " + text, flush=True)


def set_up(goal: str) -> None:
    """Have everything that `goal` ("run" or "test") needs. Raises `SetUpError`."""
    with contextlib.ExitStack() as stack:
        _one_at_a_time(stack)
        _check_node()
        _make_venv()
        for_tests = goal == "test"
        python = _Step("Python packages", VENV / ".pitline-packages", TESTS if for_tests else RUNTIME, for_tests)
        node = _Step("front-end files", MODULES / ".pitline-packages", ("package-lock.json",), for_tests)
        # Both mostly wait for the network: side by side.
        _side_by_side([(python, _pip(python)), (node, _npm(for_tests))])
        if for_tests:
            _have_browser()
            _have_redis()


class _Step:
    """One thing that is installed from pinned files, and the stamp that says from which."""

    def __init__(self, name: str, stamp: Path, files: "tuple[str, ...]", for_tests: bool) -> None:
        self.name = name
        self.stamp = stamp
        self.files = files
        digest = hashlib.sha256()
        for file in files:
            digest.update((ROOT / file).read_bytes())
        self.mark = digest.hexdigest()
        # What the tests need holds what running needs.
        self.kind = "test" if for_tests else "run"

    def done(self) -> bool:
        """Whether it was installed from these very files."""
        with contextlib.suppress(OSError):
            lines = self.stamp.read_text().split()
            return (f"{self.kind}:{self.mark}") in lines
        return False

    def finish(self) -> None:
        """Note that it is installed; what was installed for the tests serves a run as well."""
        lines = [f"{self.kind}:{self.mark}"]
        if self.kind == "test":
            lines.append("run:" + _Step(self.name, self.stamp, self.files[:2], False).mark)
        self.stamp.write_text("\n".join(lines) + "\n")


def _one_at_a_time(stack: contextlib.ExitStack) -> None:
    lock = stack.enter_context((ROOT / "Makefile").open())
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another set-up is at work here; waiting for it")
        fcntl.flock(lock, fcntl.LOCK_EX)


def _check_node() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        raise SetUpError(
            f"node.js {OLDEST_NODE} or newer with npm is needed: install it, and run the same command again"
        )
    if (MODULES / ".pitline-packages").exists():
        return  # asked once, before the first install: node takes its time to say
    told = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=False).stdout
    major = told.strip().lstrip("v").split(".")[0]
    if not major.isdigit() or int(major) < OLDEST_NODE:
        raise SetUpError(
            f"node.js {OLDEST_NODE} or newer is needed, this is {told.strip() or 'none'}: install a newer one"
        )


def _make_venv() -> None:
    stamp = VENV / ".pitline-python"
    with contextlib.suppress(OSError):
        # A virtual environment does not survive being moved: its programs name where they were made.
        if stamp.read_text().strip() == str(VENV) and (VENV / "bin" / "python").exists():
            return
    python, version = _find_python()
    say("making .venv with Python " + version)
    shutil.rmtree(str(VENV), ignore_errors=True)
    made = subprocess.run(
        [python, "-m", "venv", str(VENV)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if made.returncode:
        raise SetUpError(
            "python3 -m venv failed; on Debian and Ubuntu `apt-get install python3-venv` mends it. It said: "
            + _last_line(made.stdout.decode(errors="replace"))
        )
    stamp.write_text(f"{VENV}\n")


def _find_python() -> "tuple[str, str]":
    """The first Python that is new enough: the one that runs this, else one on the path."""
    if sys.version_info >= OLDEST_PYTHON and sys.prefix == sys.base_prefix:
        return sys.executable, platform.python_version()
    for name in PYTHONS:
        path = shutil.which(name)
        if path:
            ask = "import platform, sys; print(platform.python_version() if sys.version_info >= (3, 11) else '')"
            told = subprocess.run([path, "-c", ask], stdout=subprocess.PIPE, text=True, check=False).stdout
            if told.strip():
                return path, told.strip()
    raise SetUpError(
        f"Python 3.11 or newer is needed, this is {platform.python_version()}: "
        "install it, or name it: make PYTHON=/path/to/python3.11"
    )


def _pip(step: _Step) -> "list[str]":
    # The files name every package there is, so nothing needs resolving. Compiling what is never imported costs half a
    # minute of a first run.
    line = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-compile"]
    line += ["--disable-pip-version-check", "--no-input"]
    for file in step.files:
        line += ["-r", file]
    return line


def _npm(for_tests: bool) -> "list[str]":
    line = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    return line if for_tests else [*line, "--omit=dev"]


def _side_by_side(steps: "list[tuple[_Step, list[str]]]") -> None:
    failures = []  # type: list[SetUpError]

    def work(step: _Step, line: "list[str]") -> None:
        try:
            _install(step, line)
        except SetUpError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=pair) for pair in steps if not pair[0].done()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _install(step: _Step, line: "list[str]") -> None:
    began = time.monotonic()
    say("installing " + step.name)
    child = subprocess.Popen(line, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert child.stdout is not None
    said = []
    collected, told = 0, time.monotonic()
    for text in child.stdout:
        said.append(text)
        collected += text.startswith("Collecting ")
        if time.monotonic() - told > 5:
            told = time.monotonic()
            what = f"{collected} fetched" if collected else "fetching"
            what = "unpacking" if text.startswith("Installing") else what
            say(f"{step.name}: {what}, {told - began:.0f} s")
    if child.wait():
        print("".join(said[-15:]), file=sys.stderr)
        raise SetUpError(f"{step.name} could not be installed (see above); run the same command again")
    step.finish()
    say(f"{step.name} are there, {time.monotonic() - began:.0f} s")


def _have_browser() -> None:
    """A browser for the tests: one that is installed, else Debian's when we are root, else Playwright's own."""
    if find_browser():
        return
    lines = [[str(VENV / "bin" / "python"), "-m", "playwright", "install", "chromium"]]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        lines.insert(0, ["sh", "-c", "apt-get update -q && apt-get install -q -y --no-install-recommends chromium"])
    for line in lines:
        say("no browser is installed; trying: " + " ".join(line[-3:]))
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        tried = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, check=False)
        if tried.returncode == 0 and find_browser():
            return
        say("that did not work: " + _last_line(tried.stdout.decode(errors="replace")))
    if os.environ.get("CI"):
        raise SetUpError("there is no browser, and in CI the browser tests must run")
    say("*** NO BROWSER: the browser tests will be SKIPPED. Install Chromium or Chrome, or set BROWSER_PATH. ***")


def _have_redis() -> None:
    """A Redis for the tests of several processes: one that is installed, else Debian's when we are root."""
    if shutil.which("redis-server"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        say("no redis-server is installed; trying: apt-get install redis-server")
        line = ["sh", "-c", "apt-get update -q && apt-get install -q -y --no-install-recommends redis-server"]
        env = dict(os.environ, DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1")  # it is not to be started as a service
        tried = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env, check=False)
        if tried.returncode == 0 and shutil.which("redis-server"):
            return
        say("that did not work: " + _last_line(tried.stdout.decode(errors="replace")))
    if os.environ.get("CI"):
        raise SetUpError("there is no redis-server, and in CI the tests of several processes must run")
    say("*** NO REDIS: the tests of several processes will be SKIPPED. Install redis-server. ***")


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "(nothing)"


def main(arguments: "list[str]") -> int:
    """`run` or `test`; 0 when all is there."""
    try:
        set_up(arguments[0] if arguments else "run")
    except SetUpError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"set-up: {error.filename or ROOT} cannot be used: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("set-up: stopped; the next run goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
