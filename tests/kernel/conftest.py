"""A network in memory whose drivers may have failed, a store's file, and programs that run on their own."""

from __future__ import annotations

import contextlib

import pytest

import bassline as bl
from tests.api.conftest import store
from tests.api.script import program

__all__ = ["net", "program", "store"]


@pytest.fixture
def net():
    net = bl.Network()
    yield net
    with contextlib.suppress(bl.DriverError):
        net.close()
