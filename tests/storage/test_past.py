"""The past: the network as of a tick, and the history of a contact."""

import pytest

import bassline as bl
from bassline.testing import ManualClock


@pytest.fixture(params=["memory:past-{}", "journal:{}/past", "shop.db"], ids=["memory", "journal", "sqlite"])
def url(request, tmp_path):
    if request.param.endswith(".db"):
        return str(tmp_path / request.param)
    return request.param.format(tmp_path.name if request.param.startswith("memory") else tmp_path)


@pytest.mark.parametrize("tick", [-1, "one", 1.5, 2**70, None])
def test_what_is_no_tick_is_refused(url, tick):
    with bl.Network(url) as net, pytest.raises((bl.BasslineError, TypeError)):
        net.as_of(tick)


def test_the_past_reads_like_any_network_and_cannot_be_written(url):
    with bl.Network(url) as net:
        net.gadget("math.add", a=net.contact("x", 1), b=1, sum="y")
        tick = net.tick
        net["x"] = 10
        net.remove("y")
        past = net.as_of(tick)
        assert isinstance(past, bl.Network)
        assert (past["x"], past["y"], past.get("no", 0), past.tick) == (1, 2, 0, tick)
        assert list(past.contacts) == ["x", "y"]
        assert "math.add(a=x, b=(1), sum=y)" in str(past.why("y"))
        operations = [
            lambda: past.update({"x": 2}),
            lambda: past.contact("z"),
            lambda: past.remove("x"),
            lambda: past.snapshot(),
            lambda: past.restore(net.snapshot().id),
            lambda: past.batch().__enter__(),
        ]
        for operation in operations:
            with pytest.raises(bl.BasslineError, match=f"as it was after tick {tick}, which can only be read"):
                operation()
        assert "y" not in net


def test_ticks_that_are_not_there_are_refused_with_those_that_are(url):
    with bl.Network(url) as net:
        net.contact("x", 1)
        with pytest.raises(bl.StorageError, match="tick 2 is not there yet; the last is 1"):
            net.as_of(2)


def test_a_network_in_memory_alone_has_its_last_tick():
    net = bl.Network()
    x = net.contact("x", 1)
    x.value = 2
    assert net.as_of(2)["x"] == 2
    with pytest.raises(bl.StorageError, match="tick 1 is not there any more: .*; open it in a store"):
        net.as_of(1)
    assert net.history("x") == []


def test_the_past_goes_back_behind_this_opening_and_behind_a_restore(url):
    with bl.Network(url) as net:
        x = net.contact("x", 1)
        net.snapshot()
        x.value = 2
        net.restore(1)
        net.remove("x")
    with bl.Network(url) as net:
        assert [net.as_of(tick).get("x") for tick in range(1, 5)] == [1, 2, 1, None]


def test_history_tells_what_was_there_who_wrote_it_and_when_across_openings(url):
    clock = ManualClock(1.0)
    with bl.Network(url, clock=clock) as net:
        net.gadget("math.add", name="more", a=net.contact("x", 1), b=1, sum="y")
        clock.advance(1)
        with net.batch("till", position=1):
            net["x"] = 2
    clock.advance(1)
    with bl.Network(url, clock=clock) as net:
        net["x"] = 3
        told = [(c.epoch, c.tick, c.time, c.path, c.old, c.new, c.cause) for c in net.history("x")]
        assert told == [
            (2, 4, 3.0, "x", 2, 3, "external:"),
            (1, 3, 2.0, "x", 1, 2, "external:till"),
            (1, 1, 1.0, "x", bl.Nothing, 1, "external:"),
        ]
        assert [change.new for change in net.history("x", limit=2)] == [3, 2]
        assert [change.cause for change in net.history("y", limit=1)] == ["more"]
        assert [change.new for change in net.as_of(3).history("x", limit=1)] == [2]
        with pytest.raises(bl.UnknownContactError):
            net.history("no")


def test_several_events_of_a_tick_are_told_newest_first(url):
    with bl.Network(url) as net:
        events = net.contact("events", blend="stream")
        with net.batch():
            for n in (1, 2, 2):
                events.value = n
        assert [(c.index, c.old, c.new) for c in net.history("events")] == [(2, 2, 2), (1, 1, 2), (0, bl.Nothing, 1)]
