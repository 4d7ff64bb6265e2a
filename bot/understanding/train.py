"""`python -m bot.understanding.train FOLDER`: have the trained model ready in a folder; who needs it only loads it.

With `-` after it the examples come by standard input (JSON: intent, language, texts), and it makes way for others.
"""

import os
import sys
import time
from pathlib import Path

from bot.catalog import load_catalog
from bot.understanding import Examples, Understander
from bot.understanding.shop_models import parse_examples

_MAKES_WAY = 10  # a server answers people meanwhile, perhaps on the same core


def main(arguments: list[str]) -> int:
    """Train unless it is there already, and say how long it took."""
    if len(arguments) not in (1, 2) or arguments[1:] not in ([], ["-"]):
        print("usage: python -m bot.understanding.train FOLDER [-]", file=sys.stderr)
        return 2
    start = time.perf_counter()
    Understander.train_or_load(Path(arguments[0]), _given() if len(arguments) == 2 else load_catalog().examples)
    print(f"The understanding is ready in {arguments[0]} ({time.perf_counter() - start:.1f} s)")
    return 0


def _given() -> Examples:
    os.nice(_MAKES_WAY)
    return parse_examples(sys.stdin.buffer.read())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
