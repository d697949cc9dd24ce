"""Every public callable, called with everything that it does not expect."""
