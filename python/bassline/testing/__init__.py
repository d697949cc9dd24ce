"""For the tests of those who use Bassline."""

from bassline.testing.clock import ManualClock

__all__ = ["ManualClock"]
