"""The settings' pages over real HTTP: what is right is saved, what is wrong names its field and loses nothing."""

import json
from datetime import date
from pathlib import Path

import pytest

from config.colors import WHITE, contrast
from portal_views.staff_settings_hours import NoHours, parse_spans, spans_text
from storage.importing.importer import import_files
from storage.labels import new_label
from storage.shop_settings import is_readable
from storage.shops import ClosedDay
from storage.store import Storage
from tests.e2e.portal.conftest import Browser
from tests.portal_cast import Live

S = "/staff/settings"
WEEK = {
    "mon": "7:30 - 12, 13:00-17.30",
    "tue": "0730-1200",
    "wed": "",
    "thu": "8-17",
    "fri": "8 to 12; 13 to 24:00",
    "sat": "",
    "sun": "",
}


@pytest.fixture
async def owner(store: Storage, visitor: Browser) -> Browser:
    rosa = await store.staff.add("garland", "rosa@garland.example", "Rosa", "owner", "correct horse battery")
    visitor.session.cookie_jar.update_cookies({"pitline_staff": await store.sessions.open("garland", staff_id=rosa.id)})
    return visitor


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("7:30-12:00, 13:00-17:30", "07:30-12:00, 13:00-17:30"),
        ("8-17", "08:00-17:00"),
        ("8 to 12; 13 to 24", "08:00-12:00, 13:00-24:00"),
        ("08.30 – 12.00", "08:30-12:00"),
        ("", ""),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, wanted: str) -> None:
    assert spans_text(parse_spans(text)) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("morning", "shape"), ("8-25", "shape"), ("5-1", "backwards"), ("8-12, 11-17", "overlap"),
        ("13-17, 8-12", "overlap"), ("8-8", "backwards"), ("8-24:30", "backwards"),
    ],
)  # fmt: skip
def test_what_is_no_hours_says_why(text: str, reason: str) -> None:
    with pytest.raises(NoHours) as refusal:
        parse_spans(text)
    assert refusal.value.reason == reason


async def test_hours_set_here_hold_against_imports(store: Storage, owner: Browser, tmp_path: Path) -> None:
    days = {"date": "2026-12-24", "name": "Christmas  Eve", "hours": "8-12"}
    wrong = await owner.post(f"{S}/hours", data={**WEEK, "tue": "7:30 till noon", **days})
    text = await wrong.text()
    assert wrong.status == 422
    assert 'id="tue-problem"' in text
    assert 'value="8 to 12; 13 to 24:00"' in text  # nothing that was typed is lost
    assert 'value="Christmas Eve"' in text
    saved = await owner.post(f"{S}/hours", data={**WEEK, "tue": "8-12", **days}, allow_redirects=False)
    assert saved.headers["Location"] == f"{S}/hours?done=saved"
    shop = await store.shops.get("garland")
    assert shop.hours["mon"] == (("07:30", "12:00"), ("13:00", "17:30"))
    assert shop.hours["wed"] == ()
    eve = ClosedDay(date=date(2026, 12, 24), name="Christmas Eve", hours=(("08:00", "12:00"),))
    assert eve in shop.closed

    line = {
        "type": "shop", "slug": "garland", "name": "Garland Auto Two", "phone": shop.phone, "email": shop.email,
        "address": {"street": "1 A St", "city": "Austin", "region": "TX", "postal_code": "78701", "country": "US"},
        "timezone": shop.timezone, "currency": "USD", "language": "en", "hours": {"mon": [["09:00", "10:00"]]},
        "services": [{"code": "oil_change", "name": {"en": "Oil change"}, "minutes": 30}], "bays": 2,
        "booking": {"step_minutes": 30, "notice_minutes": 60, "days_ahead": 30, "confirm": "auto"},
    }  # fmt: skip
    file = tmp_path / "shop.jsonl"
    file.write_text(json.dumps(line))
    assert (await import_files(store, [file])).refusals == []
    after = await store.shops.get("garland")
    assert after.name == "Garland Auto Two"
    assert (after.hours, after.closed) == (shop.hours, shop.closed)


