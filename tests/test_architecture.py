"""The rules of the house that a compiler cannot see: who may know whom, and what each room must not contain."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RUST = ROOT / "rust"
STUB = ROOT / "python" / "bassline" / "_core.pyi"

MAY_KNOW = {
    "bassline-core": set(),
    "bassline-data": {"bassline-core"},
    "bassline-kernel": {"bassline-core"},
    "bassline-storage": {"bassline-core", "bassline-kernel"},
    "bassline-py": {"bassline-core", "bassline-data", "bassline-kernel", "bassline-storage"},
}
IMPURE = {
    r"\bstd\s*::\s*(time|thread|fs|net|env)\b": "clock, threads, files, network and environment belong to the kernel",
    r"\bstd\s*::\s*\{[^;]*?\b(time|thread|fs|net|env)\b": "the same, hidden in a grouped import",
    r"\bHash(Map|Set)\b": "its order is random; use IndexMap",
    r"\be?print(ln)?!": "the core is silent",
    r"\.unwrap\(\)": "the core does not panic; match, or return an error",
    r"\.expect\(": "the core does not panic; match, or return an error",
}
ROOMS = ("rust", "python", "tests", "benches", "examples")
SOURCE = {".rs", ".py", ".pyi", ".sql", ".ts", ".tsx", ".css", ".html"}
NO_ROOM = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}


# ----------------------------------------------------------------------------------------------------------------------
# Reading Rust: what is left without comments, text and tests

NOT_CODE = re.compile(
    r"""
      //[^\n]*                              # line comment, doc comment
    | /\*.*?\*/                             # block comment
    | \b[bc]?r(?P<hashes>\#*)".*?"(?P=hashes)   # raw string
    | \b[bc]?"(?:\\.|[^"\\])*"              # string
    | "(?:\\.|[^"\\])*"
    | '(?:\\(?:x..|u\{[^}]*\}|.)|[^'\\])'   # character, not a lifetime
    """,
    re.VERBOSE | re.DOTALL,
)


def code_of(rust):
    """The source with comments and literals blanked, line by line as it was."""
    return NOT_CODE.sub(lambda found: "\n" * found[0].count("\n") + " ", rust)


def without_tests(code):
    """The code with every item under `#[cfg(test)]` blanked."""
    while found := re.search(r"#\s*\[\s*cfg\s*\(\s*test\s*\)\s*\]", code):
        end = end_of_item(code, found.end())
        code = code[: found.start()] + "\n" * code.count("\n", found.start(), end) + code[end:]
    return code


def end_of_item(code, start):
    """Where the item that begins at `start` ends: at its `;`, or at the brace that closes its body."""
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] in "{[(") - (code[at] in ")]}")
        if depth == 0 and code[at] in ";}":
            return at + 1
    return len(code)


def impurities(rust):
    """The lines of shipped code that break the core's purity, each with its reason."""
    code = without_tests(code_of(rust))
    found = []
    for pattern, reason in IMPURE.items():
        for match in re.finditer(pattern, code):
            line = code.count("\n", 0, match.start()) + 1
            found.append(f"{line}: {' '.join(match[0].split())}: {reason}")
    return sorted(found, key=lambda text: int(text.partition(":")[0]))


def rust_sources(crate):
    files = sorted((RUST / crate / "src").rglob("*.rs"))
    assert files, f"rust/{crate}/src has no source"
    return files


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(
    "pure",
    [
        '// std::time\n/// x.unwrap()\n//! println!("")\nfn f() {}',
        "/* use std::fs;\n use std::net; */ fn f() {}",
        'const HELP: &str = "std::env and \\" HashMap";',
        'const HELP: &str = r#"say "std::fs" .unwrap()"#;',
        "fn quote() -> char { '\"' } // .expect(\nfn escaped() -> char { '\\'' } // .unwrap()",
        "fn f<'a>(x: &'a str) -> &'a str { x } // HashMap '",
        "#[cfg(test)]\nmod tests { use std::collections::HashMap; fn f() { if true { g().unwrap() } } }",
        "#[cfg(test)]\nmod tests;\nfn f() {}",
        "#[cfg(test)]\n#[derive(Clone)]\nstruct S { a: HashSet<[u8; 2]> }",
        "use core::time::Duration; type M = rustc_hash::FxHashMap<u8, u8>; x.unwrap_or(1); x.expected(2);",
    ],
)
def test_the_scanner_leaves_out_comments_text_and_tests(pure):
    assert impurities(pure) == []


