"""Independent implementations and published values that the tests compare with."""
