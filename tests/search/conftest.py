"""What tests of the search share."""

from __future__ import annotations

import gc
import warnings
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def left_open(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Let go of the files that Whoosh does not close when it cannot read them; that is its own fault, not ours."""
    yield
    caplog.get_records("call").clear()  # what was logged holds on to where it failed
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
