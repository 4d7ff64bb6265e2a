"""What pages load travels in the smallest form that the browser understands, and comes out as it went in."""

import gzip

import brotli
import pytest

from config.packing import pack

TEXT = b"body { color: black }\n" * 200


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
        ("gzip;q=1.0, br;q=0.5", "br", brotli.decompress),
        ("gzip, deflate", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("", None, bytes),
    ],
)
def test_the_smallest_that_is_understood(accepted, encoding, unpack) -> None:
    body, name = pack(TEXT).for_browser(accepted)
    assert name == encoding
    assert unpack(body) == TEXT


def test_packed_is_smaller_and_made_once() -> None:
    assert len(pack(TEXT).brotli) < len(pack(TEXT).gzipped) < len(TEXT)
    assert pack(TEXT).brotli is pack(TEXT).brotli
