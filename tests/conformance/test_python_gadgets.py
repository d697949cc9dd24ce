"""Python functions as gadgets."""

from __future__ import annotations

import pytest


def test_parameters_are_contacts_by_name_and_the_function_name_is_the_output(world, net):
    net.contact("a", 2)
    net.contact("b", 3)

    @net.gadget
    def product(a, b):
        return a * b

    assert net["product"] == 6
    net["a"] = 10
    assert net["product"] == 30
    assert product(4, 5) == 20


def test_a_parameter_with_a_default_is_optional(world, net):
    net.contact("total", 100)
    net.contact("rate")

    @net.gadget
    def gross(total, rate=0.5):
        return total * (1 + rate)

    assert net["gross"] == 150.0
    net["rate"] = 0.25
    assert net["gross"] == 125.0
    net.erase("rate")
    assert net["gross"] == 150.0


def test_a_required_parameter_without_content_waits(world, net):
    net.contact("a", 1)

    @net.gadget
    def total(a, b):
        return a + b

    assert net["total"] is world.Nothing
    net["b"] = 2
    assert net["total"] == 3
    net.erase("b")
    assert net["total"] is world.Nothing


def test_inputs_and_outputs_can_be_bound_by_hand(world, net):
    total = net.contact("total", 10)
    low = net.contact("low")

    @net.gadget(inputs={"t": total, "step": 2}, outputs=(low, "high"))
    def band(t, step):
        return t - step, t + step

    assert (net["low"], net["high"]) == (8, 12)
    assert band(1, 1) == (0, 2)


def test_a_single_output_takes_the_result_as_it_is(world, net):
    net.contact("a", 1)

    @net.gadget(outputs="out")
    def pair(a):
        return {"a": a, "list": [a, a]}

    assert net["out"] == {"a": 1, "list": [1, 1]}


def test_a_dict_gives_several_outputs_by_name_and_may_leave_some_out(world, net):
    net.contact("a", 1)

    @net.gadget(outputs=("low", "high"))
    def band(a):
        return {"low": a - 1, "high": a + 1} if a < 10 else {"high": a + 1}

    assert (net["low"], net["high"]) == (0, 2)
    net["a"] = 10
    assert (net["low"], net["high"]) == (0, 11)


@pytest.mark.parametrize("result", [(1,), (1, 2, 3), 5, {"typo": 1}, None])
def test_a_result_that_does_not_fit_several_outputs_is_a_gadget_error(world, net, result):
    net.contact("a", 1)
    with pytest.raises(world.errors.GadgetError):

        @net.gadget(outputs=("low", "high"))
        def band(a):
            return result


def test_nothing_writes_nothing(world, net):
    net.contact("a", 1)

    @net.gadget
    def positive(a):
        return a if a > 0 else world.Nothing

    net["a"] = -5
    assert net["positive"] == 1
    net["a"] = 7
    assert net["positive"] == 7


def test_nothing_in_a_tuple_leaves_that_output_as_it_is(world, net):
    net.contact("a", 1)

    @net.gadget(outputs=("x", "y"))
    def both(a):
        return (a, a) if a < 5 else (world.Nothing, a)

    net["a"] = 6
    assert (net["x"], net["y"]) == (1, 6)


def test_none_is_a_result(world, net):
    net.contact("a", 1)

    @net.gadget
    def nulled(a):
        return None

    assert net["nulled"] is None


def test_a_parameter_means_the_contact_of_its_group_and_else_of_the_root(world, net):
    group = net.group("g")
    group.contact("a", 1)
    net.contact("a", 100)
    net.contact("rate", 7)

    @group.gadget
    def total(a, rate):
        return a * rate

    assert net["g/total"] == 7
    net["rate"] = 8
    assert net["g/total"] == 8
    assert "total" not in net.contacts


def test_a_python_gadget_on_a_stream_fires_per_event(world, net):
    net.contact("s", blend="stream")
    seen = []

    @net.gadget
    def last(s):
        seen.append(s)
        return s

    with net.batch():
        net["s"] = 1
        net["s"] = 1
        net["s"] = 2
    assert seen == [1, 1, 2]
    assert net["last"] == 2


def test_a_python_gadget_cannot_mutate_content(world, net):
    net.contact("a", [1, 2])

    @net.gadget
    def longer(a):
        a.append(3)
        return a

    assert net["a"] == [1, 2]
    assert net["longer"] == [1, 2, 3]


def test_an_exception_rolls_the_tick_back_and_is_the_cause_of_a_gadget_error(world, net):
    net.contact("a", 1)
    net.contact("b", 1)

    @net.gadget
    def inverse(a):
        return 1 / a

    with pytest.raises(world.errors.GadgetError, match="inverse") as caught, net.batch():
        net["b"] = 2
        net["a"] = 0
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert (net["a"], net["b"], net["inverse"]) == (1, 1, 1.0)


def test_a_result_outside_64_bits_is_a_gadget_error(world, net):
    net.contact("a", 1)

    @net.gadget
    def big(a):
        return 10**a

    with pytest.raises(world.errors.GadgetError):
        net["a"] = 30
    assert net["big"] == 10


def test_a_gadget_that_failed_at_its_declaration_was_not_declared(world, net):
    net.contact("a", 0)
    with pytest.raises(world.errors.GadgetError):

        @net.gadget
        def inverse(a):
            return 1 / a

    assert sorted(net.contacts) == ["a"]
    assert list(net.gadgets) == []


def test_declaring_the_same_function_again_is_the_same_gadget(world, net):
    net.contact("a", 1)
    for _ in range(2):

        @net.gadget
        def double(a):
            return a * 2

    assert list(net.gadgets) == ["double"]
    assert world.firings(net, "double") == 1


