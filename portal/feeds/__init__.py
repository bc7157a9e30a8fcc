"""The feed engine: capabilities declare feeds, this writes them as RSS 2.0, Atom, JSON Feed and OPML."""
