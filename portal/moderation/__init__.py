"""Hiding what must not be public, and bringing it back."""