def test_a_function_of_the_same_name_with_other_bindings_is_a_conflict(world, net):
    net.contact("a", 1)
    net.contact("b", 1)

    @net.gadget
    def double(a):
        return a * 2

    with pytest.raises(world.errors.ConflictError):
        net.gadget(inputs={"a": "b"})(double)


# on_error="contain"


def contained(net):
    net.contact("a", 1)

    @net.gadget(on_error="contain")
    def inverse(a):
        return 12 / a

    net.gadget("math.add", name="after", a="inverse", b=1, sum="x")


def test_a_contained_error_puts_the_output_in_a_fault_and_the_rest_of_the_tick_commits(world, net):
    contained(net)
    assert net.contacts["inverse"].fault is None
    net.contact("b", 1)
    tick = net.tick
    with net.batch():
        net["a"] = 0
        net["b"] = 2
    assert net.tick == tick + 1
    assert (net["a"], net["b"]) == (0, 2)
    assert net.contacts["inverse"].fault is not None
    assert "division" in str(net.contacts["inverse"].fault)
    assert net.contacts["a"].fault is None


def test_nothing_flows_on_from_a_fault_and_the_content_stays(world, net):
    contained(net)
    changes = world.changes(net)
    tick = net.tick
    net["a"] = 0
    assert (net["inverse"], net["x"]) == (12.0, 13.0)
    assert world.firings(net, "after") == 1
    assert changes == [(tick + 1, "a", 1, 0)]


def test_a_later_success_clears_the_fault(world, net):
    contained(net)
    net["a"] = 0
    net["a"] = 1
    assert net.contacts["inverse"].fault is None
    net["a"] = 0
    net["a"] = 3
    assert net.contacts["inverse"].fault is None
    assert (net["inverse"], net["x"]) == (4.0, 5.0)


def test_a_contained_error_at_declaration_leaves_an_empty_output_in_a_fault(world, net):
    net.contact("a", 0)
    net.gadget("math.divide", a=1, b="a", quotient="x", on_error="contain")
    assert net["x"] is world.Nothing
    assert net.contacts["x"].fault is not None


def test_all_outputs_of_a_failed_gadget_are_in_a_fault(world, net):
    net.contact("a", 1)

    @net.gadget(outputs=("x", "y"), on_error="contain")
    def both(a):
        return 1 / a, 2 / a

    net["a"] = 0
    assert net.contacts["x"].fault is not None
    assert net.contacts["y"].fault is not None
    assert (net["x"], net["y"]) == (1.0, 2.0)


def test_a_fault_of_one_event_is_cleared_by_the_next(world, net):
    net.contact("s", blend="stream")
    net.contact("out", blend="stream")
    net.gadget("math.divide", a=12, b="s", quotient="out", on_error="contain")
    log = world.log(net, "out")
    with net.batch():
        net["s"] = 1
        net["s"] = 0
        net["s"] = 2
    assert log == [12.0, 6.0]
    assert net.contacts["out"].fault is None
    net["s"] = 0
    assert net.contacts["out"].fault is not None
    assert net["out"] == 6.0


def test_a_fault_is_rolled_back_with_its_tick(world, net):
    contained(net)
    with pytest.raises(RuntimeError, match="stop"), net.batch():
        net["a"] = 0
        raise RuntimeError("stop")
    assert net.contacts["inverse"].fault is None


def test_a_success_that_produces_nothing_lifts_a_fault(world, net):
    net.contact("a", -1)

    @net.gadget(outputs="b", on_error="contain")
    def fussy(a):
        if a < 0:
            raise ValueError("negative")
        return world.Nothing

    assert net.contacts["b"].fault is not None
    net["a"] = 1
    assert net.contacts["b"].fault is None


def test_a_contact_stays_in_a_fault_until_every_gadget_that_failed_has_succeeded(world, net):
    def short(x):
        if len(x) > 2:
            raise ValueError("too long")
        return x

    net.contact("a", "abc")
    net.contact("b", "abc")
    net.gadget(short, name="one", inputs={"x": "a"}, outputs=("out",), on_error="contain")
    net.gadget(short, name="two", inputs={"x": "b"}, outputs=("out",), on_error="contain")
    net["b"] = "b"
    assert net["out"] == "b"
    assert net.contact("out").fault is not None
    net["a"] = "a"
    assert net.contact("out").fault is None


@pytest.mark.parametrize(("start", "end"), [("good", "sum"), ("sum", "good"), ("bad", "sum"), ("sum", "bad")])
def test_what_a_wire_brings_when_it_is_connected_lifts_no_fault_in_either_direction(world, net, start, end):
    net.contact("bad", None)
    net.contact("good", 5)
    net.gadget("math.add", name="add", on_error="contain", a="bad", b="bad", sum="sum")
    net.wire(start, end)
    assert net["sum"] == (5 if "good" in (start, end) else None)
    assert net.contacts["sum"].fault is not None


def test_a_fault_that_reads_the_same_again_uses_no_tick(world, net):
    """Both zeros read alike: what a cycle comes to again is no other fault for the sign of its zero."""
    net.gadget("math.divide", name="half", a="a", b=2, quotient="b")
    net.gadget("math.divide", a="a", b=0, quotient="b", on_error="contain")
    net.wire("a", "b", kind="bidirectional")
    net["b"] = 1.0
    text = str(net.contacts["b"].fault)
    tick = net.tick
    net["b"] = -1.0
    assert (net["b"], str(net.contacts["b"].fault)) == (0.0, text)
    assert net.tick == tick
