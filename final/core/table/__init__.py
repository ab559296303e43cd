"""A table of the contract: read, checked, split."""
