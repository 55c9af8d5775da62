"""How often the ranges of what is measured, and of forecasts, hold what is true."""
