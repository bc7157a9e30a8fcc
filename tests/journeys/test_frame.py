"""The frame of every page, measured by a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from portal.settings import Settings

from tests.servers import served

pytestmark = pytest.mark.browser
SMALLEST_TARGET = 24  # CSS pixels: WCAG 2.2, 2.5.8
HEIGHTS = """() => Array.from(document.querySelectorAll("header a"))
  .filter(link => link.checkVisibility())
  .map(link => [link.innerText.trim(), link.getBoundingClientRect().height])"""


def test_links_of_the_header_are_large_enough_to_point_at(browser: Browser, settings: Settings) -> None:
    with served(settings, drain="off") as (address, _process):
        found = {
            (width, language): _heights(browser, f"{address}{language}/", width)
            for width in (360, 1280)
            for language in ("", "/en")
        }

    assert all(len(heights) > 1 for heights in found.values())
    assert [(where, one) for where, heights in found.items() for one in heights if one[1] < SMALLEST_TARGET] == []


def _heights(browser: Browser, url: str, width: int) -> list[tuple[str, float]]:
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    page.goto(url)
    heights = page.evaluate(HEIGHTS)
    page.context.close()
    return [(str(name), float(height)) for name, height in heights]
