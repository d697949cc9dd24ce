"""The URLs of stores, as text that a file can be named by."""

from __future__ import annotations

import os

from bassline._found import found
from bassline.errors import StorageError


def url_of(store: str | os.PathLike[str] | None) -> str | None:
    """Return a store's URL as text that a file can be named by; `None` for memory."""
    return None if store is None else file_of(store)


def file_of(path: str | os.PathLike[str]) -> str:
    """Return a path as text.

    Raises:
        StorageError: no file can have that name.
    """
    text = os.fspath(path)
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        raise StorageError(f"no file can have the name {found(text)}; leave the lone surrogate out") from error
    return text
