"""Watches at the end of programs, under Ctrl-C, and across a fork: nothing hangs and nothing is said."""

from __future__ import annotations

import pytest

ENDINGS = {
    "a watch is open": "kept = net.watch('x')",
    "a daemon thread waits": "threading.Thread(target=lambda: [0 for _ in net.watch('x')], daemon=True).start()",
    "a thread waits": "threading.Thread(target=lambda: [0 for _ in net.watch('x')]).start()",
    "threads wait and one waits with a time": """
for timeout in (None, 300):
    threading.Thread(target=follow, args=[timeout]).start()
""",
    "a thread waits and another writes for a while": """
def write():
    time.sleep(0.3)
    net["x"] = 5
    time.sleep(0.3)
    print("wrote")
threading.Thread(target=lambda: print([change.new for change in net.watch("x")])).start()
threading.Thread(target=write).start()
""",
    "threads of a pool wait": """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(3)
for timeout in (None, 300):
    pool.submit(follow, timeout)
""",
    "a task waited on a loop that was closed": """
import asyncio
async def follow():
    async for change in net.watch("x"):
        pass
loop = asyncio.new_event_loop()
loop.set_exception_handler(lambda loop, context: None)
task = loop.create_task(follow())
loop.call_later(0.05, loop.stop)
loop.run_forever()
loop.close()
net["x"] = 3
""",
    "asyncio.run cancels a task that waits": """
import asyncio
async def follow():
    async for change in net.watch("x"):
        pass
async def main():
    asyncio.create_task(follow())
    await asyncio.sleep(0.05)
asyncio.run(main())
""",
    "an async generator that watches was left": """
import asyncio
async def values():
    with net.watch("x") as watch:
        async for change in watch:
            yield change.new
async def main():
    asyncio.get_running_loop().call_later(0.05, net.update, {"x": 7})
    async for value in values():
        print(value)
        break
asyncio.run(main())
""",
}
SAYS = {
    "a thread waits and another writes for a while": ["wrote", "[5]"],
    "an async generator that watches was left": ["7"],
}


@pytest.mark.parametrize("store", [None, "shop.db"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_ends_in_silence_while(program, ending, store):
    source = f"""
import threading, time
import bassline as bl
net = bl.Network({store!r})
net.contact("x", 0)
def follow(timeout):
    try:
        net.watch("x").get(timeout=timeout)
    except bl.BasslineError as error:
        assert "closed" in str(error), error
{ENDINGS[ending]}
time.sleep(0.1)
"""
    assert program.run(source).lines == SAYS.get(ending, [])


@pytest.mark.parametrize("wait", ["next(watch)", "watch.get()", "watch.get(timeout=300)", "[0 for _ in watch]"])
def test_ctrl_c_interrupts_a_watch_that_waits(program, wait):
    done = program.run(f"""
        import os, signal, threading, time
        import bassline as bl
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us to ignore it
        net = bl.Network()
        x = net.contact("x", 0)
        watch = net.watch("x")
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        started = time.monotonic()
        try:
            {wait}
        except KeyboardInterrupt:
            print("interrupted", time.monotonic() - started < 20)
        x.value = 1
        print(next(watch).new)
    """)
    assert done.lines == ["interrupted True", "1"]


FORK = """
import asyncio, faulthandler, os, signal, threading, warnings
warnings.simplefilter("ignore")
import bassline as bl
net = bl.Network()
x = net.contact("x", 0)
watch = net.watch("x")
x.value = 1
other = net.watch("y")
waiting = threading.Thread(target=lambda: list(other))
waiting.start()
faulthandler.cancel_dump_traceback_later()  # the thread that watches stays with the parent
child = os.fork()
signal.alarm(40)
if child == 0:
    said = []
    calls = [lambda: next(watch), lambda: watch.get(timeout=0), watch.drain, lambda: asyncio.run(anext_of(watch)), lambda: watch.pending,
             lambda: watch.missed, lambda: watch.closed, lambda: net.watch("x"), lambda: next(other)]
    async def anext_of(watch):
        return await anext(watch)
    for call in calls:
        try:
            call()
            said.append("no error")
        except bl.BasslineError as error:
            said.append("forked" in str(error))
    watch.close()  # nothing to do, and no error
    with watch:
        pass
    del watch, other
    with bl.Network() as own:
        own.contact("z", 0)
        with own.watch("z") as watch:
            own["z"] = 1
            print("child", set(said), next(watch).new, flush=True)
    os._exit(0)
_, status = os.waitpid(child, 0)
x.value = 2
print("parent", status, [watch.get(timeout=0).new for _ in range(2)])
net.close()
waiting.join(20)
print(waiting.is_alive())
"""


def test_a_forked_child_is_refused_and_the_parent_goes_on(program):
    assert program.run(FORK).lines == ["child {True} 1", "parent 0 [1, 2]", "False"]
