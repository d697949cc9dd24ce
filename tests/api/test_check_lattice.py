"""`check_lattice` finds what is no lattice, and says so in words."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

import bassline as bl
from bassline.testing import check_lattice

VALUES = [
    None, True, False, 0, 1, 1.0, -2, 0.5, float("nan"), "", "a", "b", b"x", [1], [], {"k": 1}, {"k": {1}, "m": {2}},
    {"k": {2}}, set(), {1}, {1, 2}, {2, 3}, bl.Interval(0, 2), bl.Interval(1, 3), bl.Interval(1.0, 1), bl.Interval(5, 6),
]  # fmt: skip
LATTICES = ["max", "min", "merge", "union", "intersection", "interval", "all", "any", "equal", "map"]


@pytest.mark.parametrize("blend", LATTICES)
def test_every_lattice_of_ours_keeps_the_laws_on_values_of_every_kind(blend):
    check_lattice(blend, VALUES)


@pytest.mark.parametrize("blend", LATTICES)
def test_every_lattice_of_ours_keeps_the_laws_on_values_that_are_drawn(blend):
    numbers = st.integers(-3, 3) | st.sampled_from([0.5, 1.0, -2.0])
    sets = st.sets(st.integers(0, 4))
    check_lattice(blend, numbers | sets | st.booleans() | st.dictionaries(st.sampled_from("ab"), sets), examples=60)


class Average:
    def join(self, a, b):
        return (a + b) // 2


class Left:
    def join(self, a, b):
        return a


class Sum:
    def join(self, a, b):
        return a + b


class Clamped:
    """Contradicts, but not always."""

    def join(self, a, b):
        if abs(a - b) > 2:
            raise ValueError("too far apart")
        return max(a, b)


class Failing:
    def join(self, a, b):
        return a / b


@pytest.mark.parametrize(
    ("lattice", "message"),
    [
        (Average, "Average is not associative"),
        (Left, "Left is not commutative: join(0, 1) is 0, but join(1, 0) is 1"),
        (Sum, "Sum is not idempotent: join(1, 1) is 2, not 1"),
        (Clamped, "Clamped is not associative"),
        (Failing, "Failing fails: join(0, 0) raises ZeroDivisionError"),
    ],
)
@pytest.mark.parametrize("values", [[float(n) for n in range(6)], range(6), st.integers(0, 6)])
def test_what_is_no_lattice_is_found_out(lattice, message, values):
    if isinstance(values, list):
        message = message.partition(":")[0]
    with pytest.raises(AssertionError) as raised:
        check_lattice(lattice, values)
    assert message in str(raised.value)


def test_a_join_that_changes_its_arguments_is_seen_by_what_it_answers():
    class Grows:
        def join(self, a, b):
            a |= b
            return a

    check_lattice(Grows, [{1}, {2}, {1, 3}])


@pytest.mark.parametrize("blend", ["accept-last", "stream", "counter", "first"])
def test_a_blend_that_is_no_join_of_values_is_refused(blend):
    with pytest.raises(ValueError, match="is no join of two values"):
        check_lattice(blend, [1, 2])
