"""Watching in asyncio: one wake-up for a burst, any loop, cancellation, and ends."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest

import bassline as bl


async def take(watch, count):
    taken = []
    async for change in watch:
        taken.append(change.new)
        if len(taken) == count:
            break
    return taken


def test_an_async_for_takes_what_another_thread_writes(net):
    x = net.contact("x", 0)

    async def main():
        with net.watch("x") as watch:
            writer = threading.Thread(target=lambda: [net.update({"x": n}) for n in range(1, 2_001)])
            writer.start()
            taken = await asyncio.wait_for(take(watch, 2_000), 60)
            writer.join()
            return taken

    assert asyncio.run(main()) == list(range(1, 2_001))
    assert x.value == 2_000


def test_a_task_that_writes_on_the_loop_it_is_watched_on_waits_for_nobody(net):
    net.contact("x", 0)

    async def main():
        watch = net.watch("x")
        taker = asyncio.create_task(take(watch, 100))
        for n in range(1, 101):
            net["x"] = n
            if n % 10 == 0:
                await asyncio.sleep(0)
        return await asyncio.wait_for(taker, 60)

    assert asyncio.run(main()) == list(range(1, 101))


def test_a_burst_wakes_the_loop_once(net, monkeypatch):
    net.contact("x", 0)

    async def main():
        loop = asyncio.get_running_loop()
        scheduled = []
        original = loop.call_soon_threadsafe
        monkeypatch.setattr(
            loop, "call_soon_threadsafe", lambda *arguments: (scheduled.append(1), original(*arguments))[1]
        )
        watches = [net.watch("x") for _ in range(3)]
        takers = [asyncio.create_task(take(watch, 2_000)) for watch in watches]
        await asyncio.sleep(0)
        for n in range(1, 2_001):
            net["x"] = n
        done = await asyncio.wait_for(asyncio.gather(*takers), 60)
        return done, len(scheduled)

    done, scheduled = asyncio.run(main())
    assert done == [list(range(1, 2_001))] * 3
    assert scheduled == 1  # for three watches and two thousand changes of each


def test_each_loop_in_each_thread_is_woken(net):
    net.contact("x", 0)
    ready, results = threading.Barrier(5), {}

    def run(name):
        async def main():
            watch = net.watch("x")
            taker = asyncio.create_task(take(watch, 50))
            await asyncio.sleep(0)
            await asyncio.to_thread(ready.wait)
            return await asyncio.wait_for(taker, 60)

        results[name] = asyncio.run(main())

    threads = [threading.Thread(target=run, args=[name]) for name in range(4)]
    for thread in threads:
        thread.start()
    ready.wait(60)
    for n in range(1, 51):
        net["x"] = n
    for thread in threads:
        thread.join(60)
    assert results == {name: list(range(1, 51)) for name in range(4)}


def test_one_watch_taken_on_two_loops_and_in_a_thread_loses_and_doubles_nothing(net):
    net.contact("x", 0)
    watch = net.watch("x")
    taken = []

    async def follow():
        taken.extend([change.new async for change in watch])

    threads = [threading.Thread(target=lambda: asyncio.run(follow())) for _ in range(2)]
    threads.append(threading.Thread(target=lambda: taken.extend(change.new for change in watch)))
    for thread in threads:
        thread.start()
    for n in range(1, 1_001):
        net["x"] = n
    net.close()  # what is there is taken all the same
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert sorted(taken) == list(range(1, 1_001))


def test_who_stops_waiting_loses_nothing_and_leaves_nothing_behind(net):
    net.contact("x", 0)

    async def main():
        watch = net.watch("x")
        for _ in range(200):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(anext(watch), 0.0005)
        waiting = asyncio.create_task(anext(watch))
        await asyncio.sleep(0)
        net["x"] = 1
        waiting.cancel()  # it was woken, and has not taken it yet
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return (await anext(watch)).new

    assert asyncio.run(main()) == 1


@pytest.mark.parametrize("close", ["watch", "network", "another thread", "leaving the block"])
def test_closing_ends_the_loop_that_waits(close):
    net = bl.Network()
    net.contact("x", 0)

    async def main():
        watch = net.watch("x")
        taker = asyncio.create_task(take(watch, -1))
        await asyncio.sleep(0)
        net["x"] = 1
        await asyncio.sleep(0.01)
        if close == "watch":
            watch.close()
        elif close == "network":
            net.close()
        elif close == "another thread":
            await asyncio.to_thread(net.close)
        else:
            with watch:
                pass
        return await asyncio.wait_for(taker, 60)

    assert asyncio.run(main()) == [1]
    net.close()


def test_breaking_out_leaves_the_watch_good_for_another_loop(net):
    net.contact("x", 0)

    async def main():
        watch = net.watch("x")
        net["x"] = 1
        net["x"] = 2
        return await take(watch, 1) + await take(watch, 1)

    assert asyncio.run(main()) == [1, 2]


def test_a_loop_that_is_closed_with_a_task_waiting_on_it_disturbs_no_writer(net, recwarn):
    net.contact("x", 0)
    watch = net.watch("x")
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda loop, context: None)  # asyncio itself complains of the task
    task = loop.create_task(take(watch, 1))
    loop.call_later(0.01, loop.stop)
    loop.run_forever()
    loop.close()
    net["x"] = 1
    net["x"] = 2
    assert watch.get(timeout=0).new == 1
    del task
    gc.collect()
    net.close()
    assert asyncio.run(take(watch, -1)) == [2]


def test_an_exception_that_comes_while_waiting_is_the_awaiters_and_no_writers(net):
    net.contact("x", 0)

    async def main():
        watch = net.watch("x")
        with net.batch(), pytest.raises(bl.BasslineError, match="inside a batch"):
            await anext(watch)
        taker = asyncio.create_task(take(watch, 1))
        await asyncio.sleep(0)
        net["x"] = 1
        return await asyncio.wait_for(taker, 60)

    assert asyncio.run(main()) == [1]


def test_a_watch_awaited_when_its_last_holder_goes_is_not_kept_by_those_who_wait(net):
    """A future that waits refers to its task, and that to the watch: were it held, nothing of it would ever go."""
    net.contact("x", 0)
    import weakref

    async def main():
        watch = net.watch("x")
        there = weakref.ref(watch)
        taker = asyncio.create_task(take(watch, 1))
        del watch
        await asyncio.sleep(0)
        taker.cancel()
        await asyncio.wait([taker])
        assert taker.cancelled()
        del taker
        gc.collect()
        return there()

    assert asyncio.run(main()) is None
