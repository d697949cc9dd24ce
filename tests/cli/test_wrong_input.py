"""Wrong input: each is one clear line on stderr with the way out and an exit code, and nothing is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.cli.conftest import PRICING


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  gadgets:", "   gadgets:", "shop.yaml:9:4: not valid YAML: "),
        (
            "math.multiply",
            "math.multipy",
            "shop.yaml:10:7: build.gadgets[0]: there is no primitive 'math.multipy'; did you mean math.multiply",
        ),
        ("{a: price", "{x: price", "shop.yaml:10:7: build.gadgets[0]: math.multiply has no port 'x'"),
        ("id: qty", "id: price", "shop.yaml:6:12: build.contacts[1].id: the contact 'price' stands twice"),
        ("[price, qty]", "[price, qy]", "shop.yaml:13:29: interface.inputs[1]: there is no contact 'qy'; did you mean"),
        ("name: pricing", "nmae: pricing", "shop.yaml:1:7: nmae: unknown key; expected one of name, "),
    ],
)
def test_a_wrong_manifest(cli, folder, old, new, said):
    (folder / "shop.yaml").write_text(PRICING.replace(old, new))
    done = cli("run", "shop.yaml", "--store", "shop.db")
    assert done.code == 2
    assert done.error.startswith(said)
    assert done.out == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "Missing argument 'MANIFEST'; see bassline run --help"),
        (["rnu"], "No such command 'rnu'. Did you mean 'run'?; see bassline --help"),
        (
            ["run", "pricing.yaml", "--inptu", "x"],
            "No such option '--inptu'. (Did you mean one of: '--input', ",
        ),
        (["run", "pricing.yml"], "there is no manifest 'pricing.yml'; did you mean 'pricing.yaml'?"),
        (["run", "pricing.yaml", "--input", "row.csv"], "there is no file 'row.csv'; did you mean 'rows.csv'?"),
        (["run", "pricing.yaml", "--input", "."], "cannot read '.': Is a directory"),
        (
            ["run", "pricing.yaml", "--input", "rows.dat"],
            "the name 'rows.dat' does not tell how to read it; add --format",
        ),
        (["run", "pricing.yaml", "--input", "-", "--null", "NA"], "--null and --text tell how to read CSV"),
        (["run", "pricing.yaml", "--skip-bad"], "--skip-bad says how to read an input; add --input FILE"),
        (["run", "pricing.yaml", "--set", "price"], "--set takes PATH=JSON, such as price=9.5; found 'price'"),
        (
            ["run", "pricing.yaml", "--set", "price=cheap"],
            "--set price: expected a JSON value, found 'cheap'; a string nee",
        ),
        (["run", "pricing.yaml", "--set", "prise=1"], "--set: no contact 'prise'; did you mean 'price'?"),
        (["run", "pricing.yaml", "--set", "price=9223372036854775808"], "--set: "),
        (["run", "pricing.yaml", "--print", "prize"], "no contact matches 'prize'; did you mean 'price'?"),
        (["run", "pricing.yaml", "--watch", "zzz/**"], "no contact matches 'zzz/**'; see them all with '**'"),
        (
            ["get", "sohp.db", "price"],
            "there is no store 'sohp.db'; did you mean 'shop.db'?",
        ),
        (["get", "new.db", "price"], "there is no store 'new.db'; bassline run --store new.db makes one"),
        (["get", "shop.db"], "Missing argument 'PATTERN...'; see bassline get --help"),
        (["get", "shop.db", "prise"], "no contact matches 'prise'; did you mean 'price'?"),
        (["get", "shop.db", "x/*"], "no contact matches 'x/*'; see them all with '**'"),
        (["why", "shop.db", "prise"], "no contact 'prise'; did you mean 'price'?"),
        (["why", "shop.db", "price", "--depth", "0"], "Invalid value for '--depth': 0 is not in the range x>=1"),
    ],
)
def test_asked_wrongly(cli, folder, words, said):
    (folder / "rows.csv").write_text("price\n1\n")
    (folder / "rows.dat").write_text("price\n1\n")
    assert cli("run", "pricing.yaml", "--store", "shop.db").code == 0
    done = cli(*words)
    assert done.code == 2
    assert done.error.startswith(said)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("price,qty\n1,2\n3,4,5\n7,8\n", "rows.csv, row 2 (line 3): "),
        ('price,qty\n1,2\n"3,4\n', "rows.csv, row 2 (line 3): "),
        ("price,qty\n1,2\n3,\udc80\n", "rows.csv, row 2 (line 3): "),
    ],
)
def test_a_bad_row(cli, folder, rows, said):
    (folder / "rows.csv").write_text(rows, errors="surrogateescape")
    words = ["run", "pricing.yaml", "--input", "rows.csv", "--store", "shop.db"]
    done = cli(*words)
    assert done.code == 1
    assert done.error.startswith(said)
    assert done.error.endswith(
        "; what is before it is in; correct it and run the same again, or pass over bad rows with --skip-bad"
    )
    assert '"value": 2' in cli("get", "shop.db", "total").out
    (folder / "rows.csv").write_text("price,qty\n1,2\n3,4\n7,8\n")
    corrected = cli(*words, "--print", "total")
    assert corrected.err.startswith("continuing after row 1\n2 rows in ")
    assert '"value": 56' in corrected.out


def test_a_bad_line_of_json(cli, folder):
    (folder / "rows.jsonl").write_text('{"price": 1}\n{"price": }\n')
    assert cli("run", "pricing.yaml", "--input", "rows.jsonl").error.startswith("rows.jsonl, row 2 (line 2): ")
    (folder / "rows.jsonl").write_text('{"price": 1}\n[2]\n')
    assert cli("run", "pricing.yaml", "--input", "rows.jsonl").error.startswith("rows.jsonl, row 2 (line 2): ")


def test_a_row_with_an_integer_beyond_64_bits(cli, folder):
    (folder / "rows.jsonl").write_text('{"qty": 1}\n{"qty": 9223372036854775808}\n')
    done = cli("run", "pricing.yaml", "--input", "rows.jsonl")
    assert done.code == 1
    assert done.error.startswith("rows.jsonl, row 2")


def test_a_row_that_a_gadget_cannot_compute(cli, folder):
    (folder / "rows.csv").write_text("price,qty\n1,2\n4611686018427387904,4\n")
    done = cli("run", "pricing.yaml", "--input", "rows.csv", "--store", "shop.db")
    assert done.code == 1
    assert done.error.startswith("rows.csv, row 2: gadget 'times' failed: the result of ")
    assert "does not fit a 64-bit integer" in done.error
    assert done.error.endswith("or pass over bad rows with --skip-bad")
    assert '"value": 2' in cli("get", "shop.db", "total").out


def test_a_row_with_a_column_that_is_no_contact(cli, folder):
    (folder / "rows.csv").write_text("price,qtx\n1,2\n")
    done = cli("run", "pricing.yaml", "--input", "rows.csv")
    assert done.code == 1
    assert done.error.startswith("rows.csv, row 1: no contact 'qtx'; did you mean 'qty'?")


def test_a_contact_for_the_rows_that_is_not_there(cli, folder):
    (folder / "rows.csv").write_text("price,qty\n1,2\n")
    done = cli("run", "pricing.yaml", "--input", "rows.csv", "--into", "pirce")
    assert done.code == 2
    assert done.error.startswith("--into: no contact 'pirce'; did you mean 'price'?")


def test_a_header_that_cannot_be_read(cli, folder):
    (folder / "rows.csv").write_text("price,price\n1,2\n")
    done = cli("run", "pricing.yaml", "--input", "rows.csv")
    assert done.code == 1
    assert done.error.startswith("rows.csv, the header (line 1): two columns are named 'price'")
    (folder / "rows.csv").write_text("price,qty\n1,2\n")
    done = cli("run", "pricing.yaml", "--input", "rows.csv", "--text", "zip")
    assert "no column 'zip'" in done.error


def test_a_store_that_is_no_database(cli, folder):
    (folder / "shop.db").write_text("this is a text, long enough to be taken for a file of some kind\n" * 20)
    for words in (["run", "pricing.yaml", "--store", "shop.db"], ["get", "shop.db", "x"], ["why", "shop.db", "x"]):
        done = cli(*words)
        assert done.code == 1
        assert "shop.db" in done.error
        assert "expected a bassline store" in done.error
    assert (folder / "shop.db").read_text().startswith("this is a text")


def test_a_store_of_a_newer_version(cli, folder):
    cli("run", "pricing.yaml", "--store", "shop.db")
    with closing(sqlite3.connect("shop.db")) as database:
        database.execute("pragma user_version = 9999")
        database.commit()
    for words in (["run", "pricing.yaml", "--store", "shop.db"], ["get", "shop.db", "x"]):
        done = cli(*words)
        assert done.code == 1
        assert "newer" in done.error


def test_a_store_where_none_can_be(cli):
    done = cli("run", "pricing.yaml", "--store", "no/such/folder/shop.db")
    assert done.code == 1
    assert "no/such/folder" in done.error


def test_a_traceback_is_shown_only_when_asked_for(cli):
    assert "Traceback" not in cli("run", "no.yaml").err
    assert "Traceback" in cli("run", "no.yaml", "--debug").err
    assert "Traceback" in cli("--debug", "run", "no.yaml").err


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_a_missing_extra_is_one_line_that_says_how_to_install_it(missing):
    program = f"import sys; sys.modules['{missing}'] = None; from bassline.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"error: the command line needs {missing}, which is not installed: pip install 'bassline[cli]'\n"
    )
