"""Every kind of public page of the demonstration, on a phone, in both languages, as a machine can judge it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LISTS = (
    "/", "/services", "/processes", "/notices", "/organizations", "/proposals", "/needs", "/plans", "/data", "/feeds",
    "/ledger", "/ledger/heads", "/ledger/entries/0", "/help", "/search?q=meal", "/services?q=zzzz", "/account/staff",
)  # fmt: skip
WAYS = (  # from a list to one of its things, and what is seen from there
    ("/services", ".sw-item__title a"), ("/processes?stage=complete", ".sw-item__title a"),
    ("/notices", ".sw-item__title a"), ("/organizations", ".sw-item__title a"), ("/proposals", ".sw-item__title a"),
    ("/needs", ".sw-item__title a"), ("/plans", ".sw-item__title a"),
)  # fmt: skip
FAULTS = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the screen");
  if (document.querySelectorAll("h1").length !== 1) found.push("not one h1");
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!field.labels.length && !field.ariaLabel) found.push("no label: " + field.name);
  for (const table of document.querySelectorAll("table"))
    if (!table.caption || !table.querySelector("th[scope]")) found.push("a table without headings");
  const seen = new Set();
  for (const {id} of document.querySelectorAll("[id]")) { if (seen.has(id)) found.push("twice: " + id); seen.add(id); }
  const words = document.querySelector("main").cloneNode(true);
  words.querySelectorAll("pre, code").forEach(part => part.remove());
  for (const code of words.textContent.match(/\\b(completionCertificate|interestedParty|preProcurement|ratedCriteria|validBids|disqualifiedBidders)\\b/g) || [])
    found.push("a raw code: " + code);
  return found;
}"""  # noqa: E501 - one pattern


@pytest.mark.parametrize("language", ["", "/en"])
def test_pages_fit_a_phone_and_are_labelled(browser: Browser, address: str, language: str) -> None:
    page = browser.new_context(java_script_enabled=True, viewport={"width": 360, "height": 740}).new_page()
    paths = [language + path for path in LISTS]
    for path, link in WAYS:
        page.goto(address + language + path)
        paths.append(str(page.locator(link).first.get_attribute("href")))
    paths.append(next(path for path in paths if "/processes/ocds" in path and "/releases/" not in path) + "/history")

    faults = {path: found for path in paths if (found := _faults(page, address + path))}
    page.context.close()

    assert faults == {}


def _faults(page: Page, url: str) -> list[str]:
    page.goto(url)
    return list(page.evaluate(FAULTS))
