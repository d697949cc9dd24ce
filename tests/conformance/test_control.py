"""Gates and switches: which value goes where, and what is left behind."""

from __future__ import annotations

import pytest

from tests.conformance.computing import compute

CHOOSING = [
    ("control.switch", {"condition": "choice", "true": "one", "false": "zero"}),
    ("control.mux", {"selector": "choice", "in1": "one", "in0": "zero"}),
]


@pytest.fixture(params=CHOOSING, ids=["switch", "mux"])
def chooser(request, world, net):
    primitive, ports = request.param
    net.contact("one", "first")
    net.gadget(primitive, name="chooser", **ports, result="out")
    return net


def test_the_chosen_input_is_passed_on(world, chooser):
    net = chooser
    net["zero"] = None
    assert net["out"] is world.Nothing
    net["choice"] = True
    assert net["out"] == "first"
    net["choice"] = False
    assert net["out"] is None
    net["zero"] = [1]
    assert net["out"] == [1]


def test_the_input_that_is_not_chosen_may_be_empty(world, chooser):
    net = chooser
    net["choice"] = True
    assert net["out"] == "first"
    net["one"] = "other"
    assert net["out"] == "other"


def test_choosing_an_empty_input_leaves_no_stale_value_behind(world, chooser):
    net = chooser
    net["choice"] = True
    net["choice"] = False
    assert net["out"] is world.Nothing
    net["zero"] = 0
    assert net["out"] == 0
    net.erase("zero")
    assert net["out"] is world.Nothing
    net["choice"] = True
    assert net["out"] == "first"


def test_what_someone_else_wrote_is_not_lost_with_an_empty_choice(world, chooser):
    net = chooser
    net["choice"] = True
    net["out"] = "mine"
    net["choice"] = False
    assert net["out"] == "mine"


def test_the_choice_is_needed(world, chooser):
    net = chooser
    net["choice"] = True
    net.erase("choice")
    assert net["out"] is world.Nothing


def test_an_empty_choice_is_no_firing_and_a_wrong_one_is_an_error_of_a_firing(world, chooser):
    net = chooser
    net["choice"] = False
    assert world.firings(net, "chooser") == 0
    with pytest.raises(world.errors.GadgetError):
        net["choice"] = "yes"
    net["choice"] = True
    assert (net["out"], world.firings(net, "chooser")) == ("first", 2)


def test_a_choice_among_streams_passes_the_events_of_the_chosen_one(world, net):
    net.contact("zero", blend="stream")
    net.contact("one", blend="stream")
    net.contact("choice", True)
    net.contact("out", blend="stream")
    net.gadget("control.switch", condition="choice", true="one", false="zero", result="out")
    seen = world.log(net, "out")
    net["zero"] = 1
    with net.batch():
        net["one"] = 2
        net["one"] = 3
    net["choice"] = False
    net["zero"] = 4
    assert seen == [2, 3, 4]


def test_only_one_side_needs_to_be_bound(world, net):
    net.contact("choice", True)
    net.gadget("control.switch", condition="choice", true=5, result="out")
    assert net["out"] == 5
    net["choice"] = False
    assert net["out"] is world.Nothing


@pytest.mark.parametrize(("selector", "expected"), [(False, "a"), (0, "a"), (True, "b"), (1, "b")])
def test_a_selector_is_a_bool_or_zero_or_one(world, selector, expected):
    assert compute(world, "control.mux", "result", in0="a", in1="b", selector=selector) == expected


@pytest.mark.parametrize("wrong", [2, -1, 1.0, 0.0, "0", None, [1]])
def test_any_other_selector_is_an_error(world, wrong):
    with pytest.raises(world.errors.GadgetError):
        compute(world, "control.mux", "result", in0="a", in1="b", selector=wrong)
    with pytest.raises(world.errors.GadgetError):
        compute(world, "control.demux", "out0", value=1, selector=wrong)


@pytest.mark.parametrize("wrong", [0, 1, "true", None, []])
def test_a_condition_is_a_bool(world, wrong):
    with pytest.raises(world.errors.GadgetError):
        compute(world, "control.switch", "result", true=1, false=2, condition=wrong)
    with pytest.raises(world.errors.GadgetError):
        compute(world, "control.gate", "output", value=1, condition=wrong)


def test_a_demux_writes_one_output_and_leaves_the_other(world, net):
    net.contact("value", 1)
    net.contact("selector", 0)
    net.gadget("control.demux", value="value", selector="selector", out0="zero", out1="one")
    assert (net["zero"], net["one"]) == (1, world.Nothing)
    with net.batch():
        net["value"] = 2
        net["selector"] = 1
    assert (net["zero"], net["one"]) == (1, 2)
    net["value"] = 3
    assert (net["zero"], net["one"]) == (1, 3)
    net.erase("value")
    assert (net["zero"], net["one"]) == (world.Nothing, world.Nothing)


def test_a_demux_may_have_one_output_only(world, net):
    net.contact("selector", True)
    net.gadget("control.demux", value=7, selector="selector", out1="one")
    assert net["one"] == 7
    net["selector"] = False
    assert net["one"] == 7
