"""Sanwen: what a government buys for residents, and what residents say of it."""
