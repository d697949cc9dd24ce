"""Each store is held to the suite that is there for all of them."""

import itertools

import pytest

from bassline.testing import storage_conformance

NUMBERS = itertools.count()


@pytest.mark.parametrize("scheme", ["sqlite", "journal", "memory"])
def test_a_store_does_what_every_store_must_do(scheme, tmp_path):
    assert len(storage_conformance(lambda: f"{scheme}:{tmp_path}/{next(NUMBERS)}")) == 7


def test_a_store_that_does_something_else_is_found(tmp_path):
    with pytest.raises(AssertionError, match="values come back as they were: no contact 'null'"):
        storage_conformance(lambda: "memory:")
