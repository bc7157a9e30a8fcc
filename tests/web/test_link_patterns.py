"""Addresses that are built many times are the ones that are built once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.web import links

if TYPE_CHECKING:
    from flask import Flask

OCIDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ocid=OCIDS, number=st.integers(1, 2**31))
@pytest.mark.parametrize("path", ["/", "/en/"])
def test_a_pattern_builds_what_absolute_builds(app: Flask, path: str, ocid: str, number: int) -> None:
    with app.test_request_context(path):
        build = links.pattern("procurement.release", "ocid", "release_id")

        assert build(ocid, number) == links.absolute("procurement.release", ocid=ocid, release_id=number)
