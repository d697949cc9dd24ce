"""The naive reference evaluator, written from docs/semantics.md: slow, obvious, everything anew in each tick."""

from __future__ import annotations

from . import errors
from .changes import Change
from .network import Network
from .values import Interval, Nothing, const

__all__ = ["Change", "Interval", "Network", "Nothing", "const", "errors"]
