"""Writing from gadgets and subscribers: it waits for a tick of its own, in order, and never waits for itself."""

from __future__ import annotations

import pytest

import bassline as bl


@pytest.fixture
def told(net):
    """Every change, in the order told."""
    seen = []
    net.contact("a", 0)
    net.contact("b", 0)
    net.contact("c", 0)
    net.on_change("**", lambda change: seen.append((change.tick - 3, change.path, change.new)))
    return seen


def test_all_subscribers_hear_of_a_tick_before_the_write_of_one_of_them_is_made(net, told):
    order = []

    def first(change):
        order.append(("first", change.path))
        if change.path == "a":
            net["b"] = change.new

    net.on_change("**", first)
    net.on_change("**", lambda change: order.append(("second", change.path)))
    net["a"] = 1
    assert order == [("first", "a"), ("second", "a"), ("first", "b"), ("second", "b")]
    assert told == [(1, "a", 1), (2, "b", 1)]


def test_what_a_subscriber_wrote_is_there_when_the_write_that_it_answered_returns(net, told):
    net.on_change("a", lambda change: net.update({"b": change.new * 10}))
    net.on_change("b", lambda change: net.update({"c": change.new + 1}))
    net["a"] = 4
    assert (net["b"], net["c"]) == (40, 41)
    assert [tick for tick, _, _ in told] == [1, 2, 3]


def test_several_writes_of_a_subscriber_are_ticks_in_the_order_made(net, told):
    def both(change):
        net["b"] = 1
        net["c"] = 1
        net["b"] = 2
        assert (net["b"], net["c"]) == (0, 0)  # they wait

    net.on_change("a", both)
    net["a"] = 1
    assert told == [(1, "a", 1), (2, "b", 1), (3, "c", 1), (4, "b", 2)]


def test_what_a_gadget_wrote_comes_before_what_subscribers_wrote(net, told):
    @net.gadget
    def out(a):
        net["b"] = a
        return a

    told.clear()
    net.on_change("a", lambda change: net.update({"c": change.new}))
    net["a"] = 5
    assert [path for _, path, _ in told] == ["a", "out", "b", "c"]


def test_a_batch_of_a_subscriber_is_one_tick(net, told):
    def copy(change):
        with net.batch():
            net["b"] = change.new
            assert net["b"] == change.new
            net["c"] = change.new

    net.on_change("a", copy)
    net["a"] = 7
    assert [(tick, path) for tick, path, _ in told] == [(1, "a"), (2, "b"), (2, "c")]


def test_a_failing_batch_of_a_subscriber_is_rolled_back_and_its_error_comes_to_the_writer(net, told):
    def fail(change):
        with net.batch():
            net["b"] = change.new
            raise LookupError("no")

    net.on_change("a", fail)
    with pytest.raises(LookupError):
        net["a"] = 7
    assert (net["a"], net["b"]) == (7, 0)
    net["b"] = 1
    assert net["b"] == 1


def test_a_subscriber_may_declare_and_remove(net):
    net.contact("a", 0)
    net.on_change("a", lambda change: net.contact(f"made/{change.new}", change.new))
    net.on_change("made/*", lambda change: net.gadget("math.add", a=change.path, b=1, sum=f"more/{change.new}"))
    net["a"] = 5
    assert (net["made/5"], net["more/5"]) == (5, 6)
    net.on_change("a", lambda change: net.remove("more"))
    net["a"] = 5.5
    assert "more/5" not in net


def test_an_exception_of_a_subscriber_reaches_the_writer_when_everybody_was_told_and_all_is_written(net, told):
    def fail(change):
        raise LookupError(f"not {change.new}")

    later = []
    net.on_change("a", fail)
    net.on_change("a", lambda change: net.update({"b": change.new}))
    net.on_change("**", lambda change: later.append(change.path))
    with pytest.raises(LookupError, match="not 3"):
        net["a"] = 3
    assert later == ["a", "b"]
    assert (net["a"], net["b"]) == (3, 3)


