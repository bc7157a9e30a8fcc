"""A browser walks the whole ring by following links, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

RING = ("need", "plan-line", "process", "contract", "service", "rating", "need")

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", ["", "/en"])
def test_the_ring_is_walked_by_links_only(address: str, browser: Browser, language: str) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}).new_page()
    page.goto(f"{address}{language}/")
    page.goto(page.locator(f'main a[href="{language}/proposals"]').first.evaluate("link => link.href"))

    walked = list(_walk(page, list(RING)))

    assert walked == list(RING)
    assert "/needs/" in page.url


def _walk(page: Page, kinds: list[str]) -> Iterator[str]:
    """Try one proposal after another until one leads all the way round."""
    for proposal in _links(page):
        page.goto(proposal)
        found = list(_follow(page, kinds))
        if found == kinds:
            yield from found
            return


def _links(page: Page) -> list[str]:
    """Collect the proposals of every page of the list, as somebody who turns pages would; the oldest first."""
    found: list[str] = []
    while True:
        found += [link.evaluate("link => link.href") for link in page.locator("main h2 a").all()]
        following = page.locator('a[rel="next"]')
        if following.count() == 0:
            return found[::-1]
        page.goto(following.first.evaluate("link => link.href"))


def _follow(page: Page, kinds: list[str]) -> Iterator[str]:
    """Follow the first link to each kind in turn; stop where there is none."""
    for kind in kinds:
        link = page.locator(f'main a[data-ring="{kind}"]')
        if link.count() == 0:
            return
        page.goto(link.first.evaluate("link => link.href"))
        yield kind
