"""A driver that hangs costs nobody else anything, and can be let go of."""

from __future__ import annotations

import pytest

import bassline as bl
from tests.kernel.scripted import Keep
from tests.waiting import until

HANGS = """
import _thread, threading, time, sys
import bassline as bl

class Hangs(bl.Driver):
    entered = threading.Event()
    def handle_changes(self, batch):
        self.entered.set()
        threading.Event().wait()

net = bl.Network(name="shop")
net.attach(Hangs(), name="hangs", max_age=0, durable={durable}, timeout={timeout})
net.contact("x", 1)
Hangs.entered.wait()
"""


@pytest.mark.parametrize("bad", ["hangs", "raises", "garbage", "dies"])
def test_the_others_flush_goes_on_whatever_one_does(net, bad):
    class Bad(Keep):
        def handle_changes(self, batch):
            if bad == "hangs":
                self.hold()
                self.entered.set()
                self.go.wait()
            if bad == "garbage":
                return 42
            raise {"raises": ValueError("no"), "dies": SystemExit(1)}.get(bad, MemoryError("over"))

    driver, good = Bad(), Keep()
    net.contact("x", 0)
    net.attach(driver, name="bad", max_age=0, durable=False, snapshot=False)
    net.attach(good, name="good", snapshot=False)
    for n in range(1, 500):
        net["x"] = n
    net.flush()
    assert good.values == list(range(1, 500))
    driver.go.set()
    with pytest.raises(bl.DriverError, match="'bad'"):
        net.close()


def test_one_that_is_detached_while_it_hangs_is_shut_down_when_it_returns(net):
    keep = Keep().hold()
    net.contact("x", 0)
    net.attach(keep, name="keep", max_age=0, timeout=0.05, snapshot=False)
    net["x"] = 1
    assert keep.entered.wait(60)
    net["x"] = 2
    with pytest.raises(bl.BackpressureError, match="'keep' is 2 ticks behind"):
        net.detach("keep")
    assert net.drivers == {}
    other = Keep()
    net.attach(other, name="keep", snapshot=False)
    net["x"] = 3
    net.flush()
    assert other.values == [3]
    assert keep.ends == []
    keep.go.set()
    until(lambda: keep.ends == [True])
    net["x"] = 4
    net.flush()
    assert (keep.values, other.values) == ([1], [3, 4])
    assert net.stats("keep") is None
    net.detach("keep")
    assert other.ends == [False]


@pytest.mark.parametrize("call", ["net.flush()", "net.close()", 'net.detach("hangs")'])
@pytest.mark.parametrize("durable", [True, False])
def test_ctrl_c_ends_the_waiting_for_it(program, call, durable):
    if call == "net.flush()" and not durable:
        call = "net.flush(); net.close()"
    source = HANGS.format(durable=durable, timeout=3600)
    done = program.run(f"""{source}
threading.Timer(0.3, _thread.interrupt_main).start()
began = time.monotonic()
try:
    {call}
except KeyboardInterrupt:
    print("interrupted")
import os
sys.stdout.flush()
os._exit(0)
""")
    assert done.lines == ["interrupted"]


def test_the_end_of_the_interpreter_waits_for_it_no_longer_than_its_grace_and_says_so(program):
    done = program.run(HANGS.format(durable=True, timeout=1))
    assert done.code == 0
    assert "bassline: network 'shop': the network closed with ticks not delivered: 'hangs' did not take" in done.err


def test_closing_with_a_timeout_names_each_that_hangs(net):
    drivers = [Keep().hold() for _ in range(3)]
    net.contact("x", 0)
    for at, driver in enumerate(drivers):
        net.attach(driver, name=f"hangs{at}", max_age=0, snapshot=False)
    good = Keep()
    net.attach(good, name="good", snapshot=False)
    net["x"] = 1
    with pytest.raises(bl.DriverError, match=r"'hangs0' did not take.*'hangs1' did not take.*'hangs2' did not take"):
        net.close(timeout=0.1)
    assert (good.values, good.ends) == ([1], [True])
    for driver in drivers:
        driver.go.set()
    until(lambda: all(driver.ends == [True] for driver in drivers))
