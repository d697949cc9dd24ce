"""A driver on a journal may fall behind by any number of ticks, and goes on where it was after a close and after a kill."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

import bassline as bl

WRITER = """
import bassline as bl
from tests.kernel.test_resuming import Notes
net = bl.Network({url!r})
n = net.contact("n", 0)
net.attach(Notes({notes!r}), name="notes", policy="spill", batch=50, max_age=0, max_records=100)
while True:
    n.value += 1
    if n.value % 100 == 0:
        net.flush()
        print(n.value, flush=True)
"""


class Takes(bl.Driver):
    """Takes so many ticks, and then asks for time."""

    def __init__(self, at_most=10**9):
        self.at_most, self.values, self.gaps, self.snapshots = at_most, [], [], 0

    def handle_changes(self, batch):
        if len(self.values) + len(batch) > self.at_most:
            return bl.Backpressure(retry_after=3600)
        self.gaps += [batch.gap] if batch.gap else []
        self.snapshots += batch.snapshot
        self.values += [(change.tick, change.path, change.new) for change in batch]
        return None


class Notes(bl.Driver):
    """Writes down what it takes, in a file that outlives the process."""

    def __init__(self, path):
        self.path = Path(path)

    def handle_changes(self, batch):
        with self.path.open("a") as file:
            if batch.gap or batch.snapshot:
                file.write("snapshot\n")
            file.write("".join(f"{value}\n" for value in batch.values))


class Held(Takes):
    """Takes nothing until it is let go."""

    def __init__(self):
        super().__init__()
        self.go, self.holds = threading.Event(), threading.Event()

    def handle_changes(self, batch):
        self.holds.set()
        self.go.wait()
        return super().handle_changes(batch)


def resident():
    """How many bytes of memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.fixture
def url(tmp_path):
    return f"journal:{tmp_path}/shop"


def spilling(net, driver, **how):
    net.attach(driver, name="slow", policy="spill", **({"batch": 1, "max_age": 0} | how))


def left_behind(net):
    """Close a network whose driver does not take everything."""
    with pytest.raises(bl.DriverError, match="'slow' did not take"):
        net.close(timeout=0.2)


@pytest.mark.timeout(300)
def test_a_driver_that_is_held_costs_no_memory_and_keeps_nobody_waiting(url):
    ticks, size = 100_000, 1_000
    driver = Held()
    with bl.Network(url, history=10) as net:
        text = net.contact("text")
        spilling(net, driver, snapshot=False, batch=1_000, max_records=1_000, timeout=0)
        text.value = "first"
        assert driver.holds.wait(60)
        before = resident()
        for n in range(ticks):
            text.value = f"{n:0{size}}"
        assert net.pending["slow"] >= ticks
        grown = resident() - before
        driver.go.set()
        net.flush()
        assert net.pending["slow"] == 0
    assert grown < ticks * size / 2
    assert [value for _, _, value in driver.values] == ["first", *(f"{n:0{size}}" for n in range(ticks))]
    assert driver.gaps == []


@pytest.mark.parametrize("snapshot", [True, False])
def test_after_closing_and_opening_again_it_is_handed_exactly_what_it_has_not_taken(url, snapshot):
    first = Takes(at_most=7)
    net = bl.Network(url)
    spilling(net, first, snapshot=snapshot)
    for n in range(20):
        net.contact(f"c{n}", n)
    left_behind(net)
    assert [value for *_, value in first.values] == list(range(7))

    with bl.Network(url) as net:  # it need not be there
        net["c0"] = "alone"
    second = Takes(at_most=9)
    net = bl.Network(url)
    spilling(net, second, snapshot=snapshot)
    net["c1"] = "new"
    left_behind(net)
    assert [value for *_, value in second.values] == list(range(7, 16))

    third = Takes()
    with bl.Network(url) as net:
        spilling(net, third, snapshot=snapshot)
        net.flush()
    assert [value for *_, value in third.values] == [16, 17, 18, 19, "alone", "new"]
    assert [tick for tick, *_ in first.values + second.values + third.values] == list(range(1, 23))
    assert (second.snapshots, third.snapshots, second.gaps, third.gaps) == (0, 0, [], [])


def test_a_driver_that_had_taken_everything_is_handed_nothing_again(url):
    for n in range(3):
        driver = Takes()
        with bl.Network(url) as net:
            spilling(net, driver)
            net.contact(f"c{n}", n)
        assert [value for *_, value in driver.values] == [n]
    idle = Takes()
    for _ in range(2):
        with bl.Network(url) as net:
            spilling(net, idle)
    assert (idle.values, idle.snapshots, idle.gaps) == ([], 0, [])


def test_what_was_removed_since_has_the_name_of_then(url):
    net = bl.Network(url)
    net.contact("group/old", 0)
    spilling(net, Takes(at_most=0), snapshot=False)
    net["group/old"] = 1
    net.contact("brief", 2)
    net.remove("group")
    net.remove("brief")
    net.contact("new", 3)
    left_behind(net)
    driver = Takes()
    with bl.Network(url) as net:
        spilling(net, driver, snapshot=False)
        net.flush()
    assert driver.values == [(2, "group/old", 1), (3, "brief", 2), (6, "new", 3)]


