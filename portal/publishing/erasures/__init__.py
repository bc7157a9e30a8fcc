"""Lawful erasure of what was published: asked for by one official, confirmed by another."""
