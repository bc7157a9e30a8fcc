"""The formats by their extension; a new one is one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.exporting.formats import csv, jsonl, xlsx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.exporting.formats.format import Format

FORMATS: Mapping[str, Format] = {made.extension: made for made in (csv.FORMAT, jsonl.FORMAT, xlsx.FORMAT)}
