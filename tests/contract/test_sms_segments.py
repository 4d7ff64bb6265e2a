"""The inbox counts a text's segments in the browser: it must come to what the channel sends."""

import json
import subprocess
from pathlib import Path

from chat.channels.sms_text import render, segments

ROOT = Path(__file__).parents[2]
TEXTS = [
    "",
    "Hi Maria, your car is ready.",
    "a" * 160,
    "a" * 161,
    "€" * 80,
    "€" * 81,
    "“Quoted” – and so on…",
    "é" * 160,
    "á" * 100,
    "mañana a las 9, ¿está bien? " * 6,
    "车好了 " * 30,
    "🚗" * 36,
    "word " * 500,
    "\u00a0spaced\u200b out ",
    "x" * 153 * 3,
    "á🚗" * 40,
]
_COUNT = """import { measureSms } from "./chat/static/sms-text.js";
console.log(JSON.stringify(%s.map((text) => measureSms(text).segments)));"""


def test_browser_and_channel_count_the_same_segments() -> None:
    line = ["node", "--input-type=module", "-e", _COUNT % json.dumps(TEXTS)]
    told = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert json.loads(told) == [segments(render(text)) for text in TEXTS]
