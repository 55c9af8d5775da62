"""From a history to a scenario: what is measured, and how sure that is."""
