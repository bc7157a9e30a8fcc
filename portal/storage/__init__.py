"""The database: session, column types, the one write transaction, migrations."""
