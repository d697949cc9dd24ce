"""A server for all tests here."""

import pytest

from tests.api.conftest import store
from tests.api.script import program
from tests.postgres.server import Server

__all__ = ["postgres", "program", "store"]


@pytest.fixture(scope="session")
def postgres():
    server = Server()
    yield server
    server.close()
