"""For the tests of those who use or extend Bassline."""

from bassline.testing.clock import ManualClock
from bassline.testing.driver import driver_conformance
from bassline.testing.lattice import check_lattice
from bassline.testing.storage import storage_conformance

__all__ = ["ManualClock", "check_lattice", "driver_conformance", "storage_conformance"]
