"""A manifest declared in a network: all of it in one tick, or nothing and an error with line and column."""

from __future__ import annotations

import sys

import pytest

import bassline as bl
from bassline.manifest import load_into
from tests.cli.conftest import PRICING

ROUTED = """\
name: routed
build:
  contacts:
    - {id: record, blend: stream}
  gadgets:
    - id: by-city
      primitive: stream.route
      inputs: {record: record}
      config:
        key: city
        into: cities
        entry: record
        template:
          contacts:
            - {id: record, blend: stream}
          gadgets:
            - {id: count, primitive: stat.count, inputs: {value: record}, outputs: {count: seen}}
"""


GRADED = """\
name: graded
build:
  contacts: [{{id: x, value: 4}}]
  gadgets:
    - id: g
      python: "{name}:double"
      inputs: {{x: x}}
      outputs: {{double: y}}
"""


def refusal(text, net=None):
    net = net or bl.Network()
    with pytest.raises(bl.errors.ManifestError) as raised:
        load_into(net, text)
    return str(raised.value)


def changed(text, old, new):
    assert text.count(old) == 1
    return text.replace(old, new)


def test_a_manifest_becomes_a_network_in_one_tick():
    net = bl.Network()
    assert load_into(net, PRICING).name == "pricing"
    assert net["total"] == net["peak"] == 28.5
    assert net.tick == 1
    net["qty"] = 2
    assert (net["total"], net["peak"]) == (19.0, 28.5)


def test_declared_again_it_changes_nothing():
    net = bl.Network()
    load_into(net, PRICING)
    net["price"] = 1
    tick = net.tick
    load_into(net, PRICING)
    assert net["price"] == 1
    assert net.tick == tick


def test_seeds_fill_what_is_untouched():
    net = bl.Network()
    seeded = PRICING + "seeds: {price: 2.0}\n"
    load_into(net, changed(seeded, ", value: 9.5", ""))
    assert net["total"] == 6.0
    net["price"] = 4.0
    load_into(net, changed(seeded, ", value: 9.5", ""))
    assert net["price"] == 4.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "math.multiply",
            "math.multipy",
            "manifest:10:7: build.gadgets[0]: there is no primitive 'math.multipy'; did you",
        ),
        ("{a: price", "{x: price", "manifest:10:7: build.gadgets[0]: math.multiply has no port 'x'"),
        ("blend: max", "blend: maxx", "manifest:8:7: build.contacts[3]: there is no blend 'maxx'"),
        ("kind: directed", "kind: sideways", "manifest:12:7: build.wires[0]: a wire is 'directed' or 'bidirectional'"),
        ("{id: total}", "{id: total, valeu: 1}", "manifest:7:7: build.contacts[2]: unknown key 'valeu'"),
        ("{product: total}", "{product: 5}", "manifest:10:7: build.gadgets[0]: the output 'product'"),
        ("[price, qty]", "[price, qy]", "interface.inputs[1]: there is no contact 'qy'; did you mean 'qty'?"),
        ("[price, qty]", "[price, zzz]", "interface.inputs[1]: there is no contact 'zzz'; add it to build.contacts"),
        ("version: 1.0.0", "seeds: {prize: 1}", "seeds.prize: there is no contact 'prize'; did you mean 'price'?"),
    ],
)
def test_what_the_engine_refuses_is_told_with_line_and_column(old, new, said):
    net = bl.Network()
    message = refusal(changed(PRICING, old, new), net)
    assert message.startswith("manifest:")
    assert said in message
    assert net.tick == 0
    assert not list(net.contacts)


def test_a_template_is_checked_before_the_first_record():
    assert refusal(changed(ROUTED, "stat.count", "stat.cuont")).startswith(
        "manifest:17:15: build.gadgets[0].config.template.gadgets[0]: there is no primitive 'stat.cuont'"
    )
    net = bl.Network()
    load_into(net, ROUTED)
    net["record"] = {"city": "Bern"}
    assert net["cities/Bern/seen"] == 1


@pytest.fixture
def graded(tmp_path):
    """A manifest with a Python function beside it, in a module of a name that no other test uses."""
    name = f"module_{abs(hash(tmp_path)):x}"
    (tmp_path / f"{name}.py").write_text("def double(x):\n    return 2 * x\n\nnumber = 5\n")
    manifest = tmp_path / "graded.yaml"
    manifest.write_text(GRADED.format(name=name))
    yield manifest, name
    sys.modules.pop(name, None)


def test_a_python_function_is_found_beside_the_manifest(graded):
    manifest, _ = graded
    before = list(sys.path)
    net = bl.Network()
    load_into(net, manifest)
    assert net["y"] == 8
    net["x"] = 5
    assert net["y"] == 10
    assert sys.path == before


@pytest.mark.parametrize(
    ("function", "said"),
    [
        ("{name}:duoble", "the module '{name}' has no 'duoble'; did you mean '{name}:double'?"),
        ("{name}:zzz", "the module '{name}' has no 'zzz'; define it in {name}.py"),
        ("{name}:number", "expected a function, found a int: {name}:number"),
        ("{name}x:double", "there is no module '{name}x'; put {name}x.py beside the manifest, or install it"),
        ("json:dump.x", "the module 'json' has no 'dump.x'; define it in json.py"),
    ],
)
def test_a_python_function_that_is_not_there_is_refused(graded, function, said):
    manifest, name = graded
    manifest.write_text(manifest.read_text().replace(f"{name}:double", function.format(name=name)))
    assert refusal(manifest) == f"{manifest}:6:15: build.gadgets[0].python: {said.format(name=name)}"


def test_a_module_that_cannot_be_imported_is_told_as_such(graded):
    manifest, name = graded
    module = manifest.with_name(f"{name}.py")
    module.write_text("import no_such_module_anywhere\n")
    said = f"importing '{name}' failed: No module named 'no_such_module_anywhere'"
    assert refusal(manifest).endswith(said)
    module.write_text("1 / 0\n\n")
    assert refusal(manifest).endswith(
        f"importing '{name}' failed: ZeroDivisionError: division by zero; correct the module"
    )


def test_a_module_of_the_same_name_from_elsewhere_is_not_taken_for_it(graded, tmp_path):
    manifest, name = graded
    load_into(bl.Network(), manifest)
    other = tmp_path / "other"
    other.mkdir()
    (other / f"{name}.py").write_text("def double(x):\n    return 3 * x\n")
    (other / "m.yaml").write_text(manifest.read_text())
    assert "is hidden by one already loaded from" in refusal(other / "m.yaml")
