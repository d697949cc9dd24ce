"""A network in memory, a store's file, and programs that run on their own."""

from __future__ import annotations

import pytest

import bassline as bl
from tests.api.script import program

__all__ = ["net", "program", "store"]


@pytest.fixture
def net():
    with bl.Network() as net:
        yield net


@pytest.fixture
def store(tmp_path):
    return tmp_path / "shop.db"
