"""What no primitive does: a school grade for a carrier's punctuality."""

from bisect import bisect_left

MINUTES = (5, 10, 15, 20)  # the highest mean delay for an A, a B, a C, a D
SHARES = (0.1, 0.2, 0.25, 0.3)  # and the highest share of departures more than 15 minutes late


def grade(mean_delay: float, late_share: float) -> str:
    """Return the worse of two grades.

    >>> grade(4.9, 0.19), grade(15.0, 0.1), grade(0.0, 0.31)
    ('B', 'C', 'E')
    """
    return "ABCDE"[max(bisect_left(MINUTES, mean_delay), bisect_left(SHARES, late_share))]
