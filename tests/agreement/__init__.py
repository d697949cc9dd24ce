"""What the test of the engine against the reference is made of: running scripts, comparing them, drawing them."""
