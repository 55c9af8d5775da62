"""From a scenario to results: simulate, compare."""
