"""Ctrl-C comes through as itself, wherever it hits, and the network stays usable."""

from __future__ import annotations

import pytest

# A thread presses Ctrl-C as soon as the program says that it waits or works.
HEAD = """
    import os, signal, threading, time
    import bassline as bl
    from tests.waiting import until
    net = bl.Network()
    net.contact("x", 0)
    net.contact("y", 0)
    me = os.getpid()

    def press_when(is_so):
        def wait():
            until(is_so)
            os.kill(me, signal.SIGINT)
        threading.Thread(target=wait, daemon=True).start()

    class Stuck(bl.Driver):
        entered, go = threading.Event(), threading.Event()
        def handle_changes(self, batch):
            self.entered.set()
            self.go.wait()

    running = False

    def loop(x):
        global running
        while x == 1:
            running = True
        return x

    def interrupted(call):
        try:
            call()
        except KeyboardInterrupt as error:
            return f"interrupted {type(error.__cause__).__name__}"
        return "not interrupted"
"""

PROGRAMS = {
    "a flush waits": """
        net.attach(Stuck(), name="stuck", max_age=0, snapshot=False)
        press_when(Stuck.entered.is_set)
        net["x"] = 1
        print(interrupted(net.flush))
        Stuck.go.set()
        net.flush()
        """,
    "a writer waits for a driver": """
        net.attach(Stuck(), name="stuck", max_age=0, max_records=1, timeout=300, snapshot=False)
        press_when(Stuck.entered.is_set)
        net["x"] = 1
        print(interrupted(lambda: net.update({"x": 2})))
        assert net["x"] == 1
        Stuck.go.set()
        """,
    "a batch waits to begin": """
        net.attach(Stuck(), name="stuck", max_age=0, max_records=1, timeout=300, snapshot=False)
        press_when(Stuck.entered.is_set)
        net["x"] = 1
        def batch():
            with net.batch():
                net["x"] = 2
        print(interrupted(batch))
        assert net["x"] == 1
        Stuck.go.set()
        """,
    "close waits": """
        net.attach(Stuck(), name="stuck", max_age=0, snapshot=False)
        press_when(Stuck.entered.is_set)
        net["x"] = 1
        print(interrupted(net.close))
        Stuck.go.set()
        net.close()
        net = bl.Network()
        net.contact("x", 0)
        """,
    "a writer waits for the batch of another thread": """
        inside, leave = threading.Event(), threading.Event()
        def hold():
            with net.batch():
                inside.set()
                leave.wait()
        holder = threading.Thread(target=hold)
        holder.start()
        inside.wait()
        timer = threading.Timer(0.1, os.kill, (me, signal.SIGINT))
        timer.start()
        print(interrupted(lambda: net.update({"x": 1})))
        assert net["x"] == 0
        leave.set()
        holder.join()
        """,
    "the body of a batch runs": """
        def batch():
            with net.batch():
                net["x"] = 1
                os.kill(me, signal.SIGINT)
                while True:
                    pass
        print(interrupted(batch))
        assert net["x"] == 0
        """,
    "a gadget runs": """
        net.gadget(loop)
        press_when(lambda: running)
        tick = net.tick
        print(interrupted(lambda: net.update({"x": 1})))
        assert (net["x"], net["loop"], net.tick) == (0, 0, tick)
        """,
    "a gadget runs that contains its errors": """
        after = []
        net.gadget(on_error="contain")(loop)
        @net.gadget
        def later(loop, y):
            after.append(y)
        press_when(lambda: running)
        print(interrupted(lambda: net.update({"x": 1, "y": 1})))
        assert (net["x"], net["loop"], net.contacts["loop"].fault, after) == (0, 0, None, [0])
        """,
    "a gadget runs at the end of a batch": """
        net.gadget(loop)
        press_when(lambda: running)
        def batch():
            with net.batch():
                net["x"] = 1
        print(interrupted(batch))
        assert net["x"] == 0
        """,
    "a long settling runs": """
        # A counter that goes round and round: some seconds of work, without any Python in it.
        group = net.group("rings")
        with net.batch():
            for ring in range(1000):
                one = group.contact(f"a{ring}")
                net.wire("x", one, kind="directed")  # older than the gadgets, whose writes win over it
                group.gadget("math.add", a=one, b=1, sum=f"b{ring}")
                group.gadget("math.min", a=f"b{ring}", b=9_900, min=one)
        net.erase("x")
        before = net["rings/a0"]
        timer = threading.Timer(0.05, os.kill, (me, signal.SIGINT))
        timer.start()
        print(interrupted(lambda: net.update({"x": -1})))
        assert net["rings/a0"] == before, (before, net["rings/a0"])
        net.remove("rings")
        """,
    "one cycle runs that never comes to rest": """
        # One ring, 3000 gadgets long: 30 million firings until it is given up.
        group = net.group("ring")
        with net.batch():
            net.wire("x", group.contact("a0"), kind="directed")
            for n in range(2999):
                group.gadget("math.add", a=f"a{n}", b=0, sum=f"a{n + 1}")
            group.contact("closed", False)
            group.gadget("control.gate", value="a2999", condition="closed", output="back")
            group.gadget("math.add", a="back", b=1, sum="a0")
        before = {path: contact.value for path, contact in net.contacts.items()}
        net["ring/closed"] = False
        pressed = []
        def press():
            pressed.append(time.monotonic())
            os.kill(me, signal.SIGINT)
        threading.Timer(0.3, press).start()
        print(interrupted(lambda: net.update({"ring/closed": True})))
        took = time.monotonic() - pressed[0]
        assert took < 1.5, took  # a tenth of a second on a machine that does nothing else
        assert {path: contact.value for path, contact in net.contacts.items()} == before
        net.remove("ring")
        """,
    "two subscribers answer each other for ever": """
        net.on_change("x", lambda change: net.update({"y": change.new + 1}))
        net.on_change("y", lambda change: net.update({"x": change.new + 1}))
        press_when(lambda: net["x"] > 100)
        print(interrupted(lambda: net.update({"x": 1})))
        assert abs(net["x"] - net["y"]) == 1
        net = bl.Network()
        net.contact("x", 0)
        """,
    "a subscriber runs": """
        told = []
        def loop(change):
            while change.new == 1:
                if not told:
                    told.append("looping")
        net.on_change("x", loop)
        net.on_change("x", lambda change: told.append(change.new))
        press_when(lambda: told)
        print(interrupted(lambda: net.update({"x": 1})))
        assert (net["x"], told) == (1, ["looping", 1])
        """,
    "rows are ingested": """
        rows = b"x\\n" + b"".join(b"%d\\n" % n for n in range(1, 2_000_001))
        reader = bl.RowReader.csv()
        press_when(lambda: (net.position("f") or 0) > 20_000)
        print(interrupted(lambda: net.ingest(reader, rows, source="f", final=True)))
        assert 0 < net["x"] == net.position("f") < 2_000_000
        done = net.ingest(reader, b"", source="f")
        assert (net["x"], net.position("f")) == (2_000_000, 2_000_000)
        """,
    "a gadget runs on a row of those ingested, bad ones passed over": """
        running = stop = False
        @net.gadget
        def loop(x):
            global running
            while x == 3 and not stop:
                running = True
            return x
        reader = bl.RowReader.csv()
        press_when(lambda: running)
        print(interrupted(lambda: net.ingest(reader, b"x\\n1\\n2\\n3\\n4\\n", source="f", skip_bad=True, final=True)))
        assert (net["x"], net.position("f")) == (2, 2)
        stop = True
        done = net.ingest(reader, b"", source="f", skip_bad=True)
        assert (done.rows, done.bad, net["x"], net.position("f")) == (2, 0, 4, 4), done
        """,
}


