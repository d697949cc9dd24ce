"""Being told of what another process commits."""

import threading
import time

import pytest

import bassline as bl
from bassline.storage import Storage

WRITER = """
import bassline as bl
with bl.Network({url!r}, persist="immediate") as net:
    input()
    net.contact("shop/price", 1)
    net.contact("shop/other", "x")
    net.gadget("math.multiply", a="shop/price", b=2, product="double")
    for n in (2, 3.0):
        net["shop/price"] = n
    net.contact("shop/gone", 7)
    net.remove("shop/gone")
    print("written", flush=True)
    input()
"""


def until(condition, patience=20):
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, "it was never told"
        time.sleep(0.01)


def test_changes_of_a_network_that_is_open_elsewhere_are_told(program, postgres):
    url = postgres.url()
    with bl.Network(url):
        pass
    writer = program.start(WRITER.format(url=url))
    told, all_told = [], []
    unsubscribe = Storage.at(url).subscribe(
        "shop/*", lambda change: told.append((change.path, change.old, change.new, change.cause))
    )
    others = Storage.at(url).subscribe(
        "double", lambda change: all_told.append((change.new, change.cause, change.network))
    )
    writer.stdin.write("\n")
    writer.stdin.flush()
    until(lambda: len(told) >= 5 and len(all_told) >= 3)
    unsubscribe()
    others()
    writer.communicate("\n")
    nothing = bl.Nothing
    assert told == [
        ("shop/price", nothing, 1, "external:"),
        ("shop/other", nothing, "x", "external:"),
        ("shop/price", 1, 2, "external:"),
        ("shop/price", 2, 3.0, "external:"),
        ("shop/gone", nothing, 7, "external:"),
    ]
    assert [(new, network) for new, _, network in all_told] == [(2, "main"), (4, "main"), (6.0, "main")]
    assert all(cause.startswith("math.multiply(a=shop.price") for _, cause, _ in all_told)


def test_who_has_unsubscribed_is_told_nothing_and_what_a_callback_raises_is_told(postgres, monkeypatch):
    url = postgres.url()
    raised, told = [], []
    monkeypatch.setattr(threading, "excepthook", lambda args: raised.append(str(args.exc_value)))
    with bl.Network(url) as net:
        net.contact("n", 0)
        net.flush()

        def picky(change):
            if change.new == 1:
                raise ValueError("one")
            told.append(change.new)

        unsubscribe = Storage.at(url).subscribe("n", picky)
        for n in (1, 2):
            net["n"] = n
        net.flush()
        until(lambda: told == [2])
        unsubscribe()
        net["n"] = 3
        net.flush()
    assert (raised, told) == (["one"], [2])
    with pytest.raises(bl.StorageError, match="no network 'other'"):
        Storage.at(url).subscribe("n", print, network="other")


def test_of_a_server_that_was_started_again_the_rest_is_told():
    from tests.postgres.server import Server

    server = Server()
    try:
        url, told = server.url(), []
        with bl.Network(url) as net:
            net.contact("n", 0)
            net.flush()
            unsubscribe = Storage.at(url).subscribe("n", lambda change: told.append(change.new))
            for n in range(1, 4):
                net["n"] = n
                server.stop()
                server.run()
            net.flush()
            until(lambda: told == [1, 2, 3])
            unsubscribe()
    finally:
        server.close()
