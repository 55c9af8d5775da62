"""Randomness: keyed draws, and distributions as quantile tables."""