def test_it_goes_on_when_it_is_attached_again_and_each_name_has_a_cursor_of_its_own(url):
    first, other, again = Takes(), Takes(), Takes()
    with bl.Network(url) as net:
        net.contact("x")
        spilling(net, first, snapshot=False)
        net["x"] = 1
        net.flush()
        net.detach("slow")
        net["x"] = 2
        spilling(net, again, snapshot=False)
        net.attach(other, name="other", policy="spill", snapshot=False)
        net["x"] = 3
    assert [[value for *_, value in driver.values] for driver in (first, again, other)] == [[1], [2, 3], [3]]


@pytest.mark.timeout(180)
def test_after_a_kill_nothing_is_lost_and_nothing_is_out_of_order(program, url, tmp_path):
    notes = tmp_path / "notes"
    for _ in range(5):
        writer = program.start(WRITER.format(url=url, notes=str(notes)))
        acknowledged = [int(writer.stdout.readline()) for _ in range(4)][-1]
        writer.kill()
        writer.communicate()
    with bl.Network(url) as net:
        end = net["n"]
        net.attach(Notes(notes), name="notes", policy="spill")
        net.flush()
    assert end >= acknowledged
    taken = [int(line) for line in notes.read_text().splitlines() if line != "snapshot"]
    assert set(range(1, end + 1)) <= set(taken)
    highest = 0
    for value in taken:
        assert value <= highest + 1, "a value came before the one that it follows"
        highest = max(highest, value)


def test_a_damaged_cursor_is_said_and_without_the_file_it_begins_with_a_snapshot(url, tmp_path):
    with bl.Network(url) as net:
        net.contact("x", 1)
        spilling(net, Takes())
    file = tmp_path / "shop" / "n-main" / "cursors"
    whole = bytearray(file.read_bytes())
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with bl.Network(url) as net, pytest.raises(bl.DriverError, match="'cursors' is damaged"):
            spilling(net, Takes())
    file.unlink()
    driver = Takes()
    with bl.Network(url) as net:
        spilling(net, driver)
        net.flush()
    assert (driver.snapshots, [value for *_, value in driver.values]) == (1, [1])


class Remembers(bl.StorageDriver):
    """Keeps what it takes, and the place of the last of it."""

    def __init__(self, at=None):
        self.at, self.values, self.gaps, self.snapshots = at, [], [], 0

    def load(self):
        return self.at and SimpleNamespace(epoch=self.at[0], tick=self.at[1])

    def handle_changes(self, batch):
        self.gaps += [(batch.gap.reason, batch.gap.first_tick, batch.gap.last_tick)] if batch.gap else []
        self.snapshots += batch.snapshot
        self.values += batch.values
        self.at = (batch[-1].epoch, batch.ticks[1])


def worked(url, driver, values):
    with bl.Network(url) as net:
        x = net.contact("x")
        if driver:
            net.attach(driver, name="remembers", snapshot=False)
        for value in values:
            x.value = value


def test_a_storage_driver_goes_on_without_a_gap_on_a_journal(url):
    driver = Remembers()
    worked(url, driver, [1, 2])
    worked(url, None, [3, 4])
    worked(url, driver, [5])
    assert (driver.values, driver.gaps, driver.snapshots) == ([1, 2, 3, 4, 5], [], 0)


@pytest.mark.parametrize("scheme", ["sqlite", "memory"])
def test_without_a_journal_a_storage_driver_that_is_behind_is_told_by_a_snapshot_and_a_gap(scheme, tmp_path):
    url = f"{scheme}:{tmp_path}/shop"
    driver = Remembers()
    worked(url, driver, [1, 2])
    worked(url, driver, [])
    assert (driver.values, driver.gaps, driver.snapshots) == ([1, 2], [], 0)
    worked(url, None, [3, 4])
    worked(url, driver, [5])
    assert (driver.values, driver.snapshots) == ([1, 2, 4, 5], 1)
    assert driver.gaps == [("resynchronised", 4, 5)]


@pytest.mark.parametrize("scheme", ["sqlite", "memory", "journal"])
@pytest.mark.parametrize("at", [(1, 9), (7, 3), (9, 9)])
def test_a_storage_driver_that_is_ahead_is_told_by_a_snapshot_and_a_gap(scheme, at, tmp_path):
    url = f"{scheme}:{tmp_path}/shop"
    worked(url, None, [1, 2])
    driver = Remembers(at)
    worked(url, driver, [3])
    assert (driver.values, driver.snapshots) == ([2, 3], 1)
    assert [reason for reason, *_ in driver.gaps] == ["resynchronised"]


@pytest.mark.parametrize("scheme", ["sqlite", "memory", "journal"])
def test_a_driver_that_was_told_by_a_snapshot_goes_on_from_there(scheme, tmp_path):
    url = f"{scheme}:{tmp_path}/shop"
    worked(url, None, [1, 2])
    driver = Remembers((9, 9))
    worked(url, driver, [])
    worked(url, driver, [])
    assert (driver.values, driver.snapshots, len(driver.gaps)) == ([2], 1, 1)


def test_to_spill_takes_a_journal(tmp_path):
    for store in (None, f"sqlite:{tmp_path}/shop.db"):
        with bl.Network(store) as net, pytest.raises(bl.BasslineError, match="is to spill, but the log lies in memory"):
            spilling(net, Takes())