async def test_labels_have_one_name_each_and_a_colour_of_the_set(store: Storage, owner: Browser, live: Live) -> None:
    await owner.post(f"{S}/labels", data={"act": "add", "name": " Parts  ordered ", "color": "orange"})
    again = await owner.post(f"{S}/labels", data={"act": "add", "name": "PARTS ordered", "color": "red"})
    assert again.status == 422
    assert 'value="PARTS ordered"' in await again.text()
    assert (await owner.post(f"{S}/labels", data={"act": "add", "name": "x" * 31, "color": "red"})).status == 422
    (label,) = await store.labels.list("garland")
    assert (label.name, label.color) == ("Parts ordered", "orange")
    other = new_label("garland", "Fleet")
    await store.labels.put(other)
    change = {"act": "change", "id": label.id, "name": label.name, "color": "teal"}
    taken = await owner.post(f"{S}/labels", data={**change, "name": "FLEET"})
    assert taken.status == 422
    assert 'value="FLEET"' in await taken.text()
    await store.labels.remove("garland", other.id)
    await owner.post(f"{S}/labels", data=change)
    assert (await store.labels.list("garland"))[0].color == "teal"
    assert live.renamed == []
    assert live.changed == ["garland", "garland"]  # what was refused is no change
    await owner.post(f"{S}/labels", data={**change, "name": "Parts are here"})
    (label,) = await store.labels.list("garland")
    assert (label.name, label.color) == ("Parts are here", "teal")
    assert live.renamed == [("Parts ordered", "Parts are here")]
    await store.labels.put(new_label("harbor", "Theirs"))
    (theirs,) = await store.labels.list("harbor")
    await owner.post(f"{S}/labels", data={"act": "remove", "id": theirs.id})
    await owner.post(f"{S}/labels", data={"act": "remove", "id": label.id})
    assert await store.labels.list("garland") == []
    assert await store.labels.list("harbor") == [theirs]


async def test_canned_replies_are_checked_field_by_field(store: Storage, owner: Browser) -> None:
    new = f"{S}/replies/new"
    fields = {"title": "Ready", "shortcut": "/Ready", "text_en": "Hi {client.first_name}", "text_es": ""}
    for changes, field in (
        ({"shortcut": "two words"}, "shortcut"),
        ({"title": " "}, "title"),
        ({"text_en": "", "text_es": ""}, "text_en"),
        ({"text_en": "Hi {client.nickname}"}, "text_en"),
        ({"text_es": "Hola {invoice.balance", "text_en": "{nonsense}"}, "text_en"),
    ):
        refused = await owner.post(new, data={**fields, **changes})
        assert refused.status == 422, changes
        assert f'id="{field}-problem"' in await refused.text(), changes
    greeting = {"text_en": "Hi {client.first_name}, <b>{shop.name}</b> here", "text_es": "Debe {invoice.balance}"}
    read = await (await owner.post(new, data={**fields, **greeting, "act": "preview"})).text()
    assert "Hi Maria, &lt;b&gt;Garland" in read
    assert "Debe $184.50" in read
    assert "{client.first_name}, &lt;b&gt;{shop.name}" in read  # the fields keep what was typed
    assert await store.canned_replies.list("garland") == []
    saved = await owner.post(new, data=fields, allow_redirects=False)
    assert saved.status == 303
    taken = await owner.post(new, data=fields)
    assert 'id="shortcut-problem"' in await taken.text()
    (reply,) = await store.canned_replies.list("garland")
    assert (reply.shortcut, dict(reply.text)) == ("ready", {"en": "Hi {client.first_name}"})
    await owner.post(f"{S}/replies/{reply.id}", data={**fields, "text_es": "Hola"})
    assert (await store.canned_replies.list("garland"))[0].text["es"] == "Hola"
    assert (await owner.get(f"{S}/replies/nothing")).status == 404
    await owner.post(f"{S}/replies/{reply.id}", data={"act": "remove"})
    assert await store.canned_replies.list("garland") == []


async def test_the_widget_takes_a_colour_that_white_can_be_read_on_and_sites_that_are_sites(
    store: Storage, owner: Browser
) -> None:
    fields = {
        "greeting_en": "Howdy",
        "greeting_es": "",
        "accent": "#7a2a5e",
        "side": "left",
        "origins": "https://A.example/",
    }
    for changes, field in (
        ({"accent": "#ffee00"}, "accent"),
        ({"accent": "red"}, "accent"),
        ({"origins": "https://a.example/path"}, "origins"),
        ({"origins": "javascript:alert(1)"}, "origins"),
        ({"greeting_en": "x" * 201}, "greeting_en"),
    ):
        refused = await owner.post(f"{S}/widget", data={**fields, **changes})
        assert refused.status == 422, changes
        assert f'id="{field}-problem"' in await refused.text(), changes
    assert (await owner.post(f"{S}/widget", data=fields, allow_redirects=False)).status == 303
    widget = (await store.settings.get("garland")).widget
    assert (dict(widget.greeting), widget.accent, widget.side) == ({"en": "Howdy"}, "#7a2a5e", "left")
    assert (await store.shops.get("garland")).origins == ("https://a.example",)
    page = await (await owner.get(f"{S}/widget")).text()
    assert "data-side=&#34;left&#34; data-color=&#34;#7a2a5e&#34;" in page


def test_contrast_is_wcags() -> None:
    assert round(contrast("#000000", WHITE), 1) == 21.0
    assert round(contrast("#767676", WHITE), 2) == 4.54
    assert is_readable("#767676")
    assert not is_readable("#777777")
