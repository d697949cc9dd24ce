"""Gadgets that are coroutines: their calls run on event loops, and each answer is written in a tick of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
import weakref
from collections import Counter, deque
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from bassline.errors import BackpressureError, BasslineError, GadgetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bassline import _core

Loop = asyncio.AbstractEventLoop
_GRACE = 30.0  # seconds that closing leaves to what runs, unless told otherwise
_LEAVE = 1.0  # seconds that what is cancelled has to end
_OPEN: weakref.WeakSet[Coroutines] = weakref.WeakSet()


class OwnLoop:
    """An event loop on a thread of its own."""

    def __init__(self, name: str) -> None:
        """Start it."""
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=_run, args=(self.loop,), name=f"bassline-{name}-coroutines", daemon=True).start()

    def stop(self) -> None:
        """End it, and what runs on it."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.loop.stop)


def _run(loop: Loop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


class Coroutines:
    """Makes the calls of one network.

    Of one gadget, one call runs at a time. Of those that come meanwhile the newest waits, or with `mode="queue"` all.
    What a call comes to is handed to a thread that writes, so that no event loop waits for the network.
    """

    def __init__(self, name: str) -> None:
        """Begin with nothing to do."""
        self.name = name
        self._lock = threading.Lock()
        self._rest = threading.Condition(self._lock)
        self._waiting: dict[int, deque[_core.Call]] = {}  # of each gadget that runs
        self._tasks: dict[asyncio.Task[None], Loop] = {}
        self._posted: dict[Loop, deque[_core.Call]] = {}
        self._open: Counter[str] = Counter()  # how many calls of each gadget are not answered yet
        self._sleepers: list[tuple[Loop, asyncio.Future[None]]] = []
        self._lost: list[GadgetError] = []
        self._ended = False
        self._own: OwnLoop | None = None
        self._answers: SimpleQueue[Any] = SimpleQueue()
        arguments = (self._answers, weakref.ref(self))
        threading.Thread(target=_write, args=arguments, name=f"bassline-{name}-answers", daemon=True).start()
        self._when_gone(self._answers.put, None)
        _OPEN.add(self)

    def _when_gone(self, function: Callable[..., object], *arguments: object) -> None:
        # Not at the end of the interpreter, where what runs has its time first.
        weakref.finalize(self, function, *arguments).atexit = False

    def start(self, calls: Iterable[_core.Call]) -> None:
        """Make calls, each when its gadget is free."""
        beginning = []
        with self._lock:
            for call in calls:
                waiting = self._waiting.get(call.gadget)
                if waiting and not call.queued:
                    waiting[-1] = call
                    continue
                self._open[call.path] += 1
                if self._ended:
                    self._lose(call, BasslineError("the network is closing"))
                elif waiting is None:
                    self._waiting[call.gadget] = deque()
                    beginning.append(call)
                else:
                    waiting.append(call)
        for call in beginning:
            self._post(call)

    def _post(self, call: _core.Call) -> None:
        """Have a call begin on its loop, which is woken once for all that are posted until then."""
        with self._lock:
            loop = call.loop
            if loop is None:
                if self._own is None:
                    self._own = OwnLoop(self.name)
                    self._when_gone(self._own.stop)
                loop = self._own.loop
            posted = self._posted.setdefault(loop, deque())
            posted.append(call)
            wakes = len(posted) == 1
        if not wakes:
            return
        try:
            loop.call_soon_threadsafe(self._begin, loop)
        except RuntimeError as error:  # it is closed
            with self._lock:
                dropped = list(self._posted.pop(loop, ()))
            for lost in dropped:
                self._done(lost, None, error, None)

    def _begin(self, loop: Loop) -> None:
        with self._lock:
            calls = self._posted.pop(loop, ())
        for call in calls:
            self._task(loop, call)

    def _task(self, loop: Loop, call: _core.Call) -> None:
        task = loop.create_task(self._make(loop, call), name=f"bassline {call.path}")
        self._tasks[task] = loop
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)

    async def _make(self, loop: Loop, call: _core.Call) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = await call.begin()
        except BaseException as raised:  # noqa: BLE001 - whatever it is, it is told
            error = raised
        self._done(call, result, error, loop)

    def _done(self, call: _core.Call, result: Any, error: BaseException | None, loop: Loop | None) -> None:
        """A call has ended: its answer is written, and the next of its gadget begins."""
        with self._lock:
            waiting = self._waiting[call.gadget]
            following = waiting.popleft() if waiting else None
            if following is None:
                del self._waiting[call.gadget]
            if self._ended and isinstance(error, asyncio.CancelledError):  # the close says so
                self._settle(call.path)
                return
        self._answers.put((call, result, error))
        if following is None:
            return
        if loop is not None and following.loop in (None, loop) and not loop.is_closed():
            self._task(loop, following)
        else:
            self._post(following)

    def answered(self, path: str, error: BasslineError | None) -> None:
        """A call is over; with an error if its answer could not be written."""
        with self._lock:
            if error is not None:
                self._keep(path, error)
            self._settle(path)

    def _lose(self, call: _core.Call, error: BasslineError) -> None:
        self._keep(call.path, error)
        self._settle(call.path)

    def _keep(self, path: str, error: BasslineError) -> None:
        lost = GadgetError(f"what the gadget '{path}' answered could not be written: {error}")
        lost.__cause__ = error
        self._lost.append(lost)

    def _settle(self, path: str) -> None:
        self._open[path] -= 1
        if not self._open[path]:
            del self._open[path]
        if not self._open:
            self._rest.notify_all()
            sleepers, self._sleepers = self._sleepers, []
            for loop, future in sleepers:
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(_wake, future)

    def _here(self) -> Loop | None:
        """The loop that runs on this thread, if calls of ours run on it."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return None
        return loop if loop in [*self._tasks.values(), *self._posted] else None

    def wait(self, timeout: float | None) -> bool:
        """Wait until nothing runs and nothing waits; answers whether that is so.

        Raises:
            BasslineError: this thread runs what would be waited for.
        """
        if self._here() is not None:
            raise BasslineError(
                "net.settle() on the event loop that runs the gadgets would wait for itself; use await net.asettle()"
            )
        with self._rest:
            return self._rest.wait_for(lambda: not self._open, timeout)

    async def await_rest(self) -> None:
        """The same for a coroutine."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if not self._open:
                return
            future: asyncio.Future[None] = loop.create_future()
            self._sleepers.append((loop, future))
        await future

    def running(self) -> dict[str, int]:
        """How many calls of each gadget are not answered yet, by the gadget's path."""
        with self._lock:
            return dict(self._open)

    def tell_lost(self) -> None:
        """Raise what became of an answer that could not be written, once for each."""
        with self._lock:
            lost = self._lost.pop(0) if self._lost else None
        if lost is not None:
            raise lost

    def close(self, timeout: float | None = None) -> str | None:
        """Let what runs end, or cancel it when the time is over; answers what was cut short, in words."""
        patience = _GRACE if timeout is None else max(timeout, 0.0)
        if self._here() is None:
            self.wait(patience)
        with self._lock:
            left = dict(self._open)
            self._ended = True
            for waiting in self._waiting.values():
                for call in waiting:
                    self._settle(call.path)
                waiting.clear()
        if left:
            for task, loop in list(self._tasks.items()):
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(task.cancel)
            if self._here() is None:
                self.wait(_LEAVE)
        self._answers.put(None)
        if self._own is not None:
            self._own.stop()
        if not left:
            return None
        shown = ", ".join(f"'{path}' ({count} calls)" for path, count in sorted(left.items()))
        return f"the network closed while gadgets still ran: {shown}; what they had not answered is not written"


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _write(answers: SimpleQueue[Any], of: weakref.ref[Coroutines]) -> None:
    """Write answers, in the order in which the calls ended, until there is nobody left."""
    while (answer := answers.get()) is not None:
        call, result, raised = answer
        path = call.path
        error = _give(call, result, raised, of)
        del answer, call, result, raised  # with the last call the network may go
        coroutines = of()
        if coroutines is not None:
            coroutines.answered(path, error)
        del coroutines


def _give(
    call: _core.Call, result: Any, raised: BaseException | None, of: weakref.ref[Coroutines]
) -> BasslineError | None:
    """Write one answer; what cannot be written for the time being is tried again."""
    while True:
        try:
            call.answer(result, raised)
        except BackpressureError as error:
            coroutines = of()
            if coroutines is None or coroutines._ended:  # noqa: SLF001
                return error
            del coroutines
            time.sleep(0.01)
        except BasslineError as error:
            with contextlib.suppress(BasslineError):
                call.refuse(error)
            return error
        except BaseException as error:  # noqa: BLE001 - what subscribers raise, told as what it is
            lost = BasslineError(f"{type(error).__name__}: {error}")
            lost.__cause__ = error
            return lost
        else:
            return None


def close_all() -> list[tuple[str, str]]:
    """Close what is open at the end of the interpreter; answers what was cut short, by the network's name."""
    told = [(coroutines.name, coroutines.close()) for coroutines in list(_OPEN) if not coroutines._ended]  # noqa: SLF001
    return [(name, cut) for name, cut in told if cut is not None]
