"""A server that goes away in every way while ticks flow: nothing is lost, nothing is doubled, to the row."""

import os
import random

import pytest

from tests.postgres.outages import endure
from tests.postgres.server import Server

COUNT = int(os.environ.get("BASSLINE_OUTAGES", "10"))
SEED = int(os.environ.get("BASSLINE_SEED", random.randrange(2**32)))


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.mark.timeout(max(120, 12 * COUNT))
def test_nothing_is_lost_or_doubled_through_outages(server):
    print(endure(server, COUNT, SEED))
