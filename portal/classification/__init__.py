"""Reference data: regions, the guiding catalogue, working days, kinds of organisations."""
