"""A driver that fails is never silent: the next write, a flush and the close say what it raised."""

from __future__ import annotations

import threading

import pytest

import bassline as bl
from tests.kernel.test_python_driver import Keep


class Failing(Keep):
    """Takes batches until it is told to raise."""

    def __init__(self, error=None):
        super().__init__()
        self.error, self.calls, self.failed = error, 0, threading.Event()

    def classify(self, error):
        return "fatal"

    def handle_changes(self, batch):
        self.calls += 1
        if self.error is not None:
            self.failed.set()
            raise self.error
        super().handle_changes(batch)


@pytest.fixture
def failing(net):
    net.contact("x", 0)
    driver = Failing()
    net.attach(driver, name="failing", max_age=0, snapshot=False, on_failure="fail-fast")
    return driver


def test_the_next_write_raises_with_driver_tick_and_cause_and_is_not_applied(net, failing):
    net["x"] = 1
    net.flush()
    failing.error = LookupError("disk gone")
    net["x"] = 2
    with pytest.raises(bl.DriverError, match="^driver 'failing' failed at tick 3: LookupError: disk gone$"):
        net.flush()
    for write in (
        lambda: net.update({"x": 3}),
        lambda: net.contact("y"),
        lambda: net.batch().__enter__(),
        lambda: net.remove("x"),
    ):
        with pytest.raises(bl.DriverError) as caught:
            write()
        error = caught.value
        assert (error.driver, error.tick, error.committed) == ("failing", 3, True)
        assert error.__cause__ is failing.error
    assert (net["x"], list(net.contacts), net.tick) == (2, ["x"], 3)


def test_the_failure_reaches_a_writer_who_never_flushes(net, failing):
    failing.error = LookupError("disk gone")

    def write():
        for n in range(1, 1_000_000):
            net["x"] = n

    with pytest.raises(bl.DriverError) as caught:
        write()
    assert caught.value.tick == 2
    assert failing.calls == 1


def test_the_cause_has_the_drivers_own_traceback(net, failing):
    failing.error = LookupError("disk gone")
    net["x"] = 1
    with pytest.raises(bl.DriverError) as caught:
        net.flush()
    frames = []
    trace = caught.value.__cause__.__traceback__
    while trace:
        frames.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert frames[-1] == "handle_changes"


def test_closing_reports_what_was_not_taken(net, failing):
    failing.error = LookupError("disk gone")
    net["x"] = 1
    with pytest.raises(
        bl.DriverError, match="'failing' did not take the last 1 ticks: LookupError: disk gone"
    ) as caught:
        net.close()
    assert (caught.value.driver, caught.value.committed) == ("failing", True)
    assert net["x"] == 1
    net.close()


def test_detaching_it_raises_the_failure_once_and_frees_the_writer(net, failing):
    failing.error = LookupError("disk gone")
    net["x"] = 1
    with pytest.raises(bl.DriverError):
        net.flush()
    assert "disk gone" in net.drivers["failing"]["failure"]
    with pytest.raises(bl.DriverError) as caught:
        net.detach("failing")
    assert caught.value.__cause__ is failing.error
    assert net.drivers == {}
    net["x"] = 2
    net.flush()
    assert net["x"] == 2


@pytest.mark.parametrize("passing", [ConnectionError, ConnectionResetError, TimeoutError, bl.BackpressureError])
def test_a_failure_that_may_pass_is_tried_again_with_the_same_batch(net, passing):
    tries = []

    class Flaky(Keep):
        def handle_changes(self, batch):
            tries.append((batch.ticks, batch.paths))
            if len(tries) < 3:
                raise passing("not now")
            super().handle_changes(batch)

    flaky = Flaky()
    net.attach(flaky, name="flaky", max_age=3600, pause=0.001)
    with net.batch():
        net.contact("a/x", 1)
        net.contact("y", 2)
    net.remove("a")
    net.contact("a/x", 3)
    net.flush()
    assert tries == [((1, 3), ["a/x", "y", "a/x"])] * 3
    assert flaky.values == [("a/x", 1), ("y", 2), ("a/x", 3)]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_a_driver_that_raises_a_way_out_has_failed_like_any_other(net, failing, error):
    failing.error = error
    net["x"] = 1
    with pytest.raises(bl.DriverError) as caught:
        net.flush()
    assert caught.value.__cause__ is error


def test_a_driver_without_the_method_of_its_base_fails_with_its_name(net):
    class Empty(bl.Driver):
        pass

    net.attach(Empty(), name="empty")
    net.contact("x", 1)
    with pytest.raises(bl.DriverError, match="Empty has no handle_changes"):
        net.flush()


def test_a_failing_shutdown_is_reported_by_close(net):
    class Leaves(Keep):
        def shutdown(self, force):
            raise LookupError("door stuck")

    leaves = Leaves()
    net.attach(leaves, name="leaves")
    net.contact("x", 1)
    with pytest.raises(bl.DriverError, match="'leaves'.*door stuck"):
        net.close()
    assert leaves.values == [("x", 1)]


def test_one_driver_that_failed_keeps_no_other_from_what_it_is_owed(net, failing):
    keep = Keep()
    net.attach(keep, name="keep", max_age=3600, snapshot=False)
    failing.error = LookupError("disk gone")
    net["x"] = 1
    assert failing.failed.wait(30)
    with pytest.raises(bl.DriverError, match="'failing'"):
        net.close()
    assert (keep.values, keep.ends) == ([("x", 1)], [False])


def test_a_failed_driver_beside_a_store_loses_nothing_of_what_was_committed(store):
    net = bl.Network(store)
    net.contact("x", 0)
    failing = Failing(LookupError("gone"))
    net.attach(failing, name="failing", max_age=0, on_failure="fail-fast", snapshot=False)
    net["x"] = 1
    with pytest.raises(bl.DriverError):
        net.flush()
    with pytest.raises(bl.DriverError):
        net.close()
    with bl.Network(store) as again:
        assert (again["x"], again.tick) == (1, 2)
