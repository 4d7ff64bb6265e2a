"""House rules that no linter knows. Each says how much it looked at, so that none passes by looking at nothing."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "storage", "bot", "chat", "portal_views")
MOST_LINES = 330  # "about 300"
MOST_LINES_OF_A_FUNCTION = 50  # "about 40"

# Pins are written without the host they came from; so is everything else.
REGISTRY = re.compile(r"pypi\.|pythonhosted|registry\.npmjs|registry\.yarn|deb\.debian", re.IGNORECASE)
BINARY = {".png", ".ico", ".jpg", ".woff2", ".gz"}


def tracked(*patterns: str) -> list[Path]:
    """What git keeps or would keep: tracked and new files, without the ignored."""
    line = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "--"]
    told = subprocess.run([*line, *patterns], capture_output=True, text=True, check=True).stdout
    return [path for name in told.splitlines() if (path := ROOT / name).is_file()]


def ours() -> list[Path]:
    """Our own Python, without the tests."""
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] != "tests"]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imported(path: Path) -> set[str]:
    """The top names of all that a file imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_files_and_functions_stay_short() -> None:
    files = ours()
    assert len(files) >= 80
    long_files = [str(path.relative_to(ROOT)) for path in files if len(path.read_text().splitlines()) > MOST_LINES]
    long_functions = [
        f"{path.relative_to(ROOT)}:{function.name}"
        for path in files
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno >= MOST_LINES_OF_A_FUNCTION
    ]
    assert (long_files, long_functions) == ([], [])


def test_no_file_names_the_host_of_a_package_registry() -> None:
    files = [path for path in tracked() if path.suffix not in BINARY and path != Path(__file__)]
    assert len(files) >= 100
    assert [str(path.relative_to(ROOT)) for path in files if REGISTRY.search(path.read_text(errors="replace"))] == []


def test_no_folder_is_a_heap() -> None:
    heaps = {"utils", "helpers", "services", "managers", "common", "misc"}
    files = ours()
    assert len(files) >= 80
    assert [str(path.relative_to(ROOT)) for path in files if heaps & {path.stem, *path.relative_to(ROOT).parts}] == []


def test_the_command_line_keeps_to_the_fences_that_import_linter_cannot_see() -> None:
    names = imported(ROOT / "server.py")
    assert {"config", "storage", "chat"} <= names
    assert names.isdisjoint({"motor", "pymongo", "twilio", "rasa_sdk"})


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_say_what_they_are(package: str) -> None:
    assert ast.get_docstring(ast.parse((ROOT / package / "__init__.py").read_text()))


def test_every_test_is_a_plain_function_that_pytest_awaits() -> None:
    files = tracked("tests/*.py")
    assert len(files) >= 10
    classes = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test")
    ]
    assert classes == []
