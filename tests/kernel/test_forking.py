"""A fork while a driver is busy: the child is refused and does not hang, the parent goes on."""

from __future__ import annotations

import pytest

BUSY = """
import faulthandler, os, signal, sys, threading, warnings
warnings.simplefilter("ignore")
faulthandler.cancel_dump_traceback_later()  # the thread that watches stays with the parent
signal.alarm(60)
import bassline as bl

class Busy(bl.Driver):
    inside, go = threading.Event(), threading.Event()

    {define} handle_changes(self, batch):
        self.inside.set()
        self.go.wait()
        self.last = batch.values[-1]

net, busy = bl.Network({store!r}), Busy()
net.attach(busy, name="busy", policy={policy!r})
x = net.contact("x", 1)
busy.inside.wait()
child = os.fork()
if child == 0:
    signal.alarm(30)
    said = set()
    for call in [net.flush, lambda: net.update({{"x": 2}}), lambda: net.attach(Busy(), name="other"), lambda: net.drivers,
                 lambda: net.pending, lambda: net.detach("busy"), lambda: net.health("busy"), lambda: net.command("busy", "x"),
                 lambda: net.restart("busy"), net.dead_letters, net.metrics]:
        try:
            call()
            said.add("no error")
        except bl.BasslineError as error:
            said.add("forked" in str(error))
    net.close()
    with bl.Network() as own:  # its own networks work, with drivers
        Busy.go.set()
        mine = Busy()
        own.attach(mine, name="mine")
        own.contact("y", 7)
        own.flush()
    print("child", said, mine.last, flush=True)
    del net, x
    sys.exit(0)
_, status = os.waitpid(child, 0)
busy.go.set()
x.value = 5
net.flush()
net.close()
print("parent", status, busy.last)
"""


@pytest.mark.parametrize("define", ["def", "async def"])
@pytest.mark.parametrize(("store", "policy"), [(None, "block"), ("shop.db", "block"), ("journal:shop", "spill")])
def test_a_child_forked_while_a_driver_is_busy_is_refused_and_the_parent_goes_on(program, define, store, policy):
    done = program.run(BUSY.format(define=define, store=store, policy=policy))
    assert done.lines == ["child {True} 7", "parent 0 5"]


WITHIN = """
import faulthandler, os, signal, sys, warnings
warnings.simplefilter("ignore")
faulthandler.cancel_dump_traceback_later()  # the thread that watches stays with the parent
signal.alarm(60)
import bassline as bl

class Forks(bl.Driver):
    {define} handle_changes(self, batch):
        child = os.fork()
        if child == 0:
            {child}
        self.status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

net, forks = bl.Network(), Forks()
net.attach(forks, name="forks")
x = net.contact("x", 1)
net.flush()
print("parent", forks.status, net.drivers["forks"]["state"])
net.close()
"""


@pytest.mark.parametrize("define", ["def", "async def"])
@pytest.mark.parametrize(
    ("child", "code", "says"),
    [
        ("os._exit(3)", 3, ""),
        ("sys.exit(4)", 4, ""),
        ("return", 1, "forked inside the driver 'forks'"),
        ("raise ValueError('mine')", 1, "ValueError: mine"),
    ],
)
def test_a_child_forked_inside_a_driver_ends_when_it_comes_back_from_it(program, define, child, code, says):
    done = program.run(WITHIN.format(define=define, child=child))
    assert (done.code, done.out.splitlines()) == (0, [f"parent {code} idle"]), done.err
    assert (says in done.err) if says else not done.err
