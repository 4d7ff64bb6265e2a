"""`python -m bot.understanding.train FOLDER`: have the trained model ready in a folder; who needs it only loads it."""

import sys
import time
from pathlib import Path

from bot.catalog import load_catalog
from bot.understanding import Understander


def main(arguments: list[str]) -> int:
    """Train unless it is there already, and say how long it took."""
    if len(arguments) != 1:
        print("usage: python -m bot.understanding.train FOLDER", file=sys.stderr)
        return 2
    start = time.perf_counter()
    Understander.train_or_load(Path(arguments[0]), load_catalog().examples)
    print(f"The understanding is ready in {arguments[0]} ({time.perf_counter() - start:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
