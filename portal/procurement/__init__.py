"""Purchases: immutable OCDS releases, and the processes compiled from them."""
