"""Drivers that do what a test tells them."""

from __future__ import annotations

import threading

import bassline as bl


class Keep(bl.Driver):
    """Keeps what it is handed, and can be held up in the midst of a batch, or told to raise."""

    def __init__(self):
        self.handed, self.ends, self.begins = [], [], []
        self.errors = []  # raised one after the other, before anything is taken
        self.entered, self.go = threading.Event(), threading.Event()
        self.go.set()

    def initialize(self, context):
        self.begins.append(context)

    def handle_changes(self, batch):
        self.entered.set()
        self.go.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.handed.append(batch)

    def shutdown(self, force):
        self.ends.append(force)

    def hold(self):
        self.entered.clear()
        self.go.clear()
        return self

    @property
    def changes(self):
        return [change for batch in self.handed for change in batch]

    @property
    def values(self):
        return [change.new for change in self.changes]

    @property
    def ticks(self):
        return [change.tick for change in self.changes]

    @property
    def gaps(self):
        return [batch.gap for batch in self.handed if batch.gap is not None]

    @property
    def state(self):
        """What a screen would show that is painted by every change."""
        return {change.path: change.new for change in self.changes}


class Refuses(Keep):
    """Will never take some values."""

    def __init__(self, *poison):
        super().__init__()
        self.poison = set(poison)

    def handle_changes(self, batch):
        bad = self.poison.intersection(batch.values)
        if bad:
            raise ValueError(f"cannot take {sorted(bad)}")
        super().handle_changes(batch)
