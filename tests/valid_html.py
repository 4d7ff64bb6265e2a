"""Whether pages are valid HTML, by html-validate: elements where they may stand, attributes with what they may hold."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_CHECKER = _ROOT / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
_RULES = {
    "root": True,
    "extends": ["html-validate:standard", "html-validate:a11y", "html-validate:document"],
    "rules": {
        "aria-label-misuse": ["error", {"allowAnyNamable": True}],  # ARIA lets lists have a name
        "require-sri": "off",  # every file is our own
    },
}


async def html_faults(pages: Mapping[str, str], folder: Path) -> list[str]:
    """What is wrong in these pages (address -> text), a line each. `folder` is for files."""
    (folder / ".htmlvalidate.json").write_text(json.dumps(_RULES))
    names = {}
    for number, (path, text) in enumerate(pages.items()):
        file = folder / f"{number}.html"
        file.write_text(text, encoding="utf-8")
        names[str(file)] = path
    out = folder / "faults.json"
    with out.open("wb") as written:  # it ends before a pipe has taken all that it says
        child = await asyncio.create_subprocess_exec(
            "node", str(_CHECKER), "--formatter", "json", *names, stdout=written
        )
        await child.wait()
    reports = json.loads(out.read_text(encoding="utf-8"))
    return [
        f"{names[report['filePath']]}:{one['line']}:{one['column']} {one['ruleId']}: {one['message']}"
        for report in reports
        for one in report["messages"]
    ]
