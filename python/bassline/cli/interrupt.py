"""Ctrl-C and termination, heard between two chunks of input and never inside a gadget."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Stopped(Exception):  # noqa: N818  (being asked to stop is no error)
    """A run was asked to stop and ended cleanly; the message says how to go on."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class _Asked(BaseException):
    """The signal, while we wait for input."""


class Interruption:
    """Remembers a signal to stop; the second one ends the program the hard way.

    A tick that Python code takes part in would otherwise meet KeyboardInterrupt in the middle of a gadget and fail.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        self.waiting = False

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear SIGINT and SIGTERM inside the block."""
        before = {number: signal.signal(number, self._hear) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        except _Asked:
            pass
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def wait(self) -> Iterator[None]:
        """Wait for input inside the block; a signal ends the waiting, and the block around it."""
        self.waiting = True
        try:
            if self.signal is not None:
                raise _Asked
            yield
        finally:
            self.waiting = False

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        if self.signal is not None:
            raise KeyboardInterrupt
        self.signal = number
        if self.waiting:
            raise _Asked
