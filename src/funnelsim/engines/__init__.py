"""Two engines that write the same ledger from the same rules."""
