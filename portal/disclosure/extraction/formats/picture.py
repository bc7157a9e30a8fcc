"""Pictures: their size is checked before they are decoded; their text is recognised where that is installed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from portal.disclosure.extraction import ocr
from portal.disclosure.extraction.results import Page, Status, UnreadableError

if TYPE_CHECKING:
    from portal.disclosure.extraction.results import Limits

Image.MAX_IMAGE_PIXELS = None  # our own limit holds, with an answer of its own


def read(data: bytes, limits: Limits) -> list[Page]:
    """Recognise the text of a picture."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if width * height > limits.pixels:
                raise UnreadableError(Status.TOO_LARGE, f"{width} x {height} pixels")
            if not ocr.is_installed():
                return []
            text = ocr.recognise(picture.convert("RGB"))
            return [Page(text, is_machine_read=True)] if text else []
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadableError(Status.DAMAGED, str(error)) from error
