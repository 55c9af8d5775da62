"""How often decisions are wrong, measured: `make guarantees`."""
