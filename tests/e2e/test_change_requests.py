"""Change requests over real sockets: the client asks the bot, staff decide, the client is told."""

from dataclasses import replace
from typing import Any

import pytest

from server import Running
from storage.activity import ActivityQuery
from storage.change_requests import ChangeRequest
from storage.staff import Staff
from tests.cast import MARIA, NOW, RAY, RIVAL_RAY
from tests.e2e.running import Door, Person

TECHNICIAN = Staff(id="tim", shop="garage", external_id="S9", email="tim@g.example", name="Tim", role="technician")


async def conversation_of(person: Person) -> str:
    conversation: str = (await person.ask("sync"))["conversation"]["id"]
    return conversation


async def ask_for_a_new_address(maria: Person) -> None:
    asked = await maria.answer_to(await maria.say("my new email is m.lopez@mail.example"))
    assert "m.lopez@mail.example" in asked["text"]
    await maria.answer_to(await maria.say("yes"))


async def card_of(staff: Person, conversation: str) -> dict[str, Any]:
    card: dict[str, Any] = (await staff.ask("open", {"conversation": conversation}))["client"]
    return card


REQUEST = ChangeRequest(
    id="r1",
    shop="garage",
    client_id=MARIA.id,
    field="phone",
    old="+15125550101",
    new="+15125550199",
    conversation="c",
    message_id="m",
    at=NOW,
)


async def put(running: Running, request: ChangeRequest = REQUEST) -> None:
    await running.store.change_requests.append(request)


async def test_a_wish_is_written_down_shown_to_staff_accepted_and_told(door: Door, running: Running) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await ask_for_a_new_address(maria)
    (shown,) = (await card_of(ray, await conversation_of(maria)))["change_requests"]
    assert (shown["field"], shown["old"], shown["new"]) == ("email", "maria@mail.example", "m.lopez@mail.example")
    assert (await running.store.clients.get("garage", MARIA.id)).email == "maria@mail.example"
    decided = await ray.ask("decide_change", {"id": shown["id"], "accept": True})
    assert (decided["client"]["email"], decided["client"]["change_requests"]) == ("m.lopez@mail.example", [])
    client = await running.store.clients.get("garage", MARIA.id)
    assert (client.email, [held.field for held in client.held]) == ("m.lopez@mail.example", ["email"])
    told = await maria.hear("message", lambda message: message["author"]["kind"] == "system")
    assert told["text"] == "Done: Garage on Elm has your new e-mail, m.lopez@mail.example."


async def test_pressed_twice_it_is_done_and_told_once(door: Door, running: Running) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    await put(running)
    for _ in range(2):
        assert (await ray.ask("decide_change", {"id": "r1", "accept": True}))["ok"]
    assert (await running.store.clients.get("garage", MARIA.id)).phones == ("+15125550199",)
    messages = (await maria.ask("sync"))["messages"]
    assert [one["text"] for one in messages if one["author"]["kind"] == "system"] == [
        "Done: Garage on Elm has your new phone number, (512) 555-0199."
    ]
    noted = await running.store.activity.list("garage", ActivityQuery(group="change_request"), 5)
    decided = [one for one in noted.entries if one.action == "change_request.accepted"]
    assert [(one.actor.id, one.subject, one.details["after"]) for one in decided] == [
        ("ray", "Maria Lopez", "+15125550199")
    ]
    (told,) = await running.store.notifications.list_for_client("garage", MARIA.id)
    assert (told.kind, told.scope.page, set(told.title)) == ("change_decided", "profile", {"en", "es"})
    assert told.text["es"] == "Listo: Garage on Elm ya anotó el cambio (teléfono): (512) 555-0199."
    assert MARIA.id in [one.id for one in await running.store.clients.find_by_phone("garage", "+15125550199")]


