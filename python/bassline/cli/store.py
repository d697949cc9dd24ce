"""Stores as the command line names them."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import bassline as bl
from bassline.cli.refused import Refused
from bassline.manifest.nearby import nearby


def file_of(store: str) -> Path | None:
    """Return the file of a store that is one.

    >>> file_of("shop.db"), file_of("sqlite:shop.db"), file_of("memory:")
    (PosixPath('shop.db'), PosixPath('shop.db'), None)
    """
    kind, colon, rest = store.partition(":")
    if colon and re.fullmatch(r"[a-z][a-z0-9+]+", kind):
        return Path(rest) if kind == "sqlite" and rest else None
    return Path(store)


def directory_of(store: str) -> Path | None:
    """Return the directory of a store that is one.

    >>> directory_of("journal:shop"), directory_of("shop.db")
    (PosixPath('shop'), None)
    """
    kind, _, rest = store.partition(":")
    return Path(rest) if kind == "journal" and rest else None


def size_of(store: str) -> int | None:
    """Return how many bytes a store's files hold."""
    if (directory := directory_of(store)) is not None:
        return sum(map(bytes_of, directory.rglob("*")))
    file = file_of(store)
    return None if file is None else bytes_of(file) + bytes_of(file.with_name(f"{file.name}-wal"))


def bytes_of(file: Path) -> int:
    """Return how long a file is; whoever writes may have taken it away."""
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def existing(store: str) -> str:
    """Return a store that is there; one that is not is refused, not made."""
    file = file_of(store) or directory_of(store)
    if file is not None and not file.exists():
        hint = nearby(file) or f"; bassline run --store {store} makes one"
        raise Refused(f"there is no store '{store}'{hint}")
    return store


def open_existing(store: str) -> bl.Network:
    """Open a store that is there to read it."""
    return bl.Network(existing(store))
