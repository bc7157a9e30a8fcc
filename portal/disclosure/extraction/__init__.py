"""The text that is in documents, whatever their format, read where it can do no harm."""
