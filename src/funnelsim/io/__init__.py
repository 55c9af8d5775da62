"""Writing files, and saying what made them."""
