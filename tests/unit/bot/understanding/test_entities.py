"""What a message names, read against a shop's services and a client's own vehicles."""

import datetime as dt
import time
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.entities import Surroundings, find_entities
from bot.understanding.service_words import make_service_book
from bot.understanding.when import WhenContext
from storage.shops import Service
from storage.vehicles import Vehicle

SERVICES = (
    Service(code="oil", name={"en": "Oil change", "es": "Cambio de aceite"}, minutes=45),
    Service(code="rotation", name={"en": "Tire rotation", "es": "Rotación de llantas"}, minutes=30),
    Service(code="front_brakes", name={"en": "Front brake pads", "es": "Frenos delanteros"}, minutes=120),
    Service(code="inspection", name={"en": "State inspection", "es": "Inspección estatal"}, minutes=30),
)


def vehicle(id_: str, title: str, color: str, plate: str | None = None) -> Vehicle:
    year, make, model = title.split(" ", 2)
    return Vehicle(
        id=id_,
        shop="s",
        external_id=id_,
        client_id="c",
        year=int(year),
        make=make,
        model=model,
        color=color,
        plate=plate,
    )


OWN = (
    vehicle("civic", "2019 Honda Civic", "Blue", "KLM 4821"),
    vehicle("f150", "2016 Ford F-150", "White"),
    vehicle("odyssey", "2020 Honda Odyssey", "Silver"),
)
AROUND = Surroundings(
    services=make_service_book(SERVICES, ()),
    vehicles=OWN,
    country="US",
    when=WhenContext(
        now=dt.datetime(2026, 3, 11, 10, 30, tzinfo=ZoneInfo("America/Chicago")),
        hours=lambda _day: [(dt.time(7, 30), dt.time(17, 30))],
    ),
    known_words=frozenset(("the", "change", "need", "with", "move", "from")),
)


def read(text: str, *, moving: bool = False) -> dict[str, Any]:
    return find_entities(text, AROUND, moving=moving).as_dict()


@pytest.mark.parametrize(
    ("text", "words", "vehicle_id"),
    [
        ("bring in the civic", "civic", "civic"),
        ("is my 2019 honda civic ready", "2019 honda civic", "civic"),
        ("is the blue honda done", "blue honda", "civic"),
        ("f 150 please", "f 150", "f150"),
        ("my truck", "truck", "f150"),
        ("mi camioneta blanca", "camioneta blanca", "f150"),
        ("the oddysey", "oddysey", "odyssey"),
        ("is the van done", "van", "odyssey"),
        ("plate KLM4821", "KLM4821", "civic"),
    ],
)
def test_the_clients_own_vehicles_are_the_dictionary(text: str, words: str, vehicle_id: str) -> None:
    found = read(text)

    if "plate" in text:
        assert found["plate"] == words
    else:
        assert (found["vehicle"], found["vehicle_id"]) == (words, vehicle_id)


def test_words_that_fit_two_vehicles_choose_neither() -> None:
    found = read("is the honda ready")

    assert "vehicle_id" not in found
    assert found["vehicle_ids"] == ["civic", "odyssey"]


def test_several_vehicles_are_all_named() -> None:
    assert read("the altima or the rogue") == {"vehicle": "altima", "vehicles": ["altima", "rogue"]}


@pytest.mark.parametrize("text", ["can u fit me in", "spark plugs", "is it done", "focus on the noise"])
def test_everyday_words_are_no_vehicles(text: str) -> None:
    assert "vehicle" not in read(text)


@pytest.mark.parametrize(
    ("text", "words", "code"),
    [
        ("oil change", "oil change", "oil"),
        ("i need an oil chnage", "oil chnage", "oil"),
        ("a lube job", "lube", "oil"),
        ("cambio de aceite", "cambio de aceite", "oil"),
        ("rotate my tires", "rotate my tires", "rotation"),
        ("los frenos", "frenos", "front_brakes"),
        ("state inspection", "state inspection", "inspection"),
    ],
)
def test_the_shops_list_decides_the_service(text: str, words: str, code: str) -> None:
    found = read(text)

    assert (found["service"], found["service_code"]) == (words, code)


def test_a_service_the_shop_does_not_list_has_no_code() -> None:
    assert read("new muffler") == {"service": "muffler"}


def test_all_services_are_listed_in_order() -> None:
    assert read("tire rotation and an oil change")["service_codes"] == ["rotation", "oil"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("show invoice INV-1034", {"invoice_number": "INV-1034"}),
        ("invoice #1042 please", {"invoice_number": "1042"}),
        ("factura número 2210", {"invoice_number": "2210"}),
        ("approve estimate 3301", {"estimate_number": "3301"}),
        ("i paid $1,250.5", {"amount": "1250.50"}),
        ("my payment of 386.20", {"amount": "386.20"}),
        ("write to jen.o@example.com", {"email": "jen.o@example.com"}),
        ("my number is (512) 555-0147", {"phone": "+15125550147"}),
        ("my plate is now ABC 1234", {"plate": "ABC 1234"}),
        ("i moved to 12 oak street apt 4", {"address": "12 oak street apt 4"}),
        ("me llamo Ana Ruiz", {"name": "Ana Ruiz"}),
        ("my name is wrong", {}),
    ],
)
def test_numbers_and_contacts_are_found(text: str, expected: dict[str, Any]) -> None:
    assert read(text) == expected