@pytest.mark.parametrize("what", PROGRAMS)
def test_ctrl_c_comes_through_while(program, what):
    import textwrap

    source = textwrap.dedent(HEAD) + textwrap.dedent(PROGRAMS[what])
    source += "\nnet['x'] = 77\nwith net.batch():\n    net['x'] = 78\nprint(net['x'])\nnet.close()\n"
    assert program.run(source).lines == ["interrupted NoneType", "78"]


def test_a_gadget_that_ends_the_program_ends_it(program):
    done = program.run("""
        import sys
        import bassline as bl
        with bl.Network("shop.db") as net:
            net.contact("x", 0)

            @net.gadget(on_error="contain")
            def check(x):
                if x:
                    sys.exit(3)

            try:
                net["x"] = 1
            finally:
                print(net["x"])
    """)
    assert (done.code, done.out, done.err) == (3, "0\n", "")


def test_the_exception_of_a_signal_handler_is_the_one_that_comes_through(program):
    done = program.run("""
        import signal, threading, os
        import bassline as bl

        class Enough(Exception):
            pass

        def stop(*_):
            raise Enough("by the clock")

        class Stuck(bl.Driver):
            go = threading.Event()
            def handle_changes(self, batch):
                os.kill(os.getpid(), signal.SIGUSR1)
                self.go.wait()

        signal.signal(signal.SIGUSR1, stop)
        net = bl.Network()
        net.attach(Stuck(), name="stuck", snapshot=False)
        net.contact("x", 1)
        try:
            net.flush()
        except Enough as error:
            print("enough", error)
        Stuck.go.set()
        net.close()
    """)
    assert done.lines == ["enough by the clock"]
