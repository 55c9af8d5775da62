"""What happens to a lead, a rep or a customer: pure functions that both engines call."""
