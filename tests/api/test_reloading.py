"""Hot reload: a gadget goes on with the newest code of its function, or with the old one when that cannot be."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
import types
import warnings

import pytest

import bassline as bl

MODULE = """
RATE = 2

def scaled(x):
    return x * RATE

def gross(total):
    return scaled(total)

def less(total):
    return total - 1

def local(net):
    @net.gadget
    def inner(total):
        return total
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A module that is written anew by calling what this answers; the first call imports it."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    path = tmp_path / "reloaded_rules.py"

    def write(text):
        path.write_text(text)
        importlib.invalidate_caches()
        return sys.modules.get("reloaded_rules") or importlib.import_module("reloaded_rules")

    yield write
    sys.modules.pop("reloaded_rules", None)


@pytest.fixture
def rules(module, net):
    """The module, declared."""
    rules = module(MODULE)
    net.contact("total", 10)
    net.gadget(rules.gross)
    net.gadget(rules.less)
    return rules


def state(net):
    return net.tick, {path: contact.value for path, contact in net.contacts.items()}, net.gadgets["gross"].firings


def test_all_gadgets_of_a_module_are_bound_to_its_newest_code_in_one_tick(net, module, rules):
    told = []
    net.on_change("**", lambda change: told.append((change.tick, change.path, change.new)))
    tick = net.tick
    module(MODULE.replace("total - 1", "total - 2").replace("RATE = 2", "RATE = 3"))
    assert net.reload(rules) == ["gross", "less"]
    assert told == [(tick + 1, "gross", 30), (tick + 1, "less", 8)]
    net["total"] = 1
    assert (net["gross"], net["less"]) == (3, -1)


def test_a_module_is_named_too_and_one_whose_answers_are_the_same_uses_no_tick(net, rules):
    before = net.tick
    assert net.reload("reloaded_rules") == ["gross", "less"]
    assert net.tick == before


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("def gross(:", SyntaxError, "invalid syntax"),
        ("RATE = 5\nraise LookupError('no')", LookupError, "no"),
        ("RATE = 5\ndef gross(total):\n    return 0", bl.DeclarationError, "gadget 'less' has lost its function"),
        ("RATE = 5\nless = 3\ndef gross(total): return 0", bl.DeclarationError, "is not a function but a int"),
        (MODULE.replace("gross(total)", "gross(total, tax)"), bl.ConflictError, r"\(total\), not \(total, tax\)"),
        (MODULE.replace("gross(total)", "gross(total=1)"), bl.ConflictError, r"\(total\), not \(total=…\)"),
        (MODULE.replace("total - 1", "total / 0"), bl.GadgetError, "division by zero"),
    ],
    ids=["no Python", "fails", "gone", "no function", "another parameter", "a default", "fails on its inputs"],
)
def test_what_cannot_be_reloaded_leaves_everything_as_it_was_and_working(net, module, rules, text, error, says):
    before, names = state(net), dict(vars(rules))
    module(text)
    with pytest.raises(error, match=says):
        net.reload(rules)
    assert state(net)[:2] == before[:2]
    assert {name: vars(rules).get(name) for name in names} == names
    net["total"] = 100
    assert (net["gross"], net["less"]) == (200, 99)


def test_a_function_inside_another_is_not_found_and_that_is_said(net, module, rules):
    rules.local(net)
    with pytest.warns(UserWarning, match="'inner' were defined inside others") as told:
        net.reload(rules)
    assert [warning.filename for warning in told] == [__file__]
    module(MODULE.replace("return total\n", "return -total\n"))
    with pytest.warns(UserWarning, match="declare these gadgets again"):
        net.reload(rules)
    rules.local(net)
    assert net["inner"] == -10


