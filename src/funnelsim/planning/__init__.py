"""What simulates to decide."""
