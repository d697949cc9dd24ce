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

from bassline import _core
from bassline.errors import BackpressureError, BasslineError, GadgetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Loop = asyncio.AbstractEventLoop
_GRACE = 30.0  # seconds that closing leaves to what runs, unless told otherwise
_AT_ONCE = 200  # answers that are written between two moments in which other threads may run
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


Answer = tuple["_core.Call", Any, BaseException | None]


class Answers:
    """Answers on their way to the thread that writes, which is woken once for all that come meanwhile."""

    def __init__(self) -> None:
        self._come: deque[Answer | None] = deque()
        self._is_awake = False
        self._wake: SimpleQueue[None] = SimpleQueue()

    def put(self, answer: Answer | None) -> None:
        """Add one, from whatever thread; `None` is the last."""
        self._come.append(answer)
        if not self._is_awake:
            self._is_awake = True
            self._wake.put(None)

    def end(self) -> None:
        """Let the thread end when it has written what came before."""
        self.put(None)

    def take(self) -> tuple[list[Answer], bool]:
        """Wait for answers; all that are there, and whether they are the last."""
        self._wake.get()
        self._is_awake = False  # before looking: what comes from now on wakes again
        taken: list[Answer] = []
        while self._come:
            answer = self._come.popleft()
            if answer is None:
                return taken, True
            taken.append(answer)
        return taken, False


class Coroutines:
    """Makes the calls of one network.

    Of one gadget, one call runs at a time. Of those that come meanwhile the newest waits, or with `mode="queue"` all.
    What calls come to is handed to a thread that writes, so that no event loop waits for the network: all that has come
    until it gets to it.
    """

    def __init__(self, name: str) -> None:
        """Begin with nothing to do."""
        self.name = name
        self._lock = threading.Lock()
        self._rest = threading.Condition(self._lock)
        self._waiting: dict[int, deque[_core.Call] | None] = {}  # of each gadget that runs
        self._tasks: dict[Loop, dict[int, asyncio.Task[None]]] = {}  # of each gadget that runs there
        self._posted: dict[Loop, deque[_core.Call]] = {}
        self._open: dict[
            int, tuple[_core.Call, int]
        ] = {}  # of each gadget, one of its calls and how many are not answered
        self._sleepers: list[tuple[Loop, asyncio.Future[None]]] = []
        self._lost: list[GadgetError] = []
        self._ended = False
        self._own: OwnLoop | None = None
        self._answers = Answers()
        arguments = (self._answers, weakref.ref(self))
        threading.Thread(target=_write, args=arguments, name=f"bassline-{name}-answers", daemon=True).start()
        self._when_gone(self._answers.end)
        _OPEN.add(self)

    def _when_gone(self, function: Callable[..., object], *arguments: object) -> None:
        # Not at the end of the interpreter, where what runs has its time first.
        weakref.finalize(self, function, *arguments).atexit = False

    def start(self, calls: Iterable[_core.Call]) -> None:
        """Make calls, each when its gadget is free."""
        waking: list[Loop] = []
        with self._lock:
            running, is_open = self._waiting, self._open
            for call in calls:
                gadget = call.gadget
                if gadget in running:
                    waiting = running[gadget]
                    if waiting and not call.queued:
                        waiting[-1] = call
                        continue
                known = is_open.get(gadget)
                is_open[gadget] = (call, 1) if known is None else (call, known[1] + 1)
                if self._ended:
                    self._lose(call, BasslineError("the network is closing"))
                elif gadget not in running:
                    running[gadget] = None
                    self._post(call, waking)
                elif waiting is None:
                    running[gadget] = deque((call,))
                else:
                    waiting.append(call)
        self._wake(waking)

    def _post(self, call: _core.Call, waking: list[Loop]) -> None:
        """Have a call begin on its loop, which is to be woken once for all that are posted until then."""
        loop = call.loop
        if loop is None:
            if self._own is None:
                self._own = OwnLoop(self.name)
                self._when_gone(self._own.stop)
            loop = self._own.loop
        posted = self._posted.get(loop)
        if posted is None:
            self._posted[loop] = posted = deque()
            waking.append(loop)
        posted.append(call)

    def _wake(self, loops: list[Loop]) -> None:
        for loop in loops:
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
        gadget = call.gadget
        tasks = self._tasks.get(loop)
        if tasks is None:
            self._tasks[loop] = tasks = {}
        tasks[gadget] = loop.create_task(self._make(loop, call, gadget, tasks), name=f"bassline {call.path}")

    async def _make(self, loop: Loop, call: _core.Call, gadget: int, tasks: dict[int, asyncio.Task[None]]) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = await call.begin()
        except BaseException as raised:  # noqa: BLE001 - whatever it is, it is told
            error = raised
        tasks.pop(gadget, None)
        with self._lock:
            is_last = not self._waiting[gadget] and not self._ended
            if is_last:
                del self._waiting[gadget]
        if is_last:
            self._answers.put((call, result, error))
        else:
            self._done(call, result, error, loop)

    def _done(self, call: _core.Call, result: Any, error: BaseException | None, loop: Loop | None) -> None:
        """A call has ended: its answer is written, and the next of its gadget begins."""
        gadget = call.gadget
        waking: list[Loop] = []
        following = None
        with self._lock:
            waiting = self._waiting[gadget]
            if not waiting:
                del self._waiting[gadget]
            else:
                following = waiting.popleft()
                if loop is None or following.loop not in (None, loop) or loop.is_closed():
                    self._post(following, waking)
                    following = None
            if self._ended and isinstance(error, asyncio.CancelledError):  # the close says so
                self._settle(gadget)
                return
        self._answers.put((call, result, error))
        if following is not None and loop is not None:
            self._task(loop, following)
        self._wake(waking)

    def answered(self, answers: list[Answer], errors: dict[int, BasslineError]) -> None:
        """Calls are over; with an error, by place, where an answer could not be written."""
        with self._lock:
            for at, error in errors.items():
                self._keep(answers[at][0].path, error)
            for call, _, _ in answers:
                self._settle(call.gadget)

    def _lose(self, call: _core.Call, error: BasslineError) -> None:
        self._keep(call.path, error)
        self._settle(call.gadget)

    def _keep(self, path: str, error: BasslineError) -> None:
        lost = GadgetError(f"what the gadget '{path}' answered could not be written: {error}")
        lost.__cause__ = error
        self._lost.append(lost)

    def _settle(self, gadget: int) -> None:
        call, count = self._open[gadget]
        if count > 1:
            self._open[gadget] = call, count - 1
            return
        del self._open[gadget]
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
        return loop if self._tasks.get(loop) or loop in self._posted else None

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
            return self._by_path()

    def _by_path(self) -> dict[str, int]:
        by_path: Counter[str] = Counter()
        for call, count in self._open.values():
            by_path[call.path] += count
        return by_path

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
            left = self._by_path()
            self._ended = True
            for gadget, waiting in self._waiting.items():
                for _ in waiting or ():
                    self._settle(gadget)
                self._waiting[gadget] = None
        if left:
            for loop, tasks in list(self._tasks.items()):
                for task in list(tasks.values()):
                    with contextlib.suppress(RuntimeError):
                        loop.call_soon_threadsafe(task.cancel)
            if self._here() is None:
                self.wait(_LEAVE)
        self._answers.end()
        if self._own is not None:
            self._own.stop()
        if not left:
            return None
        shown = ", ".join(f"'{path}' ({count} calls)" for path, count in sorted(left.items()))
        return f"the network closed while gadgets still ran: {shown}; what they had not answered is not written"


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _write(answers: Answers, of: weakref.ref[Coroutines]) -> None:
    """Write answers, in the order in which the calls ended, until there is nobody left."""
    is_last = False
    while not is_last:
        taken, is_last = answers.take()
        if not taken:
            continue
        errors = _give(taken, of)
        coroutines = of()
        if coroutines is not None:
            coroutines.answered(taken, errors)
        taken.clear()  # with the last call the network may go
        del coroutines, errors


