"""Text as it is kept: composed, without characters that no reader can see."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_SPACE = re.compile(r"[^\S\n]+")
_MANY_BREAKS = re.compile(r"\n{3,}")


def N_(message: str) -> str:  # noqa: N802 - the name that gettext's tools know
    """Mark a message for translation where it is written; it is translated where it is shown."""
    return message


def clean_line(raw: str) -> str:
    """Keep one line: composed, no control characters or surrogates, single spaces."""
    return _SPACE.sub(" ", _composed(raw.replace("\n", " ").replace("\r", " ").replace("\t", " "))).strip()


def clean_text(raw: str) -> str:
    """Keep a text: as `clean_line`, but with its line breaks, two empty lines at the most."""
    lines = _composed(raw.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).split("\n")
    return _MANY_BREAKS.sub("\n\n", "\n".join(_SPACE.sub(" ", line).rstrip() for line in lines)).strip()


def nfkc_fold(raw: str) -> str:
    """Fold width, compatibility forms and case, for comparing."""
    return unicodedata.normalize("NFKC", raw).casefold()


def without_unseen(raw: str) -> str:
    """Drop control characters, surrogates and direction marks; keep tab and line break."""
    return raw if raw.isprintable() else _UNSEEN.sub("", raw)  # what Python can print has none of them


def _composed(raw: str) -> str:
    return unicodedata.normalize("NFC", _UNSEEN.sub("", raw))
