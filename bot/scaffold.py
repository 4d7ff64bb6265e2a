"""Starts a new intent: `make intent name=ask_warranty` (`code=yes` for a Python file beside it).

What it writes loads and answers at once, in words made from the name; the examples and texts are then yours to write.
"""

import argparse
import keyword
import re
import sys
from pathlib import Path

from bot.catalog import FOLDER

SCRIPTS = FOLDER.parents[1] / "tests" / "dialogues" / "scripts"

_YML = """\
# What people type when they mean this; twenty or more in each language, as they really type.
examples:
  en:
    - "{words}"
    - "{words} please"
    - "i have a question about {words}"
  es:
    - "{words}"
    - "{words} por favor"
    - "tengo una pregunta sobre {words}"

# Every text in both languages, with the same {{placeholders}}.
answers:
  choice:  # what this is called in a question with choices
    en: "{title}"
    es: "{title}"
  answer:
    en: "{title}: please call us, we are glad to help."
    es: "{title}: llámenos, con gusto le ayudamos."
"""

_PY = '''\
"""{title}."""

from bot.action import Intent
from bot.context import Context
from bot.reply import Reply
from storage.proof import Asked


class {class_name}(Intent):
    """{title}."""

    asks = Asked.PUBLIC  # the row of "Who may what" that decides who is told

    async def answer(self, context: Context) -> Reply:
        """The text of `answer`; read what it needs from `context`."""
        return Reply(text=context.say("answer"))
'''


_SCRIPT = """\
== {words}
as: visitor
client: i have a question about {words}
bot: {title}: please call us
"""


class ScaffoldError(Exception):
    """Nothing was written; the message says why."""


def scaffold(name: str, folder: Path, scripts: Path, *, code: bool = False) -> list[Path]:
    """Write the files of a new intent, and a dialogue that tests it into `scripts`, and return them.

    Raises `ScaffoldError` for a bad name or one that is taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise ScaffoldError(f"{name!r} is no name for an intent: use small letters and underscores, as in ask_warranty")
    texts = {folder / f"{name}.yml": _YML, scripts / f"{name}.txt": _SCRIPT}
    if code:
        texts[folder / f"{name}.py"] = _PY
    taken = [path.name for path in texts if path.exists()]
    if taken:
        raise ScaffoldError(f"{taken[0]} is there already")
    words = name.replace("_", " ")
    title = words.capitalize()
    class_name = "".join(part.capitalize() for part in name.split("_"))
    for path, text in texts.items():
        path.write_text(text.format(words=words, title=title, class_name=class_name), encoding="utf-8")
    return list(texts)


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="make intent", description="Start a new intent.")
    parser.add_argument("name")
    parser.add_argument("--code", action="store_true", help="also a Python file: it looks something up, asks or acts")
    options = parser.parse_args(arguments)
    try:
        paths = scaffold(options.name, FOLDER, SCRIPTS, code=options.code)
    except ScaffoldError as error:
        print(error, file=sys.stderr)
        return 1
    print("Written: " + ", ".join(str(path.relative_to(FOLDER.parent.parent)) for path in paths))
    print("Now write its examples, texts and dialogue, then: make test ARGS='tests/contract tests/dialogues'")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
