"""kill -9 of a plain Python writer: nothing acknowledged is lost, and what is there is the replay of the first ticks."""

import pytest

import bassline as bl
from tests.storage.test_kill import (
    KILLS,
    WRITER,
    test_nothing_acknowledged_is_lost_or_doubled_and_the_state_is_that_of_a_replay as held,
)


@pytest.mark.timeout(max(120, 10 * KILLS))
def test_nothing_acknowledged_is_lost_or_doubled(program, postgres):
    url = postgres.url()
    held(program, url)
    with bl.Network(url) as net:
        assert net.storage.check()[1] == []


def test_a_network_whose_writer_was_killed_is_no_longer_in_use(program, postgres):
    url = postgres.url()
    writer = program.start(WRITER.format(url=url))
    writer.stdout.readline()
    writer.kill()
    writer.communicate()
    with bl.Network(url) as net:
        assert net.position("steps") >= 7
