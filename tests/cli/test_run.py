"""`bassline run`, `get` and `why` on good input: what is printed where, and how a run is continued."""

from __future__ import annotations

import io
import json
import re
import sys

import pytest


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def values(text):
    return {line["path"]: line["value"] for line in lines(text)}


@pytest.fixture
def numbers(folder):
    file = folder / "numbers.csv"
    file.write_text("price,qty\n" + "".join(f"{n},{n + 1}\n" for n in range(1, 1001)))
    return file


def test_the_end_state_is_printed_as_json_lines(cli):
    done = cli("run", "pricing.yaml", "--set", "price=12", "--print", "**")
    assert (done.code, done.err) == (0, "")
    assert values(done.out) == {"price": 12, "qty": 3, "total": 36, "peak": 36}
    assert lines(done.out)[0].keys() == {"path", "value", "version"}


def test_a_pattern_is_a_path_with_stars_and_each_contact_is_printed_once(cli):
    done = cli("run", "pricing.yaml", "--print", "p*", "--print", "peak", "--print", "total")
    assert sorted(values(done.out)) == ["peak", "price", "total"]
    assert len(lines(done.out)) == 3


def test_an_empty_contact_has_no_value(cli, folder):
    (folder / "empty.yaml").write_text("name: a\nbuild: {contacts: [{id: b}]}\n")
    done = cli("run", "empty.yaml", "--print", "**")
    assert lines(done.out) == [{"path": "b", "version": 0}]


def test_several_settings_are_one_tick_of_json_values(cli):
    done = cli("run", "pricing.yaml", "--set", "price=2", "--set", "qty=5", "--watch", "total")
    assert [line["value"] for line in lines(done.out)] == [28.5, 10]


def test_changes_are_printed_as_json_lines(cli):
    done = cli("run", "pricing.yaml", "--watch", "total", "--set", "qty=4")
    first, second = lines(done.out)
    assert (first["tick"], first["path"], first["value"]) == (1, "total", 28.5)
    assert "old" not in first
    assert (second["value"], second["old"], second["cause"]) == (38.0, 28.5, "times")
    assert isinstance(second["time"], float)


def test_columns_are_contacts_and_each_row_is_a_tick(cli, numbers):
    done = cli("run", "pricing.yaml", "--input", "numbers.csv", "--watch", "total", "--print", "peak")
    assert done.code == 0
    *totals, peak = lines(done.out)
    assert [line["value"] for line in totals] == [28.5, *(n * (n + 1) for n in range(1, 1001))]
    assert [line["tick"] for line in totals] == list(range(1, 1002))
    assert peak["value"] == 1000 * 1001
    assert re.fullmatch(r"1,000 rows in [\d.]+ s \([\d,]+ rows/s\), 1,000 ticks\n", done.err)


def test_json_lines_name_the_contacts_they_write(cli, folder):
    (folder / "in.jsonl").write_text('{"price": 1, "qty": 2}\n{"qty": 3}\n{"price": 1.5}\n')
    done = cli("run", "pricing.yaml", "--input", "in.jsonl", "--watch", "total")
    assert [line["value"] for line in lines(done.out)] == [28.5, 2, 3, 4.5]


def test_a_row_can_go_whole_into_one_contact(cli, folder):
    (folder / "rows.csv").write_text("a,code\n1,007\nNA,\n")
    (folder / "rows.yaml").write_text("name: a\nbuild: {contacts: [{id: row, blend: stream}]}\n")
    words = ["run", "rows.yaml", "--input", "rows.csv", "--into", "row", "--null", "NA", "--text", "code"]
    done = cli(*words, "--watch", "row")
    first, second = (line["value"] for line in lines(done.out))
    assert first == {"a": 1, "code": "007"}
    assert second["a"] is None


def test_standard_input_is_read_as_json_lines(cli, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"qty": 7}\n')))
    done = cli("run", "pricing.yaml", "--input", "-", "--print", "qty")
    assert values(done.out) == {"qty": 7}


