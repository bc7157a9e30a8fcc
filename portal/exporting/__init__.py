"""The export engine: capabilities declare datasets, this streams them as CSV, JSON Lines and XLSX."""
