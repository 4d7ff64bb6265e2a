"""Those of the cast who have estimates: Olga one that waits, Ivan two, Luis one and writes Spanish."""

from datetime import date

from storage.clients import Client
from storage.estimates import Decision, Estimate, EstimateLine, EstimateStatus
from storage.invoices import LineKind
from storage.vehicles import Vehicle

OLGA = "olga"  # E-204 waits (under the limit), E-190 was approved, E-180 has expired
IVAN = "ivan"  # two cars: E-301 waits (above the limit) for one, E-302 for the other
LUIS = "luis"  # writes Spanish; E-401 waits
ESTIMATE_PHONES = {OLGA: "+15125550121", IVAN: "+15125550122", LUIS: "+15125550123"}


def _client(client_id: str, name: str, language: str = "en") -> Client:
    return Client(
        id=client_id,
        shop="elm",
        external_id=client_id,
        name=name,
        phones=(ESTIMATE_PHONES[client_id],),
        email=f"{client_id}@mail.example",
        language=language,  # type: ignore[arg-type]
    )


def _vehicle(vehicle_id: str, client_id: str, year: int, make: str, model: str) -> Vehicle:
    return Vehicle(
        id=vehicle_id, shop="elm", external_id=vehicle_id, client_id=client_id, year=year, make=make, model=model
    )


def _line(
    line_id: str, description: str, amount: int, kind: LineKind = "part", decision: Decision | None = None
) -> EstimateLine:
    return EstimateLine(id=line_id, description=description, kind=kind, amount=amount, decision=decision)


def _estimate(
    number: str,
    client_id: str,
    vehicle_id: str,
    total: int,
    *lines: EstimateLine,
    status: EstimateStatus = "waiting",
    issued: str = "2026-03-09",
    until: str | None = "2026-03-25",
) -> Estimate:
    return Estimate(
        id=f"est{number[-3:]}",
        shop="elm",
        external_id=number,
        number=number,
        client_id=client_id,
        vehicle_id=vehicle_id,
        issued_on=date.fromisoformat(issued),
        valid_until=date.fromisoformat(until) if until else None,
        total=total,
        status=status,
        lines=lines,
    )


ESTIMATE_CLIENTS = (_client(OLGA, "Olga Marsh"), _client(IVAN, "Ivan Petrov"), _client(LUIS, "Luis Ortega", "es"))
ESTIMATE_RECORDS = (
    ("vehicles", _vehicle("legacy", OLGA, 2019, "Subaru", "Legacy")),
    ("vehicles", _vehicle("focus", IVAN, 2012, "Ford", "Focus")),
    ("vehicles", _vehicle("tundra", IVAN, 2018, "Toyota", "Tundra")),
    ("vehicles", _vehicle("sentra", LUIS, 2016, "Nissan", "Sentra")),
    (
        "estimates",
        _estimate(
            "E-204",
            OLGA,
            "legacy",
            45465,
            _line("pads", "Front brake pads", 18000),
            _line("rotors", "Front rotors", 21000),
            _line("wipers", "Wiper blades", 3000),
            _line("tax", "Sales tax", 3465, "tax"),
        ),
    ),
    (
        "estimates",
        _estimate(
            "E-190",
            OLGA,
            "legacy",
            9000,
            _line("battery", "Battery", 9000, decision="approved"),
            status="approved",
            issued="2026-01-10",
            until=None,
        ),
    ),
    (
        "estimates",
        _estimate(
            "E-180",
            OLGA,
            "legacy",
            22000,
            _line("flush", "Transmission flush", 22000, "labor"),
            issued="2025-11-02",
            until="2025-12-02",
        ),
    ),
    (
        "estimates",
        _estimate(
            "E-301",
            IVAN,
            "tundra",
            81200,
            _line("struts", "Rear struts, pair", 48000),
            _line("struts2", "Replace rear struts, labor", 24000, "labor"),
            _line("filter", "Cabin filter", 6000),
            _line("fee", "Shop supplies", 3200, "fee"),
        ),
    ),
    (
        "estimates",
        _estimate("E-302", IVAN, "focus", 14000, _line("align", "Wheel alignment", 14000, "labor"), until=None),
    ),
    (
        "estimates",
        _estimate(
            "E-401",
            LUIS,
            "sentra",
            36000,
            _line("pads", "Front brake pads", 16000),
            _line("shocks", "Rear shocks", 17000),
            _line("wipers", "Wiper blades", 3000),
        ),
    ),
)
