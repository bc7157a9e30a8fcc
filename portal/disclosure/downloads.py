"""Files as they are given out: saved by the browser under their name, never shown in our pages' name."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from portal.disclosure import files
from portal.disclosure.rules import base_name
from portal.kernel.text import clean_line


def saved(sha256: str, filename: str, media_type: str) -> Response:
    """Give what is kept under a hash as a file to save (RFC 6266, RFC 8187)."""
    name = quote(clean_line(base_name(filename)), safe="")
    response = Response(files.store().pieces(sha256), content_type=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
