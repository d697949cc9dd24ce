"""What happens to a server and to the way to it while a network is written, and what must be there in the end."""

from __future__ import annotations

import os
import random
import resource
import signal
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import bassline as bl
from tests.postgres.proxy import Proxy
from tests.storage.test_kill import declare, events, state, step

if TYPE_CHECKING:
    from tests.postgres.server import Server

LONGEST = 0.4  # seconds that something lasts, at the most, while it is drawn
CATCHING_UP = 60  # seconds after which a store that has not caught up never will
MEMORY = 256  # MiB that may be in use beside what was before: the bound of the store is 64


class Writer(threading.Thread):
    """Writes ticks, each known by its number alone, until it is told to stop."""

    def __init__(self, net: bl.Network) -> None:
        super().__init__(daemon=True)
        self.net = net
        self.written = 0
        self.stopping = threading.Event()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                for _ in range(10):
                    step(self.net, self.written + 1)
                    self.written += 1
                time.sleep(0.005)
        except BaseException as error:  # noqa: BLE001 - told by who waits for it
            self.error = error

    def end(self) -> int:
        self.stopping.set()
        self.join()
        if self.error is not None:
            raise self.error
        return self.written


class Outages:
    """Draws what goes wrong, and lets it."""

    def __init__(self, server: Server, proxy: Proxy, seed: int) -> None:
        self.server, self.proxy = server, proxy
        self.random = random.Random(seed)
        self.counts: Counter[str] = Counter()
        self.kinds = {
            "bytes cut": self.bytes_cut,
            "connections cut": self.cut,
            "frozen": self.frozen,
            "commit lost": self.commit_lost,
            "refused": self.refused,
            "stopped": lambda: self.ended(signal.SIGINT),
            "aborted": lambda: self.ended(signal.SIGQUIT),
            "killed": lambda: self.ended(signal.SIGKILL),
            "backends ended": self.backends_ended,
            "stood still": self.stood_still,
        }

    def next(self, number: int) -> float:
        """Let one happen, each kind in turn and then as drawn; answers how long it lasted."""
        names = list(self.kinds)
        name = names[number] if number < len(names) else self.random.choice(names)
        began = time.monotonic()
        self.kinds[name]()
        self.counts[name] += 1
        return time.monotonic() - began

    def last(self) -> None:
        time.sleep(self.random.random() * LONGEST)

    def bytes_cut(self) -> None:
        self.proxy.cut_after(self.random.randrange(1, 40_000))
        while self.proxy.cut_in is not None:
            time.sleep(0.005)

    def cut(self) -> None:
        self.last()
        self.proxy.cut()

    def frozen(self) -> None:
        self.proxy.freeze(self.random.random() * LONGEST)
        self.proxy.flowing.wait()

    def commit_lost(self) -> None:
        lost = self.proxy.lost_commits
        self.proxy.lose_commit()
        while self.proxy.lost_commits == lost:
            time.sleep(0.005)

    def refused(self) -> None:
        self.proxy.refusing = True
        self.proxy.cut()
        self.last()
        self.proxy.refusing = False

    def ended(self, how: signal.Signals) -> None:
        self.server.stop(how)
        self.last()
        self.server.run()

    def backends_ended(self) -> None:
        self.server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bassline'")

    def stood_still(self) -> None:
        processes = self.server.processes()
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        self.last()
        for process in processes:
            os.kill(process, signal.SIGCONT)


def endure(server: Server, count: int, seed: int) -> str:
    """Write through so many outages, and hold what is there in the end against what was written; answers what was counted."""
    proxy = Proxy(server.port)
    outages = Outages(server, proxy, seed)
    url = server.url(port=proxy.port)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    slowest = 0.0
    with bl.Network(url) as net:
        declare(net)
        writer = Writer(net)
        writer.start()
        for number in range(count):
            lasted = outages.next(number)
            began = time.monotonic()
            net.flush(timeout=CATCHING_UP)
            slowest = max(slowest, (time.monotonic() - began) / max(lasted, 0.25))
            assert writer.error is None, f"outage {number} of seed {seed}: {writer.error!r}"
        written = writer.end()
        net.flush(timeout=CATCHING_UP)
        stats = net.stats("store")
    proxy.close()
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    assert grown < MEMORY, f"{grown} MiB more than before"
    hold(server, url.replace(f":{proxy.port}/", f":{server.port}/"), written, seed)
    counts = ", ".join(f"{name} {times}" for name, times in sorted(outages.counts.items()))
    return (
        f"{count} outages ({counts}), {written} ticks, 0 lost, 0 doubled; {stats['known_batches']} batches were known, "
        f"{stats['connections']} new connections; caught up within {slowest:.2f} times the outage; {grown} MiB more than before"
    )


def hold(server: Server, url: str, written: int, seed: int) -> None:
    """Everything that was written is there, and nothing else, to the row."""
    replayed = bl.Network()
    declare(replayed)
    for n in range(1, written + 1):
        step(replayed, n)
    with bl.Network(url) as net:
        assert net.position("steps") == written, f"seed {seed}"
        assert state(net) == state(replayed), f"seed {seed}"
        assert net["count"] == events(written), f"seed {seed}: events were lost or doubled"
        tick = net.tick
        assert net.storage.check()[1] == []
    schema = url.rpartition("=")[2]
    told = server.sql(f"SELECT count(*), count(DISTINCT id), max(id & 140737488355327) FROM {schema}.tick; ")
    assert told == [[str(tick), str(tick), str(tick)]], f"seed {seed}: {told}"
    rows = server.sql(f"SELECT count(*), count(DISTINCT tick) FROM {schema}.history WHERE path = 'events'")
    assert rows == [[str(events(written)), str(written)]], f"seed {seed}: {rows}"
