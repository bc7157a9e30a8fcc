"""How residents found a service: ratings, and the counts that are published of them."""