def test_a_move_has_the_time_given_up_and_the_time_wanted() -> None:
    for text in ("move my tuesday appointment to thursday at 3", "can i come thursday at 3 instead of tuesday"):
        found = read(text, moving=True)

        assert found["when"]["date"] == "2026-03-12"
        assert found["when"]["time"] == "15:00"
        assert found["old_when"]["date"] == "2026-03-17"


@pytest.mark.parametrize(
    ("text", "old", "wanted"),
    [
        ("need my appointment moved to sunday", None, "2026-03-15"),
        ("move my appointment to monday afternoon", None, "2026-03-16"),
        ("cambie mi cita para el viernes a las 10", None, "2026-03-13"),
        ("mejor para el viernes a las 10", None, "2026-03-13"),
        ("mi cita del lunes a las 8 al viernes a las 10", "2026-03-16", "2026-03-13"),
        ("i can't make it to friday's appointment, how about monday", "2026-03-13", "2026-03-16"),
        ("i'm not able to come to my appointment friday", "2026-03-13", None),
    ],
)
def test_where_a_visit_goes_is_told_from_where_it_was(text: str, old: str | None, wanted: str | None) -> None:
    found = read(text, moving=True)
    assert (found.get("old_when") or {}).get("date") == old
    assert (found.get("when") or {}).get("date") == wanted


@given(st.text(max_size=200), st.booleans())
def test_no_text_breaks_the_search(text: str, moving: bool) -> None:
    find_entities(text, AROUND, moving=moving)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in 3 months", None),
        ("the 3", None),
        ("at 3 pm", None),
        ("my mazda 3", "mazda"),
        ("the mazda3", "mazda"),
        ("2011 mazda 3", "mazda"),
    ],
)
def test_a_model_that_is_a_number_is_meant_beside_its_make_only(text: str, found: str | None) -> None:
    around = replace(AROUND, vehicles=(vehicle("mazda", "2011 Mazda 3", "Red"), vehicle("kia", "2019 Kia Sorento", "")))
    assert find_entities(text, around).vehicle_id == found


def test_a_car_is_no_slip_of_a_service() -> None:
    found = find_entities("2014 ford focus", replace(AROUND, vehicles=()))
    assert (found.vehicle, found.service) == ("2014 ford focus", None)


STRANGER = replace(AROUND, vehicles=())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hunda oil change", "hunda"),
        ("corola", "corola"),
        ("my sivic", "sivic"),
        ("the beemer is loud", "beemer"),
        ("is the chevy done", "chevy"),
        ("ya esta la troca?", "troca"),
        ("my 08 corolla", "08 corolla"),
        ("98 accord", "98 accord"),
        ("tuesday 10 civic", "civic"),
        ("bring the soul in thursday", "soul"),
        ("brakes for a fusion", "fusion"),
        ("tengo un accent", "accent"),
        ("jeep grand cherokee 2018", "jeep grand cherokee 2018"),
    ],
)
def test_a_vehicle_is_known_by_common_words_and_nicknames_and_misspelt(text: str, words: str) -> None:
    assert find_entities(text, STRANGER).vehicle == words


@pytest.mark.parametrize(
    "text",
    [
        "escape from this",
        "i lost a bolt",
        "do you sell a phone charger",
        "playing golf today",
        "at the golf course",
        "is there a pilot light",
        "a long journey",
        "on the edge of the tire",
        "an express oil change",
    ],
)
def test_everyday_words_are_no_strangers_vehicles(text: str) -> None:
    assert find_entities(text, STRANGER).vehicle is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a four-wheel alignment", "four-wheel alignment"),
        ("what would a radiator replacement run me", "radiator replacement"),
        ("new breaks please", "new breaks"),
        ("tie rods on my truck", "tie rods"),
        ("cuanto por balatas", "balatas"),
    ],
)
def test_a_service_is_named_whole(text: str, words: str) -> None:
    assert find_entities(text, STRANGER).service == words


@pytest.mark.parametrize("text", ["what did the inspection find", "send me the inspection report"])
def test_an_inspection_that_has_been_is_no_service_wished_for(text: str) -> None:
    assert find_entities(text, STRANGER).service is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("send invocie 31882", "31882"),
        ("invoice number is 1042", "1042"),
        ("can i pay invoice 10-42", "10-42"),
        ("recibo 4411 porfa", "4411"),
        ("the 55102 invoice", "55102"),
        ("my bill 386.20", None),
    ],
)
def test_an_invoice_number_is_found_as_people_write_it(text: str, number: str | None) -> None:
    assert find_entities(text, STRANGER).invoice_number == number


_REPEATED = ["1", ",", "at ", "a.", "a@", "to ", "for monday to ", "1 a ", "9-", "12 oak ", "not ", "early of the "]


@pytest.mark.parametrize("piece", _REPEATED)
def test_a_long_message_of_one_thing_over_and_over_takes_no_time(piece: str) -> None:
    began = time.process_time()
    find_entities((piece * 1000)[:1000], AROUND, moving=True)

    # milliseconds; the bound only catches what grows faster than the message
    assert time.process_time() - began < 0.5
