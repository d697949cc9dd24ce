"""For the tests of whoever extends Bassline."""

from bassline.testing.lattice import check_lattice

__all__ = ["check_lattice"]