def _give(answers: list[Answer], of: weakref.ref[Coroutines]) -> dict[int, BasslineError]:
    """Write answers; what cannot be written for the time being is tried again. Answers why some are not, by place."""
    errors: dict[int, BasslineError] = {}
    written = 0
    while written < len(answers):
        written, error = _core.write_answers(answers, written, _AT_ONCE)
        if error is None:
            continue
        at = written - 1
        if isinstance(error, BackpressureError) and not _is_over(of):
            time.sleep(0.01)
            written = at
        elif isinstance(error, BasslineError):
            if not isinstance(error, BackpressureError):
                with contextlib.suppress(BasslineError):
                    answers[at][0].refuse(error)
            errors[at] = error
        else:  # what subscribers raise, told as what it is
            errors[at] = BasslineError(f"{type(error).__name__}: {error}")
            errors[at].__cause__ = error
    return errors


def _is_over(of: weakref.ref[Coroutines]) -> bool:
    coroutines = of()
    return coroutines is None or coroutines._ended  # noqa: SLF001


def close_all() -> list[tuple[str, str]]:
    """Close what is open at the end of the interpreter; answers what was cut short, by the network's name."""
    told = [(coroutines.name, coroutines.close()) for coroutines in list(_OPEN) if not coroutines._ended]  # noqa: SLF001
    return [(name, cut) for name, cut in told if cut is not None]
