"""Who buys and who supplies: governments and organisations (OCDS parties)."""
