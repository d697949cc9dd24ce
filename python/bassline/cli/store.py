"""Stores as the command line names them."""

from __future__ import annotations

import re
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


def size_of(store: str) -> int | None:
    """Return how many bytes a store's files hold."""
    file = file_of(store)
    if file is None:
        return None
    parts = (file, file.with_name(f"{file.name}-wal"))
    return sum(part.stat().st_size for part in parts if part.exists())


def existing(store: str) -> str:
    """Return a store that is there; one that is not is refused, not made."""
    file = file_of(store)
    if file is not None and not file.exists():
        hint = nearby(file) or f"; bassline run --store {store} makes one"
        raise Refused(f"there is no store '{store}'{hint}")
    return store


def open_existing(store: str) -> bl.Network:
    """Open a store that is there to read it."""
    return bl.Network(existing(store))