def test_a_write_of_a_subscriber_that_is_refused_does_not_take_the_others_with_it(net, told):
    net.contact("d", 1)
    net.gadget("math.divide", a=1, b="d", quotient="inverse")

    def write(change):
        net["b"] = 1
        net["d"] = 0
        net["c"] = 1

    net.on_change("a", write)
    with pytest.raises(bl.GadgetError):
        net["a"] = 1
    assert (net["a"], net["b"], net["c"], net["d"]) == (1, 1, 1, 1)


def test_what_a_gadget_wrote_in_a_tick_that_is_taken_back_is_not_written_but_what_waited_before_is(net, told):
    @net.gadget
    def checked(b):
        net["c"] = b
        if b < 0:
            raise ValueError(b)

    def write(change):
        net["b"] = -1
        net["b"] = 2

    net.on_change("a", write)
    with pytest.raises(bl.GadgetError):
        net["a"] = 1
    assert (net["b"], net["c"]) == (2, 2)


def test_a_long_chain_of_answers_does_not_end_in_a_stack_overflow(net):
    a = net.contact("a", 0)

    def again(change):
        if change.new < 20_000:
            a.value = change.new + 1

    net.on_change("a", again)
    a.value = 1
    assert a.value == 20_000
    assert net.tick == 20_001


def test_a_gadget_reads_the_contents_from_before_its_tick(net):
    net.contact("a", 1)
    net.contact("b", 1)
    seen = []

    @net.gadget
    def reader(a):
        seen.append((a, net["a"], net["b"]))
        return a

    net.update({"a": 2, "b": 2})
    assert seen == [(1, 1, 1), (2, 1, 1)]


FORBIDDEN = {
    "declare": lambda net: net.contact("new"),
    "remove": lambda net: net.remove("b"),
    "batch": lambda net: net.batch().__enter__(),
    "flush": lambda net: net.flush(),
    "close": lambda net: net.close(),
    "detach": lambda net: net.detach("x"),
    "attach": lambda net: net.attach(bl.Driver()),
    "subscribe": lambda net: net.on_change("*", print),
    "position": lambda net: net.position("x"),
    "ingest": lambda net: net.ingest(bl.RowReader.json_lines(), b"{}"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_a_gadget_may_not_do_is_an_error_and_no_deadlock(program, what):
    done = program.run(f"""
        import bassline as bl
        from tests.api.test_reentrance import FORBIDDEN
        net = bl.Network()
        net.contact("a", 1)
        net.contact("b", 1)
        armed = False

        @net.gadget
        def out(a):
            if armed:
                FORBIDDEN[{what!r}](net)
            return a

        armed = True
        try:
            net["a"] = 2
        except bl.GadgetError as error:
            print(type(error.__cause__).__name__, "gadget" in str(error.__cause__))
        armed = False
        net["a"] = 3
        print(net["out"], sorted(net.contacts))
    """)
    assert done.lines == ["BasslineError True", "3 ['a', 'b', 'out']"]


def test_a_gadget_that_uses_another_network_whose_gadget_comes_back_is_no_deadlock(program):
    done = program.run("""
        import bassline as bl
        outer, inner = bl.Network(), bl.Network()
        outer.contact("x", 1)
        log = outer.contact("log", 0)
        inner.contact("y", 1)

        @inner.gadget
        def back(y):
            log.value = y  # waits for a tick after outer's
            try:
                return outer["x"]
            except bl.BasslineError as error:
                return str(error)

        @outer.gadget
        def there(x):
            inner["y"] = x
            return inner["back"]

        outer["x"] = 5
        print(outer["log"], "outside of gadgets" in outer["there"])
    """)
    assert done.lines == ["5 True"]


def test_all_that_a_gadget_writes_in_one_tick_is_kept(net):
    net.contact("a")
    for path in ("x", "y", "z"):
        net.contact(path)

    @net.gadget(inputs={"a": "a"}, outputs="b", name="spread")
    def spread(a):
        net["x"], net["y"], net["z"] = a + 1, a + 2, a + 3
        return a

    net["a"] = 1
    assert [net[path] for path in ("x", "y", "z")] == [2, 3, 4]
