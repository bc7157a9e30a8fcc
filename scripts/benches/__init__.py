"""Measurements: each prints its figures, beside a peer or a limit taken in the same run."""
