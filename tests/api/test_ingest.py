"""Ingesting rows from Python: chunks, bad rows, positions, and what others write in between."""

from __future__ import annotations

import pytest

import bassline as bl

ROWS = b"x,y\n1,10\nbad\n2,20\n0,0\n3,30\nbad\n"


@pytest.fixture
def dividing(net):
    """Rows of zero are refused."""
    net.contact("x", 1)
    net.contact("y", 0)
    net.gadget("math.divide", a=1, b="x", quotient="inverse")
    return net


def ingest(net, rows, piece=10**9, **options):
    """Feeds rows in pieces; answers rows, bad and known."""
    reader = bl.RowReader.csv()
    total = [0, 0, 0]
    pieces = [rows[at : at + piece] for at in range(0, len(rows), piece)]
    for number, chunk in enumerate(pieces):
        done = net.ingest(reader, chunk, final=number == len(pieces) - 1, **{"source": "f"} | options)
        total = [a + b for a, b in zip(total, (done.rows, done.bad, done.known), strict=True)]
    return tuple(total)


@pytest.mark.parametrize("piece", [1, 3, 7, 10**9])
def test_each_row_is_a_tick_in_whatever_pieces_it_comes(dividing, piece):
    assert ingest(dividing, ROWS, piece, skip_bad=True) == (3, 3, 0)
    assert (dividing["x"], dividing["y"], dividing["inverse"], dividing.position("f")) == (3, 30, 1 / 3, 6)
    assert ingest(dividing, ROWS, piece, skip_bad=True) == (0, 0, 6)
    assert ingest(dividing, ROWS, piece) == (0, 0, 6)


def test_a_bad_row_and_a_refused_one_stop_with_their_number_until_they_are_passed_over(dividing):
    reader = bl.RowReader.csv()
    with pytest.raises(bl.InputError) as caught:
        dividing.ingest(reader, ROWS, source="f", final=True)
    assert (caught.value.row, caught.value.line, dividing.position("f")) == (2, 3, 1)
    reader = bl.RowReader.csv()
    assert dividing.ingest(reader, b"x,y\n1,10\nbad\n2,20\n", source="f", skip_bad=True).bad == 1
    with pytest.raises(bl.GadgetError) as refused:
        dividing.ingest(reader, b"0,0\n3,30\n", source="f")
    assert (refused.value.row, refused.value.__notes__, dividing.position("f")) == (4, ["row 4"], 3)
    done = dividing.ingest(reader, b"", source="f", skip_bad=True, final=True)
    assert (done.rows, done.bad, dividing.position("f")) == (1, 1, 5)


def test_positions_of_bad_rows_at_the_end_are_in_the_store(store):
    for expected in ((3, 3, 0), (0, 0, 6)):
        with bl.Network(store) as net:
            net.contact("x", 1)
            net.contact("y", 0)
            net.gadget("math.divide", a=1, b="x", quotient="inverse")
            assert ingest(net, ROWS, skip_bad=True) == expected
            tick = net.tick
    with bl.Network(store) as net:
        assert (net.position("f"), net.tick) == (6, tick)


def test_without_a_source_every_row_is_taken_each_time(dividing):
    assert ingest(dividing, b"x,y\n1,1\n2,2\n", source="") == (2, 0, 0)
    assert ingest(dividing, b"x,y\n5,5\n", source="") == (1, 0, 0)
    assert (dividing["x"], dividing.position("")) == (5, None)


def test_two_sources_have_each_their_own_rows(dividing):
    assert ingest(dividing, b"x,y\n1,1\n2,2\n", source="a") == (2, 0, 0)
    assert ingest(dividing, b"x,y\n3,3\n", source="b") == (1, 0, 0)
    assert (dividing.position("a"), dividing.position("b"), dividing["x"]) == (2, 1, 3)


