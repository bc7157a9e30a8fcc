"""The public memory: an append-only Merkle log of everything published."""
