"""What a message asks about, held against the names in the records."""

import pytest

from bot.work_words import find_sought

ITEMS = ("Front brakes", "Rear brakes", "Tires", "Battery", "Belts and hoses", "Lights", "Fluids", "Cabin air filter")


@pytest.mark.parametrize(
    ("text", "named", "found"),
    [
        ("how are my brakes", "brakes", ["Front brakes", "Rear brakes"]),
        ("how bad are the brake pads", "brake pads", ["Front brakes", "Rear brakes"]),
        ("cómo salieron los frenos", "frenos", ["Front brakes", "Rear brakes"]),
        ("how much tread is left", None, ["Tires"]),
        ("are the belts ok", None, ["Belts and hoses"]),
        ("y la batería?", "batería", ["Battery"]),
        ("how are the lihgts", None, ["Lights"]),
        ("and the fluids", None, ["Fluids"]),
        ("what did you find", None, []),
        ("what is the best time to come", None, []),
    ],
)
def test_items_are_found_by_any_of_their_names(text: str, named: str | None, found: list[str]) -> None:
    sought = find_sought(text, named)
    assert [item for item in ITEMS if sought.fits(item)] == found


def test_the_side_that_is_named_narrows_what_fits() -> None:
    assert find_sought("how are the rear brakes", "rear brakes").narrowed(list(ITEMS[:2])) == ["Rear brakes"]
    assert find_sought("how are the brakes", "brakes").narrowed(list(ITEMS[:2])) == list(ITEMS[:2])