@pytest.mark.parametrize(
    ("line", "impure"),
    [
        (1, "use std::time::Instant;"),
        (1, "use std::{fmt, time::Instant};"),
        (1, "use std::{\n    fmt,\n    thread,\n};"),
        (2, "/* a\n */ fn f() { std::fs::read(p); }"),
        (1, 'let a = "//"; x.unwrap();'),
        (1, "let q = '\"'; x.unwrap(); let r = '\"';"),
        (1, 'x.expect("never");'),
        (1, "use std::collections::HashMap;"),
        (1, 'eprintln!("{x}");'),
        (3, "#[cfg(test)]\nmod tests;\nuse std::env;"),
        (4, "#[cfg(test)]\nmod tests {\n}\nfn f() { x.unwrap() }"),
    ],
)
def test_the_scanner_finds_what_ships(line, impure):
    (found,) = impurities(impure)
    assert found.startswith(f"{line}: ")


# ----------------------------------------------------------------------------------------------------------------------
# Crates


def dependencies(crate):
    """The crates it depends on, for building, testing and any target."""
    manifest = tomllib.loads((RUST / crate / "Cargo.toml").read_text())
    tables = [manifest, *manifest.get("target", {}).values()]
    kinds = ("dependencies", "dev-dependencies", "build-dependencies")
    named = [item for table in tables for kind in kinds for item in table.get(kind, {}).items()]
    return {spec.get("package", name) if isinstance(spec, dict) else name for name, spec in named}


def test_the_crates_are_the_five_rooms():
    assert {path.parent.name for path in RUST.glob("*/Cargo.toml")} == set(MAY_KNOW)


@pytest.mark.parametrize("crate", MAY_KNOW)
def test_arrows_point_down_only(crate):
    ours = {name for name in dependencies(crate) if name.startswith("bassline")}
    assert ours <= MAY_KNOW[crate]


@pytest.mark.parametrize("crate", sorted(MAY_KNOW.keys() - {"bassline-py"}))
def test_only_the_border_knows_python(crate):
    assert not {name for name in dependencies(crate) if name.startswith("pyo3")}
    naming = [name_of(path) for path in rust_sources(crate) if re.search(r"\bpyo3\b", code_of(path.read_text()))]
    assert naming == []


@pytest.mark.parametrize("crate", ["bassline-core", "bassline-data"])
def test_the_core_and_what_computes_in_it_are_pure(crate):
    shipped = [path for path in rust_sources(crate) if "tests" not in {path.stem, path.parent.name}]
    found = [f"{name_of(path)}:{fault}" for path in shipped for fault in impurities(path.read_text())]
    assert found == []


def test_every_python_class_is_frozen():
    attribute = re.compile(r"#\s*\[\s*(?:pyo3\s*::\s*)?pyclass\b(?P<options>[^\]]*)\]")
    classes = [
        (f"{name_of(path)}:{code.count(chr(10), 0, found.start()) + 1}", found["options"])
        for path in rust_sources("bassline-py")
        for code in [code_of(path.read_text())]
        for found in attribute.finditer(code)
    ]
    assert classes, "rust/bassline-py has no #[pyclass]"
    assert [place for place, options in classes if not re.search(r"\bfrozen\b", options)] == []


