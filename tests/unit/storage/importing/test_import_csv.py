"""CSV: one file per type, nested columns, lists as JSON."""

import json
from pathlib import Path

import pytest

from storage.importing.importer import import_files
from storage.importing.reader import UnreadableFile, read_lines
from storage.store import Storage
from tests.unit.storage.importing.conftest import SHOP, Take


def written(folder: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding=encoding, newline="")
    return path


async def test_files_are_known_by_their_names(take: Take, store: Storage, tmp_path: Path):
    await take(SHOP)
    clients = written(
        tmp_path,
        "Clients.csv",
        "external_id,name,phones,address.street,consent.service,email\n"
        'c1,"Ruiz, Ana","[""512 555 0142""]",1 Main,true,\n',
        "utf-8-sig",
    )
    vehicle = written(tmp_path, "vehicle.csv", "external_id;client;year;make;model\r\n7;c1;2019;Honda;Civic\r\n")
    account = await import_files(store, [vehicle, clients], shop="garage")
    assert account.refusals == []
    (client,) = await store.clients.list("garage")
    assert (client.name, client.phones, client.email) == ("Ruiz, Ana", ("+15125550142",), None)
    assert client.address is not None
    assert client.address.street == "1 Main"
    assert client.consent is not None
    assert client.consent.service
    assert [one.title for one in await store.vehicles.list("garage")] == ["2019 Honda Civic"]


async def test_a_shop_may_be_a_csv_too(store: Storage, tmp_path: Path):
    flat = {
        name: content
        for name, content in SHOP.items()
        if name not in ("type", "address", "hours", "booking", "sections")
    }
    flat |= {f"address.{name}": content for name, content in SHOP["address"].items()}
    flat |= {f"booking.{name}": content for name, content in SHOP["booking"].items()}
    flat |= {f"hours.{name}": content for name, content in SHOP["hours"].items()}
    cells = [json.dumps(cell) if isinstance(cell, list) else str(cell) for cell in flat.values()]
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    account = await import_files(store, [written(tmp_path, "shop.csv", ",".join(flat) + "\n" + quoted + "\n")])
    assert account.refusals == []
    assert (await store.shops.get("garage")).hours["mon"] == (("07:30", "12:00"), ("13:00", "17:30"))


async def test_refused_rows_are_known_by_line_even_after_a_cell_with_line_breaks(
    take: Take, store: Storage, tmp_path: Path
):
    await take(SHOP)
    path = written(tmp_path, "clients.csv", 'external_id,name,note\nc1,Ana,"one\ntwo"\n\nc2,,\nc3,Bo,x,y\nc4,Cy,\n')
    account = await import_files(store, [path], shop="garage")
    assert [(refusal.line, refusal.field) for refusal in account.refusals] == [(5, "name"), (6, "")]
    assert account.counts["client"]["created"] == 2


async def test_an_unknown_column_is_refused_by_name(take: Take, store: Storage, tmp_path: Path):
    await take(SHOP)
    path = written(tmp_path, "clients.csv", "external_id,name,surname\nc1,Ana,Ruiz\n")
    account = await import_files(store, [path], shop="garage")
    assert [(refusal.line, refusal.field) for refusal in account.refusals] == [(2, "surname")]


def test_a_column_may_name_the_type(tmp_path: Path):
    path = written(tmp_path, "export.csv", "type,external_id,name\nclient,c1,Ana\n")
    assert [line.fields for line in read_lines(path)] == [{"type": "client", "external_id": "c1", "name": "Ana"}]


@pytest.mark.parametrize("text", ["external_id,name\nc1,Ana\n", "type,name,name\nclient,a,b\n", ""])
def test_a_file_that_says_not_what_it_is_cannot_be_read(tmp_path: Path, text: str):
    with pytest.raises(UnreadableFile):
        list(read_lines(written(tmp_path, "export.csv", text)))


def test_bytes_that_are_not_utf_8_are_refused_row_by_row(tmp_path: Path):
    path = tmp_path / "clients.csv"
    path.write_bytes(b"external_id,name\nc1,Jos\xe9\nc2,Ana\n")
    assert len(list(read_lines(path))) == 2


def test_a_cell_that_is_no_json_is_refused(tmp_path: Path):
    path = written(tmp_path, "clients.csv", "external_id,name,phones\nc1,Ana,512 555 0142\n")
    assert [(line.kind, line.field, line.problem) for line in read_lines(path)] == [
        ("client", "phones", "is not valid JSON")
    ]
