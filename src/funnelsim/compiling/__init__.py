"""What makes Numba compile the rules and the engine as a whole, and keep what it compiled."""
