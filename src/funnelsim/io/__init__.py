"""Writing files, and noting what made them."""
