"""What happens when a driver is as far behind as it may be, by each policy."""

from __future__ import annotations

import pytest

import bassline as bl
from bassline.testing import ManualClock
from tests.kernel.scripted import Keep
from tests.waiting import until


@pytest.fixture
def held(net):
    """Attaches a driver that hangs in its first batch."""
    drivers = []

    def attach(**options):
        net.contact("first", 0)
        keep = Keep().hold()
        net.attach(keep, name="held", max_age=0, snapshot=False, **options)
        net["first"] = 1
        assert keep.entered.wait(60)
        drivers.append(keep)
        return keep

    yield attach
    for keep in drivers:
        keep.go.set()


def test_under_error_the_write_is_refused_at_once_and_leaves_the_network_as_it_was(net, held):
    keep = held(policy="error", max_records=3, timeout=3600)
    net["first"] = 2
    net["first"] = 3
    tick = net.tick
    with pytest.raises(bl.BackpressureError, match="'held' is 3 ticks.*not applied"):
        net["first"] = 4
    assert (net["first"], net.tick) == (3, tick)
    keep.go.set()
    net.flush()
    net["first"] = 4
    net.flush()
    assert keep.values == [1, 2, 3, 4]


def test_under_coalesce_the_newest_of_each_contact_comes_in_order_and_no_write_waits(net, held):
    for n in range(5):
        net.contact(f"x{n}", blend="accept-last")
    keep = held(policy="coalesce", max_records=10, timeout=0)
    for n in range(1000):
        net[f"x{n % 5}"] = n
    keep.go.set()
    net.flush()
    assert {path: value for path, value in keep.state.items() if path != "first"} == {
        f"x{n}": 995 + n for n in range(5)
    }
    assert keep.ticks == sorted(keep.ticks)
    for path in ("x0", "x4"):
        olds = [(change.old, change.new) for change in keep.changes if change.path == path]
        assert [old for old, _ in olds[1:]] == [new for _, new in olds[:-1]]
    state = net.drivers["held"]
    assert state["superseded"] + len(keep.changes) == 1001
    assert len(keep.changes) < 30
    assert keep.gaps == []


def test_under_coalesce_streams_lose_the_oldest_and_the_gap_counts_them(net, held):
    net.contact("events", blend="stream")
    net.contact("state")
    keep = held(policy="coalesce", max_records=20)
    for n in range(500):
        net.update({"events": n, "state": n})
    keep.go.set()
    net.flush()
    events = [change.new for change in keep.changes if change.path == "events"]
    assert events == list(range(500 - len(events), 500))
    assert 10 <= len(events) <= 40
    assert keep.state["state"] == 499
    assert {gap.reason for gap in keep.gaps} == {"events"}
    assert sum(gap.missing for gap in keep.gaps) == 500 - len(events)
    assert net.drivers["held"]["missing"] == 500 - len(events)


def test_under_coalesce_what_is_removed_and_made_again_ends_as_it_is(net, held):
    keep = held(policy="coalesce", max_records=4)
    for n in range(100):
        net.contact(f"made{n % 3}", n)
        if n % 4 == 3:
            net.remove(f"made{n % 3}")
        else:
            net[f"made{n % 3}"] = n
    keep.go.set()
    net.flush()
    for path, contact in net.contacts.items():
        assert keep.state[path] == contact.value


def test_under_drop_oldest_the_newest_ticks_come_and_a_gap_says_which_are_lost(net, held):
    keep = held(policy="drop-oldest", max_records=10)
    for n in range(2, 1002):
        net["first"] = n
    keep.go.set()
    net.flush()
    kept = keep.values[1:]
    assert kept == list(range(1002 - len(kept), 1002))
    assert 5 <= len(kept) <= 20
    assert {gap.reason for gap in keep.gaps} == {"dropped"}
    assert sum(gap.missing for gap in keep.gaps) == 1000 - len(kept)
    assert (keep.gaps[0].first_tick, keep.gaps[-1].last_tick) == (3, 1002 - len(kept))


@pytest.mark.parametrize("policy", ["block", "error"])
def test_a_tick_that_waits_for_longer_than_max_lag_has_the_next_write_refused(net, held, policy):
    keep = held(policy=policy, max_lag=0.01, timeout=0.01)

    def write():
        for n in range(2, 10_000_000):
            net["first"] = n

    with pytest.raises(bl.BackpressureError, match="'held'"):
        write()
    keep.go.set()
    net.flush()
    net["first"] = "on"
    net.flush()
    assert keep.values[-1] == "on"
    assert keep.values[:-1] == list(range(1, len(keep.values)))


@pytest.fixture
def aging():
    """A driver that hangs in its first batch, on a network whose clock is moved on by hand."""
    clock = ManualClock(start=1000.0)
    keep = Keep().hold()
    with bl.Network(clock=clock) as net:
        net.contact("first", 0)
        net.contact("events", blend="stream")

        def attach(**options):
            net.attach(keep, name="held", max_age=0, snapshot=False, max_lag=5, **options)
            net["first"] = 1
            assert keep.entered.wait(60)
            return net, keep, clock

        yield attach
        keep.go.set()