def test_an_unknown_column_is_an_error_that_names_it_and_its_row(dividing):
    with pytest.raises(bl.UnknownContactError, match="no contact 'z'") as caught:
        ingest(dividing, b"x,z\n1,1\n")
    assert caught.value.row == 1
    assert (dividing["x"], dividing.position("f")) == (1, None)


def test_rows_go_as_maps_into_one_contact(net):
    net.contact("rows", blend="stream")
    seen = []
    net.on_change("rows", lambda change: seen.append((change.new, change.cause)))
    reader = bl.RowReader.json_lines()
    net.ingest(reader, b'{"a": 1, "b": [true]}\n{"a": 2.5}\n', into="rows", source="f", final=True)
    assert seen == [({"a": 1, "b": [True]}, "external:f"), ({"a": 2.5}, "external:f")]


@pytest.mark.parametrize("piece", [5, 10**9])
def test_what_a_subscriber_writes_is_there_before_the_next_row(net, piece):
    for path in ("x", "seen", "behind"):
        net.contact(path, 0)
    net.on_change("x", lambda change: net.update({"seen": change.new}))

    @net.gadget
    def check(x):
        return [x, net["seen"]]

    order = []
    net.on_change("check", lambda change: order.append(change.new))
    ingest(net, b"x\n1\n2\n3\n", piece)
    assert order == [[1, 0], [2, 1], [3, 2]]


@pytest.mark.parametrize("piece", [5, 10**9])
def test_what_a_gadget_writes_is_there_before_the_next_row_and_not_if_its_row_is_refused(net, piece):
    net.contact("x", 0)
    log = net.contact("log", 0)
    order = []
    net.on_change("*", lambda change: order.append((change.path, change.new)))

    @net.gadget
    def writes(x):
        log.value = x
        if x == 2:
            raise ValueError(x)

    order.clear()
    assert ingest(net, b"x\n1\n2\n3\n", piece, skip_bad=True) == (2, 1, 0)
    assert order == [("x", 1), ("log", 1), ("x", 3), ("log", 3)]


def test_an_exception_of_a_subscriber_ends_the_call_behind_its_row_and_the_next_goes_on(net):
    net.contact("x", 0)

    def fail(change):
        if change.new == 2:
            raise LookupError(change.new)

    net.on_change("x", fail)
    reader = bl.RowReader.csv()
    with pytest.raises(LookupError):
        net.ingest(reader, b"x\n1\n2\n3\n", source="f", final=True)
    assert (net["x"], net.position("f")) == (2, 2)
    net.ingest(reader, b"", source="f", final=True)
    assert (net["x"], net.position("f")) == (3, 3)


def test_a_driver_that_fails_ends_it_without_losing_a_row(net):
    class Broken(bl.Driver):
        def classify(self, error):
            return "fatal"

        def handle_changes(self, batch):
            raise LookupError("disk gone")

    net.contact("x", 0)
    reader = bl.RowReader.csv()
    net.ingest(reader, b"x\n1\n", source="f")
    net.attach(Broken(), name="broken", max_age=0, snapshot=False, on_failure="fail-fast")
    net["x"] = 50
    with pytest.raises(bl.DriverError):
        net.flush()
    with pytest.raises(bl.DriverError):
        net.ingest(reader, b"2\n3\n", source="f", final=True)
    with pytest.raises(bl.DriverError):
        net.detach("broken")
    assert (net["x"], net.position("f")) == (50, 1)
    assert net.ingest(reader, b"", source="f", final=True).rows == 2
    assert (net["x"], net.position("f")) == (3, 3)


def test_a_closed_network_takes_no_rows(net):
    net.contact("x", 0)
    reader = bl.RowReader.csv()
    net.close()
    with pytest.raises(bl.BasslineError, match="closed"):
        net.ingest(reader, b"x\n1\n", source="f", final=True)


def test_a_delimiter_that_is_no_single_character_is_refused():
    for delimiter in ("", ";;", "é"):
        with pytest.raises(ValueError, match="delimiter"):
            bl.RowReader.csv(delimiter=delimiter)
