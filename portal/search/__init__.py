"""The search engine: capabilities declare what can be found, this finds it."""
