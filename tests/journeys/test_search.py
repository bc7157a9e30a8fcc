"""A browser searches, narrows the result, and reads a document, with and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers import fetch, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
ASKED = "采购文件"


@pytest.mark.parametrize("language", ["", "/en"])
def test_a_document_is_found_narrowed_to_and_read(address: str, browser: Browser, language: str) -> None:
    wait_for(lambda: "/documents/" in fetch(f"{address}/search.csv?q=%E9%87%87%E8%B4%AD%E6%96%87%E4%BB%B6"))
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}).new_page()
    page.goto(f"{address}{language}/search")
    page.fill("#filter-q", ASKED)
    page.press("#filter-q", "Enter")
    page.click('main a[href*="kind=document"]')
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.click("main ol.sw-list a")

    assert "/documents/" in page.url
    assert "SHA-256" in page.inner_text("main")
    assert page.locator("#page-1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_names_are_offered_while_somebody_types(address: str, browser: Browser) -> None:
    wait_for(lambda: "社区" in fetch(f"{address}/search/suggestions.json?q=shequ").encode().decode("unicode-escape"))
    page = browser.new_context().new_page()
    page.goto(f"{address}/search")
    page.type("#filter-q", "shequ")

    page.wait_for_selector("#filter-q-suggestions option", state="attached")
    offered = page.eval_on_selector_all("#filter-q-suggestions option", "all => all.map(one => one.value)")

    assert any("社区" in name for name in offered)
