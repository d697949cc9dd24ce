"""Python gadgets and reopening: a function is found by its import path, or else declared again (ruling 6)."""

from __future__ import annotations

import importlib
import sys

import pytest

import bassline as bl

MODULE = """
import bassline as bl

def gross(total, rate=0.5):
    return total * (1 + rate)

class Prices:
    @staticmethod
    def net(total):
        return total - 1
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module, anew each time; answers it imported."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(text, name="pricing_functions"):
        (tmp_path / f"{name}.py").write_text(text)
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        sys.path_importer_cache.clear()
        sys.dont_write_bytecode = True
        return importlib.import_module(name)

    was = sys.dont_write_bytecode
    yield write
    sys.dont_write_bytecode = was
    sys.modules.pop("pricing_functions", None)


def declared(store, module):
    with bl.Network(store) as net:
        net.contact("total", 100)
        net.gadget(module.gross)
        net.gadget(module.Prices.net, outputs="left")
        assert (net["gross"], net["left"]) == (150.0, 99)


def test_a_function_of_a_module_is_found_and_fires_on_the_next_input(store, module):
    declared(store, module(MODULE))
    sys.modules.pop("pricing_functions")
    with bl.Network(store) as net:
        assert net.gadgets["gross"].firings == 0
        net["total"] = 200
        assert (net["gross"], net["left"]) == (300.0, 199)


def test_the_newest_code_of_the_function_is_used_and_nothing_fires_by_opening(store, module):
    declared(store, module(MODULE))
    module(MODULE.replace("total - 1", "total - 2"))
    with bl.Network(store) as net:
        assert net["left"] == 99
        net["total"] = 200
        assert net["left"] == 198


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gross = 5",
        "def gross(other): return other",
        "raise RuntimeError('at import')",
        "def gross(total, rate): return 1",
    ],
    ids=["gone", "no function", "other parameters", "fails on import", "a default is gone"],
)
def test_a_function_that_is_not_found_puts_its_outputs_in_fault_on_the_next_change_of_an_input(store, module, text):
    declared(store, module(MODULE))
    try:
        module(text)
    except RuntimeError:
        pass
    with bl.Network(store) as net:
        gross = net.contacts["gross"]
        assert (net["gross"], gross.fault) == (150.0, None)
        net["total"] = 200
        assert net["total"] == 200
        assert "pricing_functions:gross" in gross.fault
        assert "declare the gadget again" in gross.fault


def test_declaring_it_again_binds_it_and_lifts_the_fault(store, module):
    declared(store, module(MODULE))
    module("")
    with bl.Network(store) as net:
        net["total"] = 200
        assert net.contacts["gross"].fault is not None
        net.gadget(module(MODULE).gross)
        assert (net["gross"], net.contacts["gross"].fault) == (300.0, None)
        net["total"] = 10
        assert net["gross"] == 15.0


def test_the_fault_is_told_when_an_input_changes_and_after_another_opening_still(store, module):
    declared(store, module(MODULE))
    module("")
    with bl.Network(store) as net:
        assert net.contacts["gross"].fault is None
        net["total"] = 200
    with bl.Network(store) as net:
        assert net.contacts["gross"].fault is not None


def test_a_function_of_a_script_is_bound_by_running_the_script_again(store, program):
    script = """
        import sys
        import bassline as bl
        with bl.Network("shop.db") as net:
            total = net.contact("total", 1)
            tick, opened = net.tick, "double" in net
            if opened:
                total.value += 1
                print(net.contacts["double"].fault is not None, net["total"])

            @net.gadget
            def double(total):
                return total * 2

            print(net["double"], net.contacts["double"].fault)
    """
    assert program.run(script).lines == ["2 None"]
    assert program.run(script).lines == ["True 2", "4 None"]


def test_a_manifest_in_a_store_finds_the_functions_beside_it(tmp_path, store):
    folder = tmp_path / "beside"
    folder.mkdir()
    (folder / "grading_beside.py").write_text("def grade(x):\n    return 'good' if x > 3 else 'bad'\n")
    gadget = "{python: 'grading_beside:grade', inputs: {x: x}, outputs: {grade: mark}}"
    manifest = folder / "grades.yaml"
    manifest.write_text(f"name: grades\nbuild:\n  contacts: [{{id: x, value: 5}}]\n  gadgets:\n    - {gadget}\n")
    path = list(sys.path)
    try:
        with bl.Network.from_manifest(manifest, store) as net:
            assert net["mark"] == "good"
        sys.modules.pop("grading_beside")
        with bl.Network.from_manifest(str(manifest), str(store)) as net:
            tick = net.tick
            net["x"] = 1
            assert (net["mark"], net.contacts["mark"].fault, net.tick) == ("bad", None, tick + 1)
            assert next(iter(net.gadgets.values())).firings == 1
    finally:
        sys.modules.pop("grading_beside", None)
    assert sys.path == path


def test_a_manifest_that_cannot_be_declared_leaves_the_store_free(store):
    with pytest.raises(bl.ManifestError):
        bl.Network.from_manifest({"name": "x", "build": {"gadgets": [{"primitive": "math.ad"}]}}, store)
    with bl.Network(store) as net:
        assert (net.tick, list(net.contacts)) == (0, [])
