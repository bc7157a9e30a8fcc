"""Documents: kept by their content, with the text that is in them."""
