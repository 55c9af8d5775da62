"""How fast funnelsim is, measured beside other engines in one run: `make bench`."""
