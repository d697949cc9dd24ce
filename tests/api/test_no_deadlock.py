"""Writes from wherever Python code runs on behalf of a network. Each program is alone: a deadlock shows as its stacks."""

from __future__ import annotations

import pytest

HEAD = """
    import threading
    import bassline as bl
    net = bl.Network({store})
    net.contact("x", 0)
    net.contact("y", 0)
    net.contact("n", 0)
    stored = bool({store!r})

    class Driver(bl.Driver):
        def __init__(self, run):
            self.run, self.done = run, threading.Event()
        def handle_changes(self, batch):
            try:
                self.run(batch)
            finally:
                self.done.set()
"""

PROGRAMS = {
    "a driver writes, reads and declares": """
        def run(batch):
            for change in batch:
                if change.path == "x":
                    net["y"] = change.new
                    net.contact(f"made{change.new}", net["x"])
                    with net.batch():
                        net["n"] = net["n"] + 1
        net.attach(Driver(run), name="d", snapshot=False)
        for n in range(1, 4):
            net["x"] = n
            net.flush()
        net.flush()
        print(net["y"], net["made3"], net["n"])
        """,
    "a driver at its bound writes without waiting for itself": """
        def run(batch):
            for change in batch:
                if change.path == "x":
                    for n in range(20):
                        net["y"] = (change.new, n)
        net.attach(Driver(run), name="d", max_records=1, max_age=0, timeout=30, snapshot=False)
        for n in range(10):
            net["x"] = n + 1
        net.flush()
        print(net["y"])
        """,
    "two drivers answer each other": """
        def answer(path, other):
            def run(batch):
                for change in batch:
                    if change.path == path and change.new < 50:
                        net[other] = change.new + 1
            return Driver(run)
        net.attach(answer("x", "y"), name="a", max_records=2, max_age=0, snapshot=False)
        net.attach(answer("y", "x"), name="b", max_records=2, max_age=0, snapshot=False)
        done = threading.Event()
        net.on_change("**", lambda change: done.set() if change.new == 50 else None)
        net["x"] = 1
        done.wait()
        print(net["x"], net["y"])
        """,
    "a driver may not flush, detach itself or wait for itself": """
        said = []
        def run(batch):
            for call in (net.flush, lambda: net.detach("d")):
                try:
                    call()
                except bl.BasslineError as error:
                    said.append("wait for itself" in str(error))
        net.attach(Driver(run), name="d", snapshot=False)
        net["x"] = 1
        net.flush()
        print(said)
        """,
    "a flush inside a batch is an error, as a driver may wait for the batch": """
        def run(batch):
            net["y"] = 1
        driver = Driver(run)
        net.attach(driver, name="d", max_age=0, snapshot=False)
        net["x"] = 1
        with net.batch():
            net["x"] = 2
            for call in (net.flush, net.close, lambda: net.detach("d"), lambda: net.attach(Driver(run), name="e"),
                         lambda: net.ingest(bl.RowReader.json_lines(), b"{}")):
                try:
                    call()
                    print("no error")
                except bl.BasslineError as error:
                    assert "inside a batch" in str(error), error
        net.flush()
        print(net["x"], net["y"])
        """,
    "a subscriber flushes, attaches and detaches": """
        def tell(change):
            net.flush()
            net.attach(Driver(lambda batch: None), name=f"d{change.new}", snapshot=False)
            net.detach(f"d{change.new}")
            net["y"] = change.new
        net.on_change("x", tell)
        for n in range(1, 4):
            net["x"] = n
        print(net["y"], [name for name in net.drivers if name != "store"])
        """,
    "a subscriber closes the network": """
        net.on_change("x", lambda change: net.close())
        net["x"] = 1
        try:
            net["x"] = 2
        except bl.BasslineError as error:
            print("closed" in str(error), net["x"])
        """,
    "a subscriber waits for a thread that reads and writes": """
        def other():
            net["y"] = net["x"]
        def tell(change):
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
        net.on_change("x", tell)
        net["x"] = 5
        print(net["y"])
        """,
    "a gadget that lets the interpreter go while others write and read": """
        import time
        @net.gadget
        def slow(x):
            time.sleep(0.002)
            return x
        def work(path):
            for n in range(30):
                net[path] = n
                net["slow"], list(net.contacts)
        threads = [threading.Thread(target=work, args=[path]) for path in ("x", "y", "n")]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        print(net["slow"], net["y"], net["n"])
        """,
    "a finaliser that reads and writes while a gadget makes it run": """
        class Late:
            def __del__(self):
                net["n"] = net["y"]
        @net.gadget
        def drops(x):
            Late()
            return x
        net["y"] = 3
        net["x"] = 1
        print(net["drops"], net["n"])
        """,
    "a signal handler that writes while the network settles": """
        import signal
        n = net.contacts["n"]
        signal.signal(signal.SIGUSR1, lambda *_: setattr(n, "value", 1))
        @net.gadget
        def raises(x):
            if x:
                signal.raise_signal(signal.SIGUSR1)
            return x
        net["x"] = 1
        print(net["raises"], net["n"])
        """,
    "a driver is attached and detached while others write": """
        seen = []
        def write(path):
            for n in range(1, 300):
                net[path] = n
        threads = [threading.Thread(target=write, args=[path]) for path in ("x", "y")]
        [thread.start() for thread in threads]
        for round in range(20):
            net.attach(Driver(lambda batch: None), name="d", max_records=3, max_age=0, snapshot=False)
            net.detach("d")
        [thread.join() for thread in threads]
        print(net["x"], net["y"])
        """,
    "the network is closed while others write": """
        begun = threading.Barrier(3)
        def write(path):
            n = 0
            begun.wait()
            try:
                while True:
                    n += 1
                    net[path] = n
            except bl.BasslineError as error:
                assert "closed" in str(error), error
                assert net[path] == n - 1, (net[path], n)
        threads = [threading.Thread(target=write, args=[path]) for path in ("x", "y")]
        [thread.start() for thread in threads]
        begun.wait()
        while net["x"] == 0 or net["y"] == 0:
            pass
        net.close()
        [thread.join() for thread in threads]
        if stored:
            with bl.Network("shop.db") as again:
                assert (again["x"], again["y"], again.tick) == (net["x"], net["y"], net.tick)
        print("closed")
        """,
}
SAID = {
    "a driver writes, reads and declares": "3 3 3",
    "a driver at its bound writes without waiting for itself": "[10, 19]",
    "two drivers answer each other": "49 50",
    "a driver may not flush, detach itself or wait for itself": "[True, True]",
    "a flush inside a batch is an error, as a driver may wait for the batch": "2 1",
    "a subscriber flushes, attaches and detaches": "3 []",
    "a subscriber closes the network": "True 1",
    "a subscriber waits for a thread that reads and writes": "5",
    "a gadget that lets the interpreter go while others write and read": "29 29 29",
    "a finaliser that reads and writes while a gadget makes it run": "1 3",
    "a signal handler that writes while the network settles": "1 1",
    "a driver is attached and detached while others write": "299 299",
    "the network is closed while others write": "closed",
}


@pytest.mark.parametrize("store", [None, "shop.db"], ids=["memory", "store"])
@pytest.mark.parametrize("what", PROGRAMS)
def test_nobody_waits_for_ever_when(program, what, store):
    import textwrap

    source = textwrap.dedent(HEAD.replace("{store!r}", repr(store)).replace("{store}", repr(store)))
    source += textwrap.dedent(PROGRAMS[what]) + "\nnet.close()\n"
    assert program.run(source).lines == [SAID[what]]
