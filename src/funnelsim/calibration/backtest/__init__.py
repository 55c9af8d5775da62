"""Whether to believe a forecast: made as of earlier days, and scored on what came next."""
