"""An answer as a text message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.channels.sms_text import LONGEST, cut, render, segments, to_plain, without_costly_accents
from storage.messages import Button, Link


def test_choices_are_numbered_and_links_are_lines():
    text = render(
        "When?", [Button("Fri 9:00", "/a"), Button("Fri 10:00", "/b")], [Link("Book", "https://x.example/k/1")]
    )
    assert text == "When?\n1) Fri 9:00\n2) Fri 10:00\nBook: https://x.example/k/1"


def test_typographic_characters_become_plain_ones():
    assert to_plain("“It’s ready” – $386.20… • now\u00a0here") == '"It\'s ready" - $386.20... - now here'


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ш" * 70, 1),
        ("ш" * 71, 2),
        ("🚗" * 35, 1),
        ("🚗" * 36, 2),
        ("ñ¿é" * 53, 1),
    ],
)
def test_segments_are_counted_as_carriers_count_them(text, count):
    assert segments(text) == count


def test_accents_that_would_cost_a_segment_are_left_out_and_others_stay():
    long = "Su próxima cita es el miércoles a las nueve. Le recordaremos el día antes. Gracias por su visita"
    assert without_costly_accents(long) == long.replace("ó", "o").replace("í", "i")
    assert without_costly_accents("Sí, mañana") == "Sí, mañana"


def test_a_long_text_ends_at_a_word_and_keeps_its_links():
    text = render("word " * 500, [], [Link("Invoices", "https://x.example/k/1")])
    assert len(text) <= LONGEST
    assert text.endswith("word...\nInvoices: https://x.example/k/1")


def test_half_a_link_is_never_sent():
    links = [Link("L", f"https://x.example/{'p' * 200}/{number}") for number in range(20)]
    assert all(line in ("hi", *(f"L: {link.url}" for link in links)) for line in render("hi", [], links).split("\n"))


@given(st.text(max_size=4000), st.lists(st.text(max_size=80), max_size=12))
def test_whatever_is_said_fits_in_one_message(text, titles):
    assert len(render(text, [Button(title, "/x") for title in titles])) <= LONGEST


@given(st.text(max_size=400))
def test_leaving_out_accents_never_costs_more(text):
    assert segments(without_costly_accents(text)) <= segments(text)


@given(st.text(max_size=200), st.integers(min_value=10, max_value=100))
def test_a_cut_is_never_longer_than_its_room(text, room):
    assert len(cut(text, room)) <= room
