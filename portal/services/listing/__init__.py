"""What an office states of a service, and its opening hours: plain Python."""