def test_gadgets_that_a_module_declares_itself_are_bound_in_the_same_tick(net, module):
    text = "import bassline as bl\ndef declare(net):\n    @net.gadget\n    def twice(x): return x * 2\ndeclare(network())\n"
    sys.modules["the_network_of_a_test"] = types.SimpleNamespace(network=lambda: net)  # type: ignore[assignment]
    try:
        net.contact("x", 4)
        text = "from the_network_of_a_test import network\n" + text
        rules = module(text)
        tick = net.tick
        module(text.replace("* 2", "* 3"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            net.reload(rules)
        assert (net["twice"], net.tick) == (12, tick + 1)
    finally:
        del sys.modules["the_network_of_a_test"]


def test_a_cell_that_is_run_again_binds_its_function_and_fires_it(net):
    net.contact("x", 3)
    cell = "@net.gadget\ndef y(x):\n    return x + {}\n"
    names = {"net": net, "__name__": "__main__"}
    exec(cell.format(1), names)
    assert net["y"] == 4
    tick = net.tick
    exec(cell.format(2), names)
    assert (net["y"], net.tick, net.gadgets["y"].firings) == (5, tick + 1, 2)


def test_a_cell_that_is_run_again_as_it_was_leaves_what_was_written_over_it(net):
    net.contact("x", 3)
    cell = "@net.gadget\ndef y(x, by=1):\n    return [n + by for n in (x,)][0]\n"
    names = {"net": net, "__name__": "__main__"}
    exec(cell, names)
    net["y"] = 0
    exec("\n\n" + cell, names)  # elsewhere, the same
    assert (net["y"], net.gadgets["y"].firings) == (0, 1)
    net["x"] = 4
    assert net["y"] == 5


@pytest.mark.parametrize("change", ["default", "closure", "inner function"])
def test_what_a_function_closes_over_is_part_of_its_code(net, change):
    net.contact("x", 3)

    def declare(number):
        by = number if change == "closure" else 1
        rate = number if change == "default" else 1

        def add(x):
            return x + number if change == "inner function" else x + 1

        @net.gadget
        def y(x, rate=rate):
            return add(x) + by * 10 + rate * 100

    declare(1)
    was = net["y"]
    declare(1)
    assert net.gadgets["y"].firings == 1
    declare(2)
    assert net["y"] > was
    assert net.gadgets["y"].firings == 2


def test_a_function_is_reloaded_though_only_what_it_calls_was_changed(net):
    names = {"net": net, "__name__": "__main__"}
    net.contact("x", 3)
    exec("def help(x): return x + 1", names)
    exec("@net.gadget\ndef y(x): return help(x)", names)
    exec("def help(x): return x + 2", names)
    assert net["y"] == 4
    assert net.reload(names["y"]) == ["y"]
    assert net["y"] == 5


def test_another_signature_in_a_cell_is_a_conflict_that_leaves_the_old_one(net):
    net.update({net.contact(path).path: 3 for path in ("x", "z")})
    names = {"net": net, "__name__": "__main__"}
    exec("@net.gadget\ndef y(x): return x", names)
    with pytest.raises(
        bl.ConflictError, match=r"'y' exists and has the parameters \(x\), not \(x, z\); .* remove it first"
    ):
        exec("@net.gadget\ndef y(x, z): return x + z", names)
    net["x"] = 5
    assert net["y"] == 5
    with net.batch():
        net.remove(net.gadgets["y"])
        exec("@net.gadget\ndef y(x, z): return x + z", names)
    assert net["y"] == 8


def test_new_code_that_fails_is_not_bound(net):
    net.contact("x", 3)
    names = {"net": net, "__name__": "__main__"}
    exec("@net.gadget\ndef y(x): return x", names)
    with pytest.raises(bl.GadgetError, match="division by zero"):
        exec("@net.gadget\ndef y(x): return x / 0", names)
    net["x"] = 5
    assert net["y"] == 5


def test_new_code_that_works_lifts_the_fault_of_the_old(net):
    net.contact("x", 0)
    names = {"net": net, "__name__": "__main__"}
    exec("@net.gadget(on_error='contain')\ndef y(x): return 1 / x", names)
    assert net.contacts["y"].fault is not None
    exec("@net.gadget(on_error='contain')\ndef y(x): return 1 / (x + 1)", names)
    assert (net["y"], net.contacts["y"].fault) == (1.0, None)


def test_an_undo_brings_the_contents_back_and_leaves_the_code(net):
    net.contact("x", 3)
    names = {"net": net, "__name__": "__main__"}
    exec("@net.gadget\ndef y(x): return x", names)
    exec("@net.gadget\ndef y(x): return -x", names)
    assert net["y"] == -3
    net.undo()
    assert net["y"] == 3
    net["x"] = 4
    assert net["y"] == -4


def test_after_a_reload_a_store_is_opened_with_the_newest_code(module, store):
    rules = module(MODULE)
    with bl.Network(store) as net:
        net.contact("total", 10)
        net.gadget(rules.gross)
        module(MODULE.replace("RATE = 2", "RATE = 3"))
        net.reload(rules)
    with bl.Network(store) as net:
        assert net["gross"] == 30
        assert net.gadgets["gross"].firings == 0
        net["total"] = 1
        assert net["gross"] == 3


def test_an_answer_of_code_that_is_no_longer_bound_is_not_written(net):
    async def run():
        net.contact("x", 1)
        let_go = asyncio.Event()

        def declare(code):
            async def y(x):
                await let_go.wait()
                return code, x

            net.gadget(y)

        declare("old")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        told = []
        net.on_change("y", lambda change: told.append(change.new))
        declare("new")
        await asyncio.sleep(0)
        let_go.set()
        await net.asettle()
        return told

    assert asyncio.run(run()) == [["new", 1]]


def test_with_a_queue_every_call_is_answered_each_by_the_code_it_was_asked_of(net):
    async def run():
        net.contact("x", 1)
        let_go = asyncio.Event()
        told = []
        net.contact("y")
        net.on_change("y", lambda change: told.append(change.new))

        def declare(code):
            @net.gadget(mode="queue")
            async def y(x):
                await let_go.wait()
                return code, x

        declare("old")
        net["x"] = 2
        declare("new")
        await asyncio.sleep(0)
        let_go.set()
        await net.asettle()
        return told

    assert asyncio.run(run()) == [["old", 1], ["old", 2], ["new", 2]]


def test_a_plain_function_becomes_a_coroutine_and_back(net):
    net.contact("x", 1)
    names = {"net": net, "__name__": "__main__"}
    exec("@net.gadget\ndef y(x): return x", names)
    exec("@net.gadget\nasync def y(x): return -x", names)
    net.settle()
    assert net["y"] == -1
    exec("@net.gadget\ndef y(x): return x * 10", names)
    assert net["y"] == 10


@pytest.mark.parametrize(
    ("what", "error", "says"),
    [
        (5, bl.ValueTypeError, "a module, its name, or a function is reloaded; found 5"),
        ("no.such.module", bl.DeclarationError, "no module 'no.such.module' is imported"),
        (os.path.join, bl.DeclarationError, "no gadget computes 'posixpath:join'"),
        (types.ModuleType("made"), bl.DeclarationError, "'made' is a script"),
    ],
)
def test_what_cannot_be_reloaded_at_all_is_refused(net, what, error, says):
    with pytest.raises(error, match=says):
        net.reload(what)


def test_a_module_without_gadgets_is_imported_again_and_nothing_else_happens(net, module):
    rules = module(MODULE)
    assert net.reload(rules) == []
    assert net.tick == 0
