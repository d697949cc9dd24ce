"""A tick that a driver will never take is put aside, told once, and can be tried again or let go of."""

from __future__ import annotations

import pytest

import bassline as bl
from tests.kernel.scripted import Keep, Refuses


@pytest.fixture
def refuses(net):
    net.contact("x", 0)
    driver = Refuses("poison")
    net.attach(driver, name="picky", snapshot=False, max_age=3600)
    yield driver
    driver.go.set()


def write(net, values):
    for value in values:
        net["x"] = value


@pytest.mark.parametrize("at", [0, 1, 50, 98, 99])
def test_one_poisonous_tick_among_many_is_found_and_the_rest_goes_through_in_order(net, refuses, at):
    values = list(range(100, 200))
    values[at] = "poison"
    write(net, values)
    with pytest.raises(bl.DriverError) as caught:
        net.flush()
    assert refuses.values == [value for value in values if value != "poison"]
    assert "ValueError: cannot take ['poison']; it is put aside as a dead letter" in str(caught.value)
    assert (caught.value.driver, caught.value.tick, caught.value.committed) == ("picky", 2 + at, True)
    (letter,) = net.dead_letters("picky")
    assert (letter.driver, letter.tick, letter.error) == ("picky", 2 + at, "ValueError: cannot take ['poison']")
    (change,) = letter.changes
    assert (change.path, change.new, change.tick) == ("x", "poison", 2 + at)
    assert net["x"] == values[-1]


def test_it_is_told_once_and_the_driver_goes_on(net, refuses):
    write(net, [1, "poison", 2])
    with pytest.raises(bl.DriverError, match="put aside"):
        net.flush()
    net.flush()
    write(net, [3])
    net.flush()
    assert refuses.values == [1, 2, 3]
    assert net.drivers["picky"]["dead_letters"] == 1
    assert net.drivers["picky"]["failure"] is None
    net.close()


def test_several_are_told_together(net, refuses):
    write(net, ["poison", 1, "poison", 2, "poison"])
    with pytest.raises(bl.DriverError, match="tick 2: .*; it and 2 more are put aside as dead letters"):
        net.flush()
    assert [letter.tick for letter in net.dead_letters()] == [2, 4, 6]


def test_closing_says_so_when_nobody_has_flushed(net, refuses):
    write(net, [1, "poison", 2])
    with pytest.raises(bl.DriverError, match="'picky': .*cannot take.*put aside as a dead letter"):
        net.close()
    assert refuses.values == [1, 2]
    assert refuses.ends == [False]


def test_what_is_requeued_is_taken_and_gone(net, refuses):
    write(net, [1, "poison", 2])
    with pytest.raises(bl.DriverError):
        net.flush()
    refuses.poison.clear()
    letters = net.dead_letters("picky")
    assert letters.requeue() == 1
    net.flush()
    assert refuses.values == [1, 2, "poison"]
    assert refuses.changes[-1].tick == 3
    assert len(letters) == 1
    assert len(net.dead_letters("picky")) == 0


def test_what_is_requeued_and_refused_again_is_put_aside_again_and_told(net, refuses):
    write(net, [1, "poison", 2])
    with pytest.raises(bl.DriverError):
        net.flush()
    (before,) = net.dead_letters()
    net.dead_letters().requeue()
    with pytest.raises(bl.DriverError, match="cannot take.*put aside"):
        net.flush()
    (after,) = net.dead_letters()
    assert (after.tick, after.tries, after.id > before.id) == (3, before.tries + 1, True)
    assert refuses.values == [1, 2]
    net.flush()


def test_requeued_letters_are_tried_once_each_however_often_they_are_asked_for(net, refuses):
    write(net, ["poison", "poison!", "poison"])
    refuses.poison.add("poison!")
    with pytest.raises(bl.DriverError):
        net.flush()
    refuses.poison.clear()
    refuses.hold()
    letters = net.dead_letters()
    assert len(letters) == 3
    letters.requeue(letters[:1])
    assert refuses.entered.wait(60)
    for _ in range(3):
        letters.requeue()
    refuses.go.set()
    net.flush()
    assert refuses.values == ["poison", "poison!", "poison"]


