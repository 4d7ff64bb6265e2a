"""A shop to book at: `garage`, in Austin, two bays, open with a lunch break."""

import pytest

from storage.shops import Address, BookingRules, Service, Shop


@pytest.fixture
def garage() -> Shop:
    day = (("07:30", "12:00"), ("13:00", "17:30"))
    return Shop(
        slug="garage",
        name="Garage",
        phone="+15125550100",
        email="desk@garage.example",
        address=Address(city="Austin", country="US"),
        timezone="America/Chicago",
        currency="USD",
        language="en",
        hours=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), day),
        services=(
            Service(code="oil_change", name={"en": "Oil change"}, minutes=30),
            Service(code="brakes", name={"en": "Brakes"}, minutes=120),
            Service(code="engine", name={"en": "Engine"}, minutes=600),
        ),
        bays=("1", "2"),
        booking=BookingRules(step_minutes=30, notice_minutes=120, days_ahead=30),
    )