def test_under_drop_oldest_what_has_waited_for_longer_than_max_lag_is_lost_and_told(aging):
    net, keep, clock = aging(policy="drop-oldest")
    for n in range(2, 22):
        clock.advance(1)
        net["first"] = n
    keep.go.set()
    net.flush()
    assert keep.values == [1, *range(16, 22)]
    (gap,) = keep.gaps
    first = keep.ticks[0] + 1
    assert (gap.reason, gap.first_tick, gap.last_tick, gap.missing) == ("dropped", first, first + 13, 14)


def test_however_long_it_has_waited_the_newest_tick_comes(aging):
    net, keep, clock = aging(policy="drop-oldest")
    for n in range(2, 22):
        net["first"] = n
    clock.advance(60)
    keep.go.set()
    net.flush()
    assert keep.values == [1, 21]


def test_under_coalesce_what_has_waited_for_longer_than_max_lag_comes_as_it_is_now(aging):
    net, keep, clock = aging(policy="coalesce")
    for n in range(2, 22):
        clock.advance(1)
        net.update({"first": n, "events": n})
    keep.go.set()
    net.flush()
    changes = [(change.path, change.new) for change in keep.changes[1:]]
    assert [new for path, new in changes if path == "first"] == [21]
    assert [new for path, new in changes if path == "events"] == list(range(16, 22))
    assert [(gap.reason, gap.missing) for gap in keep.gaps] == [("events", 14)]


@pytest.mark.parametrize("policy", ["coalesce", "drop-oldest"])
def test_what_has_not_waited_for_max_lag_comes_whole(aging, policy):
    net, keep, clock = aging(policy=policy)
    for n in range(2, 52):
        clock.advance(0.1)
        net["first"] = n
    keep.go.set()
    net.flush()
    assert keep.values == list(range(1, 52))


def test_what_is_spilt_is_held_to_no_time(tmp_path):
    with bl.Network(f"journal:{tmp_path / 'shop'}") as net:
        with pytest.raises(bl.BasslineError, match=r"'keep' is to spill.*leave that out"):
            net.attach(Keep(), name="keep", policy="spill", max_lag=5)
        assert list(net.drivers) == ["store"]


def test_one_tick_larger_than_the_bound_is_admitted_when_nothing_lags(net):
    keep = Keep()
    net.attach(keep, name="keep", max_bytes=100, policy="error", max_age=0)
    net.contact("x", "large" * 10_000)
    net.flush()
    net["x"] = "larger" * 10_000
    net.flush()
    assert [len(value) for value in keep.values] == [50_000, 60_000]


@pytest.mark.parametrize("policy", ["coalesce", "drop-oldest"])
def test_what_waits_for_a_driver_that_loses_stays_within_its_bytes(net, held, policy):
    net.contact("events", blend="stream")
    keep = held(policy=policy, max_bytes=1_000_000)
    for n in range(300):
        net["events"] = f"{n:05}" + "x" * 49_995
    keep.go.set()
    net.flush()
    came = [change.new for change in keep.changes if change.path == "events"]
    assert sum(len(value) for value in came) <= 1_150_000
    assert came[-1].startswith("00299")
    assert len(came) >= 5
    assert sum(gap.missing for gap in keep.gaps) == 300 - len(came)


@pytest.mark.parametrize("policy", ["block", "error", "coalesce", "drop-oldest"])
def test_the_other_drivers_go_on_whatever_the_policy(net, held, policy):
    net.contact("first", 0)
    other = Keep()
    net.attach(other, name="other", snapshot=False, max_age=0)
    held(policy=policy, max_records=1000, durable=False)
    for n in range(2, 1000):
        net["first"] = n
    net.flush()
    assert other.values == list(range(1, 1000))
    assert net.drivers["held"]["state"] == "busy"


def test_spilling_takes_a_log_on_a_disk(net):
    with pytest.raises(bl.BasslineError, match=r"spill.*journal"):
        net.attach(Keep(), name="keep", policy="spill")
    assert net.drivers == {}


def test_an_option_that_is_none_there_is_refused_and_nothing_is_attached(net):
    wrong = [
        {"policy": "forget"},
        {"on_failure": "hope"},
        {"max_records": 0},
        {"max_records": -1},
        {"batch": True},
        {"max_lag": -1},
        {"max_bytes": 1.5},
        {"tries": 0},
        {"timeout": float("nan")},
        {"pause": "long"},
    ]
    for options in wrong:
        (what,) = options
        with pytest.raises(bl.DeclarationError, match=f"^{what} is .*; found "):
            net.attach(Keep(), name="keep", **options)
    assert net.drivers == {}


def test_a_driver_that_catches_up_takes_everything_again(net, held):
    keep = held(policy="coalesce", max_records=2)
    for n in range(2, 100):
        net["first"] = n
    keep.go.set()
    net.flush()
    keep.handed.clear()
    for n in range(100, 200):
        net["first"] = n
        net.flush()
    until(lambda: keep.values[-1] == 199)
    assert keep.values == list(range(100, 200))
