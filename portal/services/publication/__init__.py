"""From a statement to what is published of a service: its rows, and the bytes that the ledger commits to."""
