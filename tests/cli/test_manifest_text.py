"""What a manifest says and where: YAML and JSON, and everything that is refused before a network sees it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import yaml

from bassline.errors import ManifestError
from bassline.manifest import load, yaml_text
from bassline.manifest.document import read
from bassline.manifest.node import find
from tests.cli.conftest import PRICING


def refusal(source):
    with pytest.raises(ManifestError) as raised:
        load(source)
    return str(raised.value)


def test_the_parts_are_what_the_text_says():
    manifest = load(PRICING)
    assert (manifest.name, manifest.version) == ("pricing", "1.0.0")
    assert manifest.build["contacts"][1] == {"id": "qty", "value": 3}
    assert manifest.interface == {"inputs": ["price", "qty"], "outputs": ["total", "peak"], "bidirectional": []}
    assert manifest.description is None
    assert manifest.seeds == manifest.attributes == manifest.metadata == {}


def test_yaml_json_and_a_mapping_say_the_same(tmp_path):
    manifest = load(PRICING)
    as_json = tmp_path / "pricing.json"
    as_json.write_text(json.dumps(manifest.document.value))
    assert load(as_json) == load(str(as_json)) == load(manifest.document.value) == load(as_json.read_text()) == manifest


def test_keys_that_begin_with_x_are_anybodys():
    assert load("name: a\nx-note: {anything: [1]}\n").name == "a"


def test_a_text_with_a_brace_may_be_json_or_yaml():
    assert load('{"name": "a", "version": "1e3"}').version == "1e3"
    assert load("{name: a, version: 1.0.0}").version == "1.0.0"
    assert load('{"name": "a",}').name == "a"
    assert refusal('{"name": "a"').startswith("manifest:1:13: not valid JSON: expecting ',' delimiter, found the end ")


@pytest.mark.parametrize("text", [PRICING, json.dumps({"a": {"b": [1, {"c.d": [[5]]}]}}, indent=1)])
def test_every_place_is_where_its_value_stands(text):
    document = read(text)

    def walk(value, place):
        node = find(document.tree, place)
        begins = text.splitlines()[node.line - 1][node.column - 1 :]
        match value:
            case dict():
                for key, inner in value.items():
                    walk(inner, f"{place}.{key}" if place else key)
            case list():
                for index, inner in enumerate(value):
                    walk(inner, f"{place}[{index}]")
            case _:
                assert begins.lstrip('"').startswith(str(value)), place

    walk(document.value, "")


def test_a_place_the_text_does_not_have_is_the_nearest_around_it():
    tree = read(PRICING).tree
    assert find(tree, "build.gadgets[0].config.x").line == 10
    assert find(tree, "build.gadgets[7]").line == 10
    assert find(tree, "elsewhere").line == 1


def test_an_alias_is_found_where_its_anchor_stands():
    text = "name: a\nx-c: &c\n  - {id: p}\n  - {id: q, valeu: 1}\nbuild:\n  contacts: *c\n"
    assert find(read(text).tree, "build.contacts[1].valeu").line == 4
    merged = "name: a\nx-c: &c {id: p}\nbuild:\n  contacts:\n    - {<<: *c, blend: max}\n"
    assert load(merged).build["contacts"] == [{"id": "p", "blend": "max"}]
    assert find(read(merged).tree, "build.contacts[0].id").line == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: a\nbuild:\n\tcontacts: []\n", "manifest:3:1: not valid YAML: "),
        ("name: a\nbuild:\n\tcontacts: []\n", "; indent with spaces, not with tabs"),
        ("name: a\nbuild: [\n", "not valid YAML: "),
        ("name: a\nbuild: {contacts: *c}\n", "manifest:2:19: not valid YAML: found undefined alias"),
        ("name: a\nname: b\n", "manifest:2:1: the key 'name' stands twice, first on line 1"),
        ("name: a\non: {}\n", "manifest:2:1: expected a string as a key, found on (bool); put it in quotes"),
        ("name: a\n1: x\n", "manifest:2:1: expected a string as a key, found 1 (int); put it in quotes"),
        ("name: a\n? [b]\n: x\n", "manifest:2:3: expected a string as a key, found a sequence; put it in quotes"),
        ("name: a\nx-at: 12:30\n", "manifest:2:7: YAML reads 12:30 as a number to the base 60; put it in quotes"),
        ("name: a\nx-on: 2013-01-01\n", "manifest:2:7: YAML reads 2013-01-01 as a date"),
        (
            "name: a\nx-s: !!set {b}\n",
            "manifest:2:6: expected a string, number, boolean, null, list or mapping, found ",
        ),
        ("name: a\nx-s: !!python/object:os.x {}\n", "found the tag 'python/object:os.x'; remove it"),
        ("name: a\nx-s: &s [*s]\n", "manifest:2:6: this value contains itself"),
        ("name: a\n---\nname: b\n", "manifest:2:1: not valid YAML: expected a single document"),
        ("name: a\nx-d: " + "[" * 102, "manifest:2:105: nested more than 100 deep; flatten it"),
        (
            "name: a\nx-d: " + "[" * 100_000,
            "5: nested more than 100 deep; flatten it",
        ),  # of the libyaml, at 105 or 1005
        ("# nothing\n", "manifest:1:1: expected a mapping with at least 'name', found an empty text"),
        ("name: a\nx-\x07: 1\n", "manifest:2:3: not valid YAML: "),
    ],
)
@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
def test_malformed_yaml_is_refused_with_line_and_column(monkeypatch, loader, text, said):
    monkeypatch.setattr(yaml_text, "LOADER", getattr(yaml, loader, yaml.SafeLoader))
    assert said in refusal(text)
    assert refusal(text).startswith("manifest:")


def test_aliases_of_aliases_are_refused_before_they_fill_the_memory():
    lines = ["name: a", "x-0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert "its aliases stand for more than 1,000,000 values" in refusal("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{\n "name": "a"\n "build": {}\n}',
            "m.json:3:2: not valid JSON: expecting ',' delimiter, found '\"build\": {}'",
        ),
        ('{"name": "a", "build": ', "m.json:1:24: not valid JSON: expecting value, found the end of the text"),
        ('{\n "name": "a",\n "name": "b"}', "m.json:3:2: the key 'name' stands twice, first on line 2"),
        ('{"name": "a", "x-t": "\\ud800"}', "m.json:1:22: x-t: expected text, found half of a surrogate pair"),
        ('["name"]', "m.json:1:1: expected a mapping with at least 'name', found a list"),
        ("[" * 100_000, "m.json: nested too deeply to be a manifest; flatten it"),
    ],
)
def test_malformed_json_is_refused_with_line_and_column(tmp_path, monkeypatch, text, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.json").write_text(text)
    assert said in refusal("m.json")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1.0.0\nbuild: {}\n", "manifest:1:1: 'name' is missing; add one, such as: name: my-network"),
        ("name: 7\n", "manifest:1:7: name: expected a string, found the number 7; put it in quotes"),
        (
            "name: a\nversion: 1.0\n",
            "manifest:2:10: version: expected a string, found the number 1.0; put it in quotes",
        ),
        ("name: a\nbiuld: {}\n", "manifest:2:8: biuld: unknown key; expected one of name, version, "),
        ("name: a\nbiuld: {}\n", "; did you mean 'build'?"),
        ("name: a\nzzz: {}\n", "; a key of your own begins with 'x-'"),
        ("name: a\nbuild: []\n", "manifest:2:8: build: expected a mapping, found a list"),
        ("name: a\nbuild:\n  contacts: {id: b}\n", "build.contacts: expected a list of mappings, found a mapping"),
        (
            "name: a\nbuild:\n  contacts: [b]\n",
            "build.contacts[0]: expected a mapping with an 'id', found the string 'b'",
        ),
        ("name: a\nbuild:\n  contacts: [{id: no}]\n", "expected an 'id' that is a string, found the boolean false"),
        ("name: a\nbuild:\n  contacts: [{value: 1}]\n", "expected an 'id' that is a string, found none"),
        ("name: a\nbuild:\n  gadgets: [{python: f}]\n", "expected 'module:function', found the string 'f'"),
        ("name: a\ninterface: {input: [b]}\n", "interface.input: unknown key; expected one of inputs, outputs, "),
        ("name: a\ninterface: {inputs: b}\n", "interface.inputs: expected a list of paths, found the string 'b'"),
        ("name: a\ninterface: {inputs: [1]}\n", "interface.inputs[0]: expected a path, found the number 1"),
        (
            "name: a\nseeds: {b: 9223372036854775808}\n",
            "manifest:2:12: seeds.b: expected an integer of at most 64 bits",
        ),
    ],
)
def test_what_is_not_a_manifest_is_refused(text, said):
    assert said in refusal(text)


@pytest.mark.parametrize("kind", ["contacts", "groups", "gadgets"])
def test_the_same_id_twice_is_refused(kind):
    entry = "primitive: math.abs" if kind == "gadgets" else "attributes: {}"
    text = f"name: a\nbuild:\n  {kind}:\n    - {{id: b, {entry}}}\n    - {{id: c, {entry}}}\n    - {{id: b, {entry}}}\n"
    said = (
        f"build.{kind}[2].id: the {kind[:-1]} 'b' stands twice, first at build.{kind}[0]; give one of them another id"
    )
    assert refusal(text) == f"manifest:6:12: {said}"


def test_the_same_path_twice_is_refused_however_it_is_written():
    build = {"contacts": [{"id": "a/b"}], "groups": [{"id": "a", "contacts": [{"id": "b"}]}]}
    assert "build.groups[0].contacts[0].id: the contact 'a/b' stands twice" in refusal({"name": "n", "build": build})
    absolute = {"groups": [{"id": "a", "contacts": [{"id": "/b"}, {"id": "b"}]}]}
    assert load({"name": "n", "build": absolute}).name == "n"


def test_a_template_has_ids_of_its_own():
    template = {"contacts": [{"id": "r"}]}
    gadget = {"id": "g", "primitive": "stream.route", "config": {"template": template}}
    assert load({"name": "n", "build": {"contacts": [{"id": "r"}], "gadgets": [gadget]}}).structure.templates == [
        ("build.gadgets[0].config.template", template)
    ]
    template["contacts"].append({"id": "r"})
    said = refusal({"name": "n", "build": {"gadgets": [gadget]}})
    assert said.startswith("build.gadgets[0].config.template.contacts[1].id: the contact 'r' stands twice")


def test_a_mapping_may_hold_only_what_json_can_say():
    assert refusal({"name": "n", "seeds": {"a": {1, 2}}}).startswith("seeds.a: expected a string, number, boolean")
    assert "expected a string as a key, found the number 1" in refusal({"name": "n", "seeds": {"a": {1: 2}}})
    itself = {"name": "n"}
    itself["metadata"] = itself
    assert "contains itself" in refusal(itself)


def test_a_file_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal("no.yaml") == "there is no manifest 'no.yaml'"
    assert refusal(".") == "cannot read the manifest '.': Is a directory"
    (tmp_path / "latin.yaml").write_bytes("name: caf\u00e9\n".encode("latin-1"))
    assert refusal("latin.yaml").startswith("latin.yaml: expected UTF-8 text, found the byte 0xe9 at 9")
    (tmp_path / "mark.yaml").write_bytes("\ufeffname: caf\u00e9\n".encode())
    assert load("mark.yaml").name == "caf\u00e9"


def test_without_pyyaml_json_works_and_yaml_says_how_to_get_it():
    program = (
        "import sys; sys.modules['yaml'] = None\n"
        "from bassline.manifest import load\n"
        'print(load(\'{"name": "a"}\').name)\n'
        "try: load('name: a\\n')\n"
        "except ValueError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    way_out = "reading YAML needs PyYAML: pip install 'bassline[cli]'; a manifest in JSON needs nothing"
    assert done.stdout == f"a\nmanifest: {way_out}\n"
