"""Which organisations are one, and which only look like it."""
