"""The flights example as the tests see it: its modules, its data, and its command line."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

FLIGHTS = Path(__file__).resolve().parents[2] / "examples" / "flights"
MODULES = ("check", "data", "demo", "grade", "report")


@pytest.fixture
def example(monkeypatch):
    """Import a module of the example, which is a script and no package."""
    monkeypatch.syspath_prepend(str(FLIGHTS))
    yield importlib.import_module
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def flights(example):
    """The file of all flights; the first time it is downloaded, and without PyPI this fails."""
    return example("data").flights()
