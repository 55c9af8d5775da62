"""Studies: strategies under a design over levers and assumptions, in the same worlds, kept in a store."""
