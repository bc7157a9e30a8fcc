"""How services went: residents' ratings in five levels, and the summaries that make them public."""
