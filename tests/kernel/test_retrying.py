"""A failure that may pass is tried again after longer and longer pauses; one that does not pass ends the driver."""

from __future__ import annotations

import itertools
import time

import pytest

import bassline as bl
from tests.kernel.scripted import Keep


def test_pauses_grow_between_tries_and_success_is_not_noticed(net):
    times = []

    class Flaky(Keep):
        def handle_changes(self, batch):
            times.append(time.monotonic())
            if len(times) < 4:
                raise ConnectionError("not now")
            super().handle_changes(batch)

    flaky = Flaky()
    net.attach(flaky, name="flaky", pause=0.02)
    net.contact("x", 1)
    net.flush()
    assert flaky.values == [1]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    least = [0.01, 0.04, 0.16]  # half of 0.02, 0.08 and 0.32, as the jitter takes at most half
    assert all(pause >= shortest for pause, shortest in zip(pauses, least, strict=True)), pauses
    assert net.drivers["flaky"]["errors"] == {"transient": 3, "permanent": 0, "fatal": 0}
    assert net.drivers["flaky"]["retries"] == 3


def test_what_never_passes_ends_the_driver_after_so_many_tries(net):
    keep = Keep()
    keep.errors = [TimeoutError(f"no {n}") for n in range(10)]
    net.contact("x", 0)
    net.attach(keep, name="keep", snapshot=False, tries=3, pause=0)
    net["x"] = 1
    with pytest.raises(bl.DriverError, match=r"TimeoutError: no 2 \(tried 3 times\)") as caught:
        net.flush()
    assert isinstance(caught.value.__cause__, TimeoutError)
    assert len(keep.errors) == 7
    assert net.drivers["keep"]["state"] == "failed"
    assert net.drivers["keep"]["errors"] == {"transient": 3, "permanent": 0, "fatal": 0}
    assert len(net.dead_letters()) == 0


def test_after_a_success_the_tries_are_counted_anew(net):
    keep = Keep()
    net.contact("x", 0)
    net.attach(keep, name="keep", snapshot=False, tries=2, pause=0)
    for n in range(1, 6):
        keep.errors = [ConnectionError()]
        net["x"] = n
        net.flush()
    assert keep.values == [1, 2, 3, 4, 5]


def test_classify_decides_what_an_exception_means(net):
    meant = {KeyError: "transient", OSError: "permanent", ValueError: "fatal"}

    class Says(Keep):
        def classify(self, error):
            return meant[type(error)]

    net.contact("x", 0)
    says = Says()
    net.attach(says, name="says", snapshot=False, pause=0)
    says.errors = [KeyError(), KeyError()]
    net["x"] = 1
    net.flush()
    says.errors = [OSError("bad record")]
    net["x"] = 2
    with pytest.raises(bl.DriverError, match="bad record; it is put aside"):
        net.flush()
    says.errors = [ValueError("over")]
    net["x"] = 3
    with pytest.raises(bl.DriverError, match="tick 4: ValueError: over$"):
        net.flush()
    assert says.values == [1]


@pytest.mark.parametrize("answer", ["nonsense", None, 7, RuntimeError("in classify")])
def test_a_classify_that_says_nothing_of_use_leaves_it_to_the_type(net, answer):
    class Says(Keep):
        def classify(self, error):
            if isinstance(answer, Exception):
                raise answer
            return answer

    says = Says()
    says.errors = [ConnectionError(), ConnectionError()]
    net.attach(says, name="says", pause=0)
    net.contact("x", 1)
    net.flush()
    assert says.values == [1]


@pytest.mark.parametrize("error", [MemoryError(), NotImplementedError("half done"), SystemExit(3), KeyboardInterrupt()])
def test_what_ends_a_driver_ends_it_at_once(net, error):
    keep = Keep()
    keep.errors = [error]
    net.contact("x", 0)
    net.attach(keep, name="keep", snapshot=False)
    net["x"] = 1
    with pytest.raises(bl.DriverError) as caught:
        net.flush()
    assert caught.value.__cause__ is error
    assert net.drivers["keep"]["errors"] == {"transient": 0, "permanent": 0, "fatal": 1}


def test_on_failure_degraded_lets_the_network_go_on_and_a_flush_still_says_so(net):
    keep, other = Keep(), Keep()
    keep.errors = [MemoryError("full")]
    net.contact("x", 0)
    net.attach(keep, name="keep", snapshot=False, on_failure="degraded")
    net.attach(other, name="other", snapshot=False)
    net["x"] = 1
    with pytest.raises(bl.DriverError, match="full"):
        net.flush()
    net["x"] = 2
    assert net["x"] == 2
    net.detach("other")
    assert other.values == [1, 2]
    assert net.drivers["keep"]["failure"] == "MemoryError: full"
    with pytest.raises(bl.DriverError, match="'keep' did not take the last 2 ticks: MemoryError: full"):
        net.close()


def test_a_store_is_fail_fast_and_another_driver_is_not_unless_told_otherwise(net):
    class Store(bl.StorageDriver, Keep):
        pass

    for driver, options, raises in [
        (Keep(), {}, False),
        (Store(), {}, True),
        (Keep(), {"on_failure": "fail-fast"}, True),
        (Store(), {"on_failure": "degraded"}, False),
    ]:
        net.contact("x", 0)
        driver.errors = [MemoryError("full")]
        net.attach(driver, name="driver", snapshot=False, **options)
        net["x"] = net.tick
        with pytest.raises(bl.DriverError):
            net.flush()
        if raises:
            with pytest.raises(bl.DriverError, match="full"):
                net["x"] = "next"
        else:
            net["x"] = "next"
        with pytest.raises(bl.DriverError, match="full"):
            net.detach("driver")
        net["x"] = 0
