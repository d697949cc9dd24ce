"""Reading and writing by path: it never creates, and what is not there is named with what is."""

from __future__ import annotations

import pytest

import bassline as bl


@pytest.fixture
def kitchen(net):
    net.contact("sensors/kitchen/peak", 21.0)
    net.contact("total", 1)
    return net


def unknown(call):
    with pytest.raises(bl.UnknownContactError) as caught:
        call()
    return str(caught.value)


def test_writing_to_an_unknown_path_creates_nothing_and_names_the_nearest(kitchen):
    message = unknown(lambda: kitchen.__setitem__("totl", 5))
    assert "no contact 'totl'" in message
    assert "did you mean 'total'?" in message
    assert list(kitchen.contacts) == ["sensors/kitchen/peak", "total"]
    assert kitchen.tick == 2


@pytest.mark.parametrize("path", ["totl", "sensors/kitchen/peek", "sensors/kitchn/peak", "nowhere/at/all", "", "/"])
def test_every_call_that_takes_a_path_refuses_an_unknown_one(kitchen, path):
    calls = {
        "read": lambda: kitchen[path],
        "write": lambda: kitchen.__setitem__(path, 1),
        "erase": lambda: kitchen.erase(path),
        "update": lambda: kitchen.update({"total": 2, path: 1}),
        "why": lambda: kitchen.why(path),
        "handle": lambda: kitchen.contacts[path],
    }
    for name, call in calls.items():
        assert "no contact" in unknown(call), name
    assert list(kitchen.contacts) == ["sensors/kitchen/peak", "total"]
    assert (kitchen["total"], kitchen.tick) == (1, 2)


def test_a_group_is_no_contact_and_the_message_says_so(kitchen):
    assert "it is a group" in unknown(lambda: kitchen["sensors/kitchen"])


def test_get_answers_the_default_for_an_unknown_path_and_for_an_empty_contact(kitchen):
    kitchen.contact("empty")
    assert kitchen.get("typo") is None
    assert kitchen.get("typo", 7) == 7
    assert kitchen.get("empty", 7) == 7
    assert kitchen.get("total", 7) == 1
    assert kitchen["empty"] is bl.Nothing


def test_in_asks_whether_a_contact_is_there(kitchen):
    assert "total" in kitchen
    assert "sensors/kitchen/peak" in kitchen
    assert "sensors/kitchen" not in kitchen
    assert "typo" not in kitchen


def test_the_mappings_raise_a_key_error_and_list_what_is_there(kitchen):
    gadget = kitchen.gadget("math.add", name="plus", a="total", b=1, sum="next")
    wire = kitchen.wire("next", "seen", kind="directed")
    for mapping in (kitchen.contacts, kitchen.groups, kitchen.gadgets, kitchen.wires):
        with pytest.raises(KeyError):
            mapping["typo"]
        assert mapping.get("typo") is None
    assert kitchen.gadgets["plus"] == gadget
    assert dict(kitchen.wires) == {"next->seen": wire}
    assert [group.path for group in kitchen.groups.values()] == ["sensors", "sensors/kitchen"]
    assert [contact.path for contact in kitchen.contacts.match("sensors/**")] == ["sensors/kitchen/peak"]


def test_a_path_of_a_group_is_relative_to_it(kitchen):
    kitchen.group("sensors/kitchen").contact("low", 3)
    assert kitchen["sensors/kitchen/low"] == 3


def test_an_empty_name_in_a_path_is_refused(kitchen):
    for path in ("", "a//b", "a/", "/"):
        with pytest.raises(bl.DeclarationError):
            kitchen.contact(path)
    assert "a" not in kitchen.groups
