"""Ask w3c/feedvalidator about feeds: run as a program, for it is old code that warns when it is compiled.

Standard input holds a JSON list of [address, media type, text]; standard output gives for each a list of what the
validator found, errors and warnings alike.
"""

from __future__ import annotations

import io
import json
import sys

VALIDATOR = sys.argv[1]
sys.path.insert(0, f"{VALIDATOR}/src")

import feedvalidator  # noqa: E402 - it is found by its argument only
from feedvalidator.logging import Info, ValidValue  # noqa: E402 - as above


def findings(address: str, media_type: str, text: str) -> list[str]:
    """Name what is wrong or doubtful in one feed."""
    found = feedvalidator.validateStream(io.BytesIO(text.encode()), contentType=media_type, base=address)
    return [
        " ".join(
            str(part) for part in (type(event).__name__, *map(event.params.get, ("parent", "element", "namespace")))
        )
        for event in found["loggedEvents"]
        if not isinstance(event, Info | ValidValue)
    ]


json.dump([findings(*asked) for asked in json.load(sys.stdin)], sys.stdout)
