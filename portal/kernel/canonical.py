"""One way to write a value as bytes, so that equal values have equal hashes."""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256


def canonical_json(value: object) -> bytes:
    """Write JSON with sorted keys, no spaces, UTF-8 (in the manner of RFC 8785).

    Floats are written as the shortest decimal that reads back the same; NaN is refused.
    """
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def sha256_hex(data: bytes) -> str:
    """Tell the SHA-256 of some bytes as 64 hexadecimal digits."""
    return sha256(data).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
