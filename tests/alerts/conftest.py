"""A mailbox, and a clock that tests turn on."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from portal.kernel import clock
from portal.mail.backends import MemoryMailer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

MONDAY = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai


@pytest.fixture
def mailer(app: Flask, monkeypatch: pytest.MonkeyPatch) -> MemoryMailer:
    memory = MemoryMailer()
    monkeypatch.setitem(app.extensions, "mailer", memory)
    return memory


class Time:
    """Time that stands still until it is moved on."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack, self.now = stack, MONDAY
        self.pass_by(timedelta(0))

    def pass_by(self, span: timedelta) -> None:
        self.now += span
        self._stack.enter_context(clock.frozen(self.now))


@pytest.fixture
def time() -> Iterator[Time]:
    with ExitStack() as stack:
        yield Time(stack)