async def test_what_a_crash_left_undone_is_shown_again_and_done(door: Door, running: Running) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    await put(running)
    await running.store.change_requests.decide("garage", "r1", accept=True, by=RAY.id, at=NOW)
    card = await card_of(ray, await conversation_of(maria))
    assert [one["id"] for one in card["change_requests"]] == ["r1"]
    assert (await ray.ask("decide_change", {"id": "r1", "accept": True}))["ok"]
    assert (await running.store.clients.get("garage", MARIA.id)).phones == ("+15125550199",)


async def test_what_is_declined_changes_nothing_and_is_told_in_the_clients_language(
    door: Door, running: Running
) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hola, buenos días, ¿qué tal?"))
    await put(running)
    assert (await ray.ask("decide_change", {"id": "r1", "accept": False}))["ok"]
    told = await maria.hear("message", lambda message: message["author"]["kind"] == "system")
    assert told["text"].startswith("Garage on Elm no hizo el cambio que pidió (teléfono: (512) 555-0199).")
    assert (await running.store.clients.get("garage", MARIA.id)).phones == MARIA.phones
    refused = await ray.ask("decide_change", {"id": "r1", "accept": True})
    assert refused["error"]["code"] == "conflict"
    assert (await running.store.clients.get("garage", MARIA.id)).phones == MARIA.phones


@pytest.mark.parametrize("accept", [True, False])
async def test_what_the_client_took_back_is_decided_no_more(door: Door, running: Running, accept: bool) -> None:
    ray, maria = await door.staff(RAY.id), await door.signed_in(MARIA.id)
    await maria.answer_to(await maria.say("hello"))
    await put(running)
    assert await running.store.change_requests.withdraw("garage", MARIA.id, "r1", NOW)
    refused = await ray.ask("decide_change", {"id": "r1", "accept": accept})
    assert (refused["error"]["code"], "withdrawn" in refused["error"]["message"]) == ("conflict", True)
    assert (await running.store.clients.get("garage", MARIA.id)).phones == MARIA.phones
    assert all(one["author"]["kind"] != "system" for one in (await maria.ask("sync"))["messages"])
    assert await running.store.notifications.list_for_client("garage", MARIA.id) == []


async def test_a_second_number_is_added_beside_the_first(door: Door, running: Running) -> None:
    ray = await door.staff(RAY.id)
    await put(running, replace(REQUEST, id="r2", old=None, new="+15125550144"))
    assert (await ray.ask("decide_change", {"id": "r2", "accept": True}))["ok"]
    client = await running.store.clients.get("garage", MARIA.id)
    assert client.phones == ("+15125550101", "+15125550144")


async def test_a_plate_is_changed_on_its_car_and_held(door: Door, running: Running) -> None:
    ray = await door.staff(RAY.id)
    await put(running, replace(REQUEST, field="plate", vehicle_id="civic", old="KTX4821", new="KLM4821"))
    assert (await ray.ask("decide_change", {"id": "r1", "accept": True}))["client"]["vehicles"][0]["plate"] == "KLM4821"
    civic = await running.store.vehicles.get("garage", "civic")
    assert (civic.plate, [held.field for held in civic.held]) == ("KLM4821", ["plate"])


@pytest.mark.parametrize(
    ("staff", "code"), [((RIVAL_RAY.id, "rival"), "not_found"), ((TECHNICIAN.id, "garage"), "forbidden")]
)
async def test_another_shop_and_a_technician_decide_nothing(
    door: Door, running: Running, staff: tuple[str, str], code: str
) -> None:
    await running.store.staff.put(TECHNICIAN)
    await put(running)
    other = await door.staff(*staff)
    assert (await other.ask("decide_change", {"id": "r1", "accept": True}))["error"]["code"] == code
    assert len(await running.store.change_requests.list_waiting("garage")) == 1
    assert (await running.store.clients.get("garage", MARIA.id)).phones == MARIA.phones


@pytest.mark.parametrize("payload", [{}, {"id": "r1"}, {"id": "", "accept": True}, {"id": "r1", "accept": "yes"}])
async def test_what_is_malformed_is_refused(door: Door, payload: dict[str, Any]) -> None:
    ray = await door.staff(RAY.id)
    assert (await ray.ask("decide_change", payload))["error"]["code"] == "bad_request"
