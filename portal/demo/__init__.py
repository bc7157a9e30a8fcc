"""The demonstration province: invented, deterministic, and the same everywhere."""
