"""What comes after a commit: events in the order they were committed, and those who consume them."""
