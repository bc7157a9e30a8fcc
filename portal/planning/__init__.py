"""Purchasing plans: which needs are answered by what, at what price, and what is left out."""
