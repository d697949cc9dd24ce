"""Leaving: the end of a with block, of a handle, of the interpreter, and the way into a forked child."""

from __future__ import annotations

import pytest

import bassline as bl


class Broken(bl.Driver):
    def classify(self, error):
        return "fatal"

    def handle_changes(self, batch):
        raise LookupError("disk gone")


def test_leaving_a_with_block_stores_everything(store):
    with bl.Network(store) as net:
        x = net.contact("x", 0)
        for n in range(3000):
            x.value = n
    with bl.Network(store) as net:
        assert (net["x"], net.tick) == (2999, 3000)


def test_an_exception_through_a_with_block_stays_what_it_is_and_all_is_stored(store):
    with pytest.raises(ZeroDivisionError), bl.Network(store) as net:
        net.contact("x", 5)
        net["x"] = 1 / 0
    with bl.Network(store) as net:
        assert net["x"] == 5


def test_what_could_not_be_delivered_is_noted_on_the_exception_and_does_not_hide_it():
    with pytest.raises(ZeroDivisionError) as caught, bl.Network() as net:
        net.attach(Broken(), name="broken", max_age=3600)
        net.contact("x", 5)
        raise ZeroDivisionError("mine")
    assert str(caught.value) == "mine"
    (note,) = caught.value.__notes__
    assert "'broken' did not take the last 1 ticks" in note
    assert "disk gone" in note


def test_without_an_exception_leaving_raises_what_could_not_be_delivered():
    with (
        pytest.raises(bl.DriverError, match="'broken' did not take the last 1 ticks.*disk gone") as caught,
        bl.Network() as net,
    ):
        net.attach(Broken(), name="broken", max_age=3600)
        net.contact("x", 5)
    assert (caught.value.driver, caught.value.committed) == ("broken", True)


ENDINGS = {
    "runs off its end": "",
    "exits": "import sys; sys.exit(0)",
    "has a second handle at its end": "kept = net.contacts['x']; del net",
    "has dropped everything": "del net, x",
    "has a batch open": "cm = net.batch(); cm.__enter__(); net['x'] = 'lost'",
    "has a cycle through a gadget": "net.gadget(lambda x: net, name='n', on_error='contain')",
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_pending_ticks_are_stored_when_a_program(program, store, ending):
    source = f"""
import bassline as bl
net = bl.Network("shop.db")
x = net.contact("x", 0)
for n in range(20_000):
    x.value = n + 1
x.value = "last"
print(net.pending["store"] > 0)
{ENDINGS[ending]}
"""
    assert program.run(source).lines == ["True"]
    with bl.Network(store) as net:
        assert net["x"] == "last"
        assert net.tick >= 20_002


def test_pending_ticks_are_stored_when_a_program_fails(program, store):
    done = program.run("""
        import bassline as bl
        x = bl.Network("shop.db").contact("x", 0)
        for n in range(20_000):
            x.value = n + 1
        raise LookupError("mine")
    """)
    assert done.code == 1
    assert done.err.endswith("LookupError: mine\n")
    with bl.Network(store) as net:
        assert net["x"] == 20_000


def test_the_end_of_the_interpreter_says_what_could_not_be_delivered(program):
    done = program.run("""
        import bassline as bl
        net = bl.Network(name="shop")
        class Broken(bl.Driver):
            def classify(self, error):
                return "fatal"
            def handle_changes(self, batch):
                raise LookupError("disk gone")
        net.attach(Broken(), name="broken", max_age=3600)
        net.contact("x", 1)
    """)
    assert done.code == 0
    (line,) = done.err.splitlines()
    assert line.startswith(
        "bassline: network 'shop': the network closed with ticks not delivered: 'broken' did not take"
    )
    assert "disk gone" in line


def test_a_dropped_network_says_what_could_not_be_delivered(program):
    done = program.run("""
        import sys
        import bassline as bl
        sys.unraisablehook = lambda what: print(type(what.exc_value).__name__, what.exc_value)
        class Broken(bl.Driver):
            def classify(self, error):
                return "fatal"
            def handle_changes(self, batch):
                raise LookupError("disk gone")
        net = bl.Network()
        net.attach(Broken(), name="broken", max_age=3600)
        net.contact("x", 1)
        del net
        print("after")
    """)
    first, last = done.lines
    assert first.startswith("DriverError the network closed with ticks not delivered: 'broken'")
    assert last == "after"


FORK = """
import faulthandler, os, signal, sys, threading
import bassline as bl
net = bl.Network({store!r})
x = net.contact("x", 1)
stop = threading.Event()

def write():
    n = 0
    while not stop.is_set():
        n += 1
        net["x"] = n

busy = threading.Thread(target=write)
busy.start()
faulthandler.cancel_dump_traceback_later()  # the thread that watches stays with the parent
child = os.fork()
signal.alarm(40)
if child == 0:
    said = []
    calls = [lambda: net["x"], lambda: x.value, lambda: net.update({{"x": 2}}), net.flush, lambda: net.contact("new"),
             lambda: net.batch().__enter__(), lambda: list(net.contacts), lambda: net.position("f"), lambda: net.tick]
    for call in calls:
        try:
            call()
            said.append("no error")
        except bl.BasslineError as error:
            said.append("forked" in str(error))
    net.close()  # nothing to do, and no error
    with bl.Network() as own:
        own.contact("y", 1)
    if {store!r}:
        try:
            bl.Network({store!r})
        except bl.StorageError as error:
            said.append("open already" in str(error))
        with bl.Network({store!r}, name="of the child") as own:
            own.contact("z", 1)
    print("child", set(said))
    del net, x
    sys.exit(0)
_, status = os.waitpid(child, 0)
stop.set()
busy.join()
net["x"] = 9
net.flush()
print("parent", status, net["x"])
net.close()
"""


@pytest.mark.parametrize("store", [None, "shop.db", "journal:shop"], ids=["memory", "sqlite", "journal"])
@pytest.mark.filterwarnings("ignore")
def test_a_forked_child_gets_an_error_and_the_parent_goes_on(program, store):
    done = program.run("import warnings; warnings.simplefilter('ignore')\n" + FORK.format(store=store))
    assert done.lines == ["child {True}", "parent 0 9"]
