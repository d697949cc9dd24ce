"""A store's file, and programs that run on their own."""

from tests.api.conftest import store
from tests.api.script import program

__all__ = ["program", "store"]
