"""The text that is in documents, whatever their format, read where it can do no harm."""

from portal.disclosure.extraction.results import Extraction, Limits, Page, Status
from portal.disclosure.extraction.sandbox import extract

__all__ = ["Extraction", "Limits", "Page", "Status", "extract"]
