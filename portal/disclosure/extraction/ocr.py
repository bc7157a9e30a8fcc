"""Recognising text in pictures: the extra `ocr`, used where it is installed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image


@cache
def is_installed() -> bool:
    """Tell whether pictures can be read."""
    return find_spec("rapidocr") is not None


def recognise(picture: Image.Image) -> str:
    """Read the text of a picture, a line for each line."""
    numpy: Any = import_module("numpy")
    found = _engine()(numpy.asarray(picture.convert("RGB")))
    return "\n".join(found.txts or ())


@cache
def _engine() -> Any:  # noqa: ANN401 - the extra has no types
    return import_module("rapidocr").RapidOCR(params={"Global.log_level": "error"})
