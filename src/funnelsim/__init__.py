"""Simulate a sales organisation and choose between strategies."""
