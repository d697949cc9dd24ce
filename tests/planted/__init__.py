"""Whether the tests find what is wrong: the engine with one planted bug at a time."""
