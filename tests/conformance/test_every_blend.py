"""What each blend makes of two values, whichever way they come."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.typed import same

JOINS: list[tuple[str, Any, Any, Any]] = [
    ("max", 3, 7, 7),
    ("min", 3, 7, 3),
    ("union", {1, 2}, {2, 3}, {1, 2, 3}),
    ("intersection", {1, 2}, {2, 3}, {2}),
    ("merge", {1}, {2}, {1, 2}),
    ("merge", {"a": {1}, "b": {"c": {2}}}, {"b": {"c": {3}}, "d": {4}}, {"a": {1}, "b": {"c": {2, 3}}, "d": {4}}),
    ("merge", ("interval", 0, 5), ("interval", 3, 9.5), ("interval", 3, 5)),
    ("interval", ("interval", 0, 5), ("interval", 3, 9.5), ("interval", 3, 5)),
    ("interval", ("interval", 0, 5), 4, 4),
    ("interval", ("interval", 0, 5.5), 5.5, 5.5),
    ("interval", 3, 3.0, 3.0),
    ("all", True, False, False),
    ("any", True, False, True),
    ("equal", "x", "x", "x"),
    ("map", {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
    ("map", {"a": {1}, "c": "x"}, {"a": {2}, "c": "x"}, {"a": {1, 2}, "c": "x"}),
    ("counter", 3, 4, 7),
    ("counter", 3, -5, -2),
    ("counter", 1, 0.5, 1.5),
]
CLASHES: list[tuple[str, Any, Any]] = [
    ("max", 1, "a"),
    ("min", True, 1),
    ("union", {1}, [1]),
    ("intersection", {1}, 1),
    ("merge", 1, 1.0),
    ("merge", "a", "b"),
    ("merge", {"a": {1}, "b": 1}, {"a": {2}, "b": 2}),
    ("merge", ("interval", 0, 1), ("interval", 2, 3)),
    ("merge", ("interval", 0, 2), 1),
    ("interval", ("interval", 0, 1), ("interval", 2, 3)),
    ("interval", ("interval", 0, 1), 2),
    ("interval", 1, 2),
    ("interval", ("interval", 0, 1), "a"),
    ("all", True, 1),
    ("any", False, None),
    ("equal", 1, 1.0),
    ("map", {"a": 1}, {"a": 2}),
    ("map", {"a": 1}, {1}),
    ("counter", 1, "a"),
    ("counter", 2**63 - 1, 1),
    ("counter", 1, True),
]
LATTICES = [join for join in JOINS if join[0] != "counter"]


def value(world: Any, data: Any) -> Any:
    if isinstance(data, tuple):
        return world.bl.Interval(*data[1:])
    return data


def is_(world: Any, found: Any, data: Any) -> bool:
    if isinstance(data, tuple):
        return same(found.low, data[1]) and same(found.high, data[2])
    if isinstance(data, dict):
        return found.keys() == data.keys() and all(is_(world, found[key], data[key]) for key in data)
    return bool(found == data) if isinstance(data, set) else same(found, data)


@pytest.mark.parametrize(("blend", "a", "b", "joined"), JOINS)
def test_two_writes_join_whichever_comes_first(world, net, blend, a, b, joined):
    for path, first, second in [("one", a, b), ("two", b, a)]:
        contact = net.contact(path, value(world, first), blend=blend)
        contact.value = value(world, second)
        assert is_(world, contact.value, joined)
        assert contact.blend == blend
        assert contact.contradiction is None


@pytest.mark.parametrize(("blend", "a", "b", "joined"), LATTICES)
def test_what_is_joined_already_changes_nothing(world, net, blend, a, b, joined):
    contact = net.contact("c", value(world, a), blend=blend)
    contact.value = value(world, b)
    tick = net.tick
    for again in (a, b, joined):
        contact.value = value(world, again)
    assert net.tick == tick
    assert is_(world, contact.value, joined)


@pytest.mark.parametrize(("blend", "a", "b", "joined"), JOINS)
def test_what_gadgets_and_wires_bring_joins(world, net, blend, a, b, joined):
    net.contact("c", blend=blend)
    net.contact("x")
    net.contact("y")

    @net.gadget(inputs={"x": "x"}, outputs=("c",))
    def pass_on(x):
        return x

    net.wire("y", "c", kind="directed")
    changes = world.changes(net, "c")
    net.update({"x": value(world, a), "y": value(world, b)})
    assert is_(world, net["c"], joined)
    assert len(changes) == 1


@pytest.mark.parametrize(("blend", "a", "b", "joined"), LATTICES)
def test_a_linked_register_is_given_the_join(world, net, blend, a, b, joined):
    net.contact("c", value(world, a), blend=blend)
    net.contact("register")
    net.wire("c", "register")
    net["register"] = value(world, b)
    assert is_(world, net["c"], joined)
    assert is_(world, net["register"], joined)


@pytest.mark.parametrize(("blend", "a", "b", "joined"), LATTICES)
def test_a_ring_of_lattices_agrees_on_the_join(world, net, blend, a, b, joined):
    for path in ("one", "two", "three"):
        net.contact(path, blend=blend)
    for start, end in [("one", "two"), ("two", "three"), ("three", "one")]:
        net.wire(start, end, kind="directed")
    with net.batch():
        net["one"] = value(world, a)
        net["three"] = value(world, b)
    assert all(is_(world, net[path], joined) for path in ("one", "two", "three"))


@pytest.mark.parametrize(("blend", "a", "b", "joined"), JOINS)
def test_every_event_of_a_stream_joins(world, net, blend, a, b, joined):
    net.contact("events", blend="stream")
    net.contact("c", blend=blend)
    net.wire("events", "c", kind="directed")
    with net.batch():
        net["events"] = value(world, a)
        net["events"] = value(world, b)
    assert is_(world, net["c"], joined)


@pytest.mark.parametrize(("blend", "a", "b", "joined"), JOINS)
def test_an_erased_contact_begins_anew(world, net, blend, a, b, joined):
    contact = net.contact("c", value(world, a), blend=blend)
    with net.batch():
        contact.erase()
        contact.value = value(world, b)
    assert is_(world, contact.value, b)


@pytest.mark.parametrize(("blend", "a", "b", "joined"), JOINS)
def test_what_joined_in_a_batch_that_fails_was_never_there(world, net, blend, a, b, joined):
    contact = net.contact("c", value(world, a), blend=blend)
    with pytest.raises(RuntimeError), net.batch():
        contact.value = value(world, b)
        assert is_(world, contact.value, joined)
        raise RuntimeError
    assert is_(world, contact.value, a)
    assert contact.version == 1


@pytest.mark.parametrize(("blend", "a", "b"), CLASHES)
def test_what_has_no_join_contradicts_either_way(world, net, blend, a, b):
    for path, first, second in [("one", a, b), ("two", b, a)]:
        contact = net.contact(path, value(world, first), blend=blend)
        contact.value = value(world, second)
        assert is_(world, contact.value, first)
        found = contact.contradiction
        assert is_(world, found.current, first)
        assert is_(world, found.incoming, second)
        assert (found.path, found.current_source, found.incoming_source) == (path, "external:", "external:")


@pytest.mark.parametrize(("blend", "a", "b"), CLASHES)
def test_what_has_no_join_raises_where_the_network_does(world, blend, a, b):
    net = world.Network(contradictions="raise")
    net.contact("other", 0)
    contact = net.contact("c", value(world, a), blend=blend)
    with pytest.raises(world.errors.ContradictionError), net.batch():
        net["other"] = 1
        contact.value = value(world, b)
    assert net["other"] == 0
    assert is_(world, contact.value, a)


def test_a_contradiction_names_the_gadget_and_the_wire_it_is_by(world, net):
    net.contact("c", blend="equal")
    net.contact("x")

    @net.gadget(inputs={"x": "x"}, outputs=("c",), name="maker")
    def maker(x):
        return x

    net["x"] = 1
    net.contact("y", 2)
    net.wire("y", "c", kind="directed")
    found = net.contacts["c"].contradiction
    assert (found.current, found.current_source) == (1, "maker")
    assert (found.incoming, found.incoming_source) == (2, "wire:y->c")


def test_the_first_write_stays_and_later_ones_are_kept_out_silently(world, net):
    contact = net.contact("c", blend="first")
    contact.value = "one"
    tick = net.tick
    contact.value = "two"
    assert (contact.value, contact.contradiction, net.tick) == ("one", None, tick)


def test_within_a_tick_the_oldest_write_is_first_whoever_fires_when(world, net):
    """The gadget made first writes last, behind a longer way."""
    for path in ("x", "behind", "way"):
        net.contact(path)
    contact = net.contact("c", blend="first")
    net.gadget("math.add", name="old", a="behind", b=100, sum="c")
    net.gadget("math.add", name="young", a="x", b=200, sum="c")
    net.gadget("math.add", a="x", b=1, sum="way")
    net.gadget("math.add", a="way", b=1, sum="behind")
    net["x"] = 0
    assert contact.value == 102
    contact.erase()
    with net.batch():
        net["x"] = 1
        contact.value = "from outside"
    assert contact.value == "from outside"


@pytest.mark.parametrize("ends", [("c", "register"), ("register", "c")])
def test_a_register_linked_to_a_first_is_given_what_came_first(net, ends):
    net.contact("c", blend="first")
    net.wire(*ends)
    net["register"] = 1
    net["register"] = 2
    assert (net["c"], net["register"]) == (1, 1)
    net.erase("register")
    assert (net["c"], net["register"]) == (1, 1)


def test_two_firsts_that_are_linked_agree_on_the_older_write(world, net):
    net.contact("c", blend="first")
    net.contact("d", blend="first")
    net.wire("c", "d")
    with net.batch():
        net["d"] = "older"
        net["c"] = "younger"
        net["d"] = "late"
    assert (net["c"], net["d"]) == ("older", "older")


def test_a_new_wire_to_a_counter_adds_the_content_once(world, net):
    net.contact("total", 1, blend="counter")
    net.contact("a", 5)
    net.wire("a", "total", kind="directed")
    assert net["total"] == 6
    with net.batch():
        net.contact("b", 7)
        net.wire("b", "total", kind="directed")
    assert net["total"] == 13
    with net.batch():
        net.contact("events", blend="stream")
        net["events"] = 10
        net["events"] = 20
        net.wire("events", "total", kind="directed")
    assert net["total"] == 43


def test_a_counter_is_not_linked_both_ways(world, net):
    net.contact("c", 1, blend="counter")
    with pytest.raises(world.errors.DeclarationError, match="counted again"):
        net.wire("c", "x")
    assert len(net.wires) == 0


class Longest:
    """The longer text; of two of one length the later in the alphabet. Numbers have no join with text."""

    def join(self, a, b):
        if isinstance(a, int) or isinstance(b, int):
            raise ValueError("texts only")
        return max(a, b, key=lambda text: (len(text), text))


class Failing:
    def join(self, a, b):
        return 1 / 0


class Sum:
    """Not idempotent, and so no lattice."""

    def join(self, a, b):
        return (a + b) % 1_000_003


def test_a_lattice_of_ones_own_joins(world, net):
    contact = net.contact("word", "ash", blend=Longest)
    contact.value = "maple"
    contact.value = "elm"
    assert contact.value == "maple"
    assert contact.blend == "tests.conformance.test_every_blend:Longest"
    assert net.contact("word", blend=Longest) == contact


def test_a_lattice_of_ones_own_contradicts_by_raising(world, net):
    contact = net.contact("word", "ash", blend=Longest)
    contact.value = 5
    assert (contact.value, contact.contradiction.incoming) == ("ash", 5)
    contact.value = "larch"
    assert (contact.value, contact.contradiction) == ("larch", None)


def test_another_lattice_under_the_same_path_is_a_conflict(world, net):
    net.contact("word", "ash", blend=Longest)
    for other in (Failing, "max"):
        with pytest.raises(world.errors.ConflictError):
            net.contact("word", blend=other)


def test_a_join_that_fails_takes_the_tick_back(world, net):
    net.contact("other", 0)
    contact = net.contact("c", 1, blend=Failing)
    with pytest.raises(world.errors.GadgetError, match="Failing"), net.batch():
        net["other"] = 1
        contact.value = 2
    assert (net["other"], contact.value) == (0, 1)
    with pytest.raises(world.errors.GadgetError):
        net.update({"other": 1, "c": 2})
    assert net["other"] == 0


def test_equal_values_are_not_joined(world, net):
    contact = net.contact("c", 1, blend=Failing)
    contact.value = 1
    assert contact.value == 1


def test_a_join_that_is_not_idempotent_is_bounded_as_a_cycle_is(world, net):
    net.contact("c", blend=Sum)
    net.contact("d", blend=Sum)
    net.wire("c", "d")
    net["c"] = 1
    with pytest.raises(world.errors.NotSettledError):
        net["c"] = 2
    assert (net["c"], net["d"]) == (1, 1)
