"""What rules and engines read: the words, the records, and the lowered scenario."""
