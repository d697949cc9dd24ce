"""Objects whose end is noticed."""

from __future__ import annotations


class Noticed:
    """Runs something when it goes."""

    def __init__(self, then):
        self.then = then

    def __del__(self):
        self.then()
