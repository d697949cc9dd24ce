"""What is said beside the output: on stderr, so that stdout stays data."""

from __future__ import annotations

import sys


def say(message: str) -> None:
    """Say one line."""
    print(message, file=sys.stderr, flush=True)


def message_of(error: BaseException) -> str:
    """Return an error's message; a KeyError would put it in quotes."""
    return str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)


def one_line(message: str) -> str:
    """Return a message on one line."""
    return " ".join(message.split())
