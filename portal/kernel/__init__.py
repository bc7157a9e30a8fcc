"""Plain Python that everything else stands on: clock, money, identifiers, text, errors."""
