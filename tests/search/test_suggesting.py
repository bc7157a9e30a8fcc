"""What somebody may have meant, and what they may be typing."""

from __future__ import annotations

import pytest

from portal.search.port import Title
from portal.search.suggesting import Suggester, make_suggester


@pytest.fixture
def suggester() -> Suggester:
    return make_suggester([
        Title("service:1", "社区养老服务", "Home care for the elderly"), Title("service:2", "心理疏导服务", None),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yanglao", "养老"), ("xinli", "心理"), ("elderyl", "elderly"), ("样老", "养老"), ("养老", None),
        (" ".join(f"zzzzqq{place}" for place in range(16)), None),
    ],
)  # fmt: skip
def test_a_misspelt_word_is_mended_by_its_sound_or_likeness(
    suggester: Suggester, typed: str, meant: str | None
) -> None:
    assert suggester.meant(typed) == meant


def test_a_name_that_a_visible_thing_bears_too_is_suggested() -> None:
    both = make_suggester([Title("service:1", "社区养老服务", None), Title("service:2", "社区养老服务", None)])

    assert both.suggestions("社区养", hidden={"service:1"}) == ["社区养老服务"]
    assert both.suggestions("社区养", hidden={"service:1", "service:2"}) == []
