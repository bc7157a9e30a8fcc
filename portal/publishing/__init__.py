"""Drafts of notices, their approval by a second person, and their publication."""
