"""Drafts of listings: written by one official, approved by another."""