def test_the_interpreter_is_released_in_one_place():
    release = re.compile(
        r"\bpy\w*(\(\))?\s*\.\s*detach\s*\(|\.\s*detach\s*\(\s*(move\b|\|)|\bPython\s*::\s*detach\b|\ballow_threads\b"
    )
    releasing = [path.name for path in rust_sources("bassline-py") if release.search(code_of(path.read_text()))]
    assert releasing == ["enter.rs"]


# ----------------------------------------------------------------------------------------------------------------------
# The Python face


def public_names():
    bassline = importlib.import_module("bassline")
    return [(name, getattr(bassline, name)) for name in bassline.__all__]


def own_methods(cls):
    """The public methods and properties of a class of ours, inherited ones too, as functions where they are Python."""
    ours = [base for base in cls.__mro__ if base.__module__.partition(".")[0] == "bassline"]
    for name in sorted({name for base in ours for name in vars(base)}):
        member = inspect.getattr_static(cls, name)
        if name.startswith("_") or inspect.ismemberdescriptor(member):  # a slot is described by its class
            continue
        member = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if callable(member) or inspect.isdatadescriptor(member):
            yield name, member


def gaps(place, function):
    """What is missing in the annotations of a Python function; those of Rust are in the stub."""
    if not inspect.isfunction(function):
        return
    signature = inspect.signature(function)
    for name, parameter in signature.parameters.items():
        if name not in {"self", "cls"} and parameter.annotation is parameter.empty:
            yield f"{place}: parameter {name} has no annotation"
    if signature.return_annotation is signature.empty:
        yield f"{place}: no return annotation"


def test_everything_public_is_documented_and_annotated():
    missing = []
    for name, thing in public_names():
        members = [(name, thing)]
        if inspect.isclass(thing):
            members += [(f"{name}.{method}", member) for method, member in own_methods(thing)]
        for place, member in members:
            if not inspect.getdoc(member):
                missing.append(f"{place}: no docstring")
            missing += gaps(place, member)
    assert missing == []


def test_every_public_class_and_function_shows_an_example():
    shown = {name: ">>>" in inspect.getdoc(thing) for name, thing in public_names() if callable(thing)}
    assert [name for name, example in shown.items() if not example] == ["CapabilityError"]  # nothing raises it yet


def test_nothing_public_is_named_twice_or_absent():
    names = [name for name, _ in public_names()]
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if name.startswith("_") and name != "__version__"] == []


def stub_names(tree):
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]):
                yield name


def test_the_stub_names_what_the_extension_has():
    extension = importlib.import_module("bassline._core")
    stubbed = {name for name in stub_names(ast.parse(STUB.read_text())) if not name.startswith("_")}
    assert stubbed == {name for name in vars(extension) if not name.startswith("_")}


def test_the_stub_is_fully_annotated():
    missing = []
    for function in ast.walk(ast.parse(STUB.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            every = function.args
            named = [*every.posonlyargs, *every.args, *every.kwonlyargs, every.vararg, every.kwarg]
            bare = [arg.arg for arg in named if arg and arg.annotation is None and arg.arg not in {"self", "cls"}]
            if bare or function.returns is None:
                missing.append(f"{function.name} at line {function.lineno}: {', '.join([*bare, 'or return'])}")
    assert missing == []


# ----------------------------------------------------------------------------------------------------------------------
# Every room


def sources():
    built = {"target", "_web", "node_modules", "__pycache__"}
    files = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*")) if not built & set(path.parts)]
    return [path for path in files if path.suffix in SOURCE]


def test_no_file_is_longer_than_600_lines():
    lengths = {name_of(path): path.read_text().count("\n") for path in sources()}
    assert {name: length for name, length in lengths.items() if length > 600} == {}


def test_no_room_is_named_after_nothing():
    parts = {name_of(path): {path.stem, *path.relative_to(ROOT).parent.parts} for path in sources()}
    assert [name for name, words in parts.items() if {w.lower().strip("_") for w in words} & NO_ROOM] == []