def test_what_is_purged_is_gone_for_good_even_if_it_was_to_be_tried_again(net, refuses):
    write(net, ["poison", 0, "poison"])
    with pytest.raises(bl.DriverError):
        net.flush()
    refuses.poison.clear()
    refuses.hold()
    write(net, [1])
    letters = net.dead_letters()
    letters.requeue(letters[:1])
    assert refuses.entered.wait(60)
    letters.requeue(letters[1:])
    assert letters.purge(letters[1:]) == 1
    refuses.go.set()
    net.flush()
    assert sorted(map(str, refuses.values)) == ["0", "1", "poison"]
    assert len(net.dead_letters()) == 0
    assert letters.purge() == 0


def test_a_driver_that_refuses_a_hundred_in_a_row_has_failed(net):
    class Nothing(Keep):
        def handle_changes(self, batch):
            raise ValueError("no")

    net.contact("x", 0)
    net.attach(Nothing(), name="nothing", snapshot=False, max_age=3600)
    write(net, range(1, 301))
    with pytest.raises(bl.DriverError, match="refused 100 ticks in a row"):
        net.flush()
    assert net.drivers["nothing"]["state"] == "failed"
    assert len(net.dead_letters("nothing")) == 100
    net["x"] = "on"


def test_what_cannot_be_taken_of_the_snapshot_ends_the_driver(net):
    net.contact("x", "poison")
    refuses = Refuses("poison")
    net.attach(refuses, name="picky")
    with pytest.raises(bl.DriverError, match="cannot take"):
        net.flush()
    assert len(net.dead_letters()) == 0


def test_letters_bear_the_names_of_their_time(net, refuses):
    net.contact("old/name", "poison")
    net.remove("old")
    net.contact("new", 1)
    with pytest.raises(bl.DriverError):
        net.flush()
    (letter,) = net.dead_letters()
    assert [(change.path, change.new) for change in letter.changes] == [("old/name", "poison")]
    refuses.poison.clear()
    net.dead_letters().requeue()
    net.flush()
    assert [(change.path, change.new) for change in refuses.changes] == [("new", 1), ("old/name", "poison")]


def test_letters_stay_when_their_driver_is_detached_and_go_to_who_takes_its_name(net, refuses):
    write(net, [1, "poison"])
    with pytest.raises(bl.DriverError, match="put aside"):
        net.flush()
    net.detach("picky")
    (letter,) = net.dead_letters()
    assert (letter.driver, letter.tick, letter.changes[0].new) == ("picky", 3, "poison")
    assert net.dead_letters().requeue() == 1
    keep = Keep()
    net.attach(keep, name="picky", snapshot=False)
    net.flush()
    assert (keep.values, len(net.dead_letters())) == (["poison"], 0)


def test_a_store_driver_has_no_dead_letters_and_the_next_write_says_what_it_is_missing(net):
    class Store(bl.StorageDriver, Refuses):
        pass

    net.contact("x", 0)
    net.attach(Store("poison"), name="store", snapshot=False)
    net["x"] = "poison"
    with pytest.raises(bl.DriverError, match="cannot take"):
        net.flush()
    with pytest.raises(bl.DriverError, match="cannot take"):
        net["x"] = 1
    assert (net["x"], len(net.dead_letters())) == ("poison", 0)


def test_a_letter_of_a_member_of_a_compound_is_found_by_the_compounds_name_and_by_its_own(net):
    refuses, keep = Refuses("poison"), Keep()
    net.contact("x", 0)
    net.attach(bl.Compound({"picky": refuses, "keep": keep}), name="both", snapshot=False)
    write(net, [1, "poison", 2])
    with pytest.raises(bl.DriverError, match="'both/picky'.*put aside"):
        net.flush()
    assert (refuses.values, keep.values) == ([1, 2], [1, "poison", 2])
    assert [letter.driver for letter in net.dead_letters("both/picky")] == ["both/picky"]
    assert [letter.driver for letter in net.dead_letters("both")] == ["both/picky"]
    refuses.poison.clear()
    assert net.dead_letters("both").requeue() == 1
    net.flush()
    assert (refuses.values, keep.values) == ([1, 2, "poison"], [1, "poison", 2])
