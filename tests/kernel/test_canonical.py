"""Equal values are written as equal bytes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from portal.kernel.canonical import canonical_json, sha256_hex


def test_the_order_of_keys_does_not_matter() -> None:
    assert canonical_json({"b": 1, "a": [1, 2]}) == canonical_json({"a": [1, 2], "b": 1}) == b'{"a":[1,2],"b":1}'


def test_equal_numbers_are_written_alike() -> None:
    assert canonical_json([1, 1.0, Decimal("1.00")]) == b"[1,1,1]"


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json(float("nan"))


def test_chinese_is_written_as_it_is() -> None:
    assert canonical_json("三问") == '"三问"'.encode()


def test_the_hash_is_sha_256() -> None:
    assert sha256_hex(b"").startswith("e3b0c442")
