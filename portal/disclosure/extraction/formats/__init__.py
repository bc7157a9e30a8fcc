"""One module for each format: `read(data, limits)` gives pages or raises `UnreadableError`."""