def test_the_format_can_be_said(cli, folder, numbers):
    numbers.rename(folder / "numbers.txt")
    done = cli("run", "pricing.yaml", "--input", "numbers.txt", "--format", "csv", "--print", "qty")
    assert values(done.out) == {"qty": 1001}


def test_a_run_continues_after_the_last_stored_row(cli, folder, numbers):
    words = ["run", "pricing.yaml", "--input", "numbers.csv", "--store", "shop.db"]
    whole = numbers.read_text().splitlines(keepends=True)
    numbers.write_text("".join(whole[:301]))
    first = cli(*words)
    assert first.code == 0
    assert re.fullmatch(r"300 rows in .* 300 ticks, shop.db [\d.]+ MB\n", first.err)
    numbers.write_text("".join(whole))
    second = cli(*words, "--print", "total")
    assert second.err.startswith("continuing after row 300\n700 rows in ")
    assert values(second.out) == {"total": 1000 * 1001}
    third = cli(*words, "--print", "total")
    assert third.code == 0
    assert third.err == "continuing after row 1,000\nnothing new in numbers.csv: 1,000 rows were read before\n"
    assert third.out == second.out


def test_a_source_of_another_name_is_another_input(cli, numbers):
    words = ["run", "pricing.yaml", "--input", "numbers.csv", "--store", "shop.db"]
    cli(*words)
    assert cli(*words, "--source", "again").err.startswith("1,000 rows in ")


def test_what_was_set_by_hand_stays_when_the_run_is_repeated(cli):
    cli("run", "pricing.yaml", "--store", "shop.db", "--set", "price=1")
    done = cli("run", "pricing.yaml", "--store", "shop.db", "--print", "price")
    assert values(done.out) == {"price": 1}


def test_get_prints_what_a_store_holds(cli):
    cli("run", "pricing.yaml", "--store", "shop.db", "--set", "price=2")
    done = cli("get", "shop.db", "p*", "total")
    assert (done.code, done.err) == (0, "")
    assert values(done.out) == {"price": 2, "peak": 28.5, "total": 6}
    assert cli("get", "sqlite:shop.db", "total").code == 0


def test_why_tells_where_a_value_came_from(cli):
    cli("run", "pricing.yaml", "--store", "shop.db", "--set", "price=2")
    done = cli("why", "shop.db", "total")
    assert (done.code, done.err) == (0, "")
    for word in ("total", "times", "price", "qty"):
        assert word in done.out
    (derivation,) = lines(cli("why", "shop.db", "total", "--json").out)
    assert derivation["path"] == "total"
    assert cli("why", "shop.db", "total", "--depth", "1").code == 0


def test_bad_rows_can_be_passed_over_and_are_counted(cli, folder):
    (folder / "bad.csv").write_text("price,qty\n1,2\n3\n5,6\n")
    words = ["run", "pricing.yaml", "--input", "bad.csv", "--skip-bad", "--store", "shop.db"]
    done = cli(*words, "--print", "total")
    assert (done.code, values(done.out)) == (0, {"total": 30})
    assert re.fullmatch(r"2 rows in .* 2 ticks, shop.db [\d.]+ MB; 1 bad row passed over\n", done.err)
    assert "nothing new" in cli(*words).err


def test_help_and_version(cli):
    assert re.fullmatch(r"bassline \d+\.\d+\.\d+\S*\n", cli("--version").out)
    for words in (["--help"], ["run", "--help"], ["get", "--help"], ["why", "-h"]):
        done = cli(*words)
        assert (done.code, done.err) == (0, "")
        assert "Usage: bassline" in done.out
    assert cli().code == 2


def test_on_a_terminal_there_are_a_table_and_a_progress_bar(cli, numbers, monkeypatch):
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    done = cli("run", "pricing.yaml", "--input", "numbers.csv", "--print", "**")
    assert done.code == 0
    assert "contact" in done.out
    assert "1001000" in done.out
    assert "100%" in done.err
    assert "1,000 rows" in done.err
    assert lines(cli("run", "pricing.yaml", "--print", "qty", "--json").out)[0]["path"] == "qty"
