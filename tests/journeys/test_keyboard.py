"""An approver works by keyboard alone: everything is reached in order and seen, and errors come first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
import pytest

from portal.accounts.rules import Role
from portal.demo import people
from portal.services.drafts import actions as listings
from portal.storage.database import db
from tests.factories.drafts import make_staff, make_submitted
from tests.factories.services import facts, make_bodies
from tests.servers import served

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

    from portal.settings import Settings

pytestmark = pytest.mark.browser
MOST_TABS = 60
FOCUS = """() => {
  const here = document.activeElement, style = getComputedStyle(here);
  return {
    id: here.id, text: here.innerText || "", tag: here.tagName, top: here.getBoundingClientRect().top + scrollY,
    seen: style.outlineStyle !== "none" && style.outlineWidth !== "0px" || style.boxShadow !== "none",
  };
}"""


def test_a_notice_and_a_listing_are_approved_by_keyboard_alone(
    app: Flask, settings: Settings, browser: Browser
) -> None:
    government, buyer, supplier = make_bodies()
    publisher = make_staff(government, Role.PUBLISHER)
    people.add_staff(government, supplier)
    notice = make_submitted("intention", government, by=publisher).id
    listing = _submitted_listing(government, buyer, by=publisher)
    db.session.remove()
    with served(settings) as (address, _process):
        page = _signed_in(browser, address, people.STAFF[1])

        page.goto(f"{address}/office/releases/{notice}/approve")
        _go_to(page, id="publish_at")
        page.keyboard.type("昨天")
        page.keyboard.press("Enter")
        page.wait_for_selector(".govuk-error-summary:focus")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("#publish_at:focus")
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        _go_to(page, text="批准并发布")
        page.keyboard.press("Space")
        page.wait_for_url(f"{address}/office/releases/{notice}/approved")
        page.goto(f"{address}/office/services/drafts/{listing}/approve")
        _go_to(page, text="批准并发布")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/office/services/drafts/{listing}/approved")

        assert page.locator("h1").inner_text() == "已发布"


def _submitted_listing(government: int, buyer: int, *, by: int) -> int:
    draft = listings.begin_listing(facts(buyer_id=buyer), by=by, governments={government})
    listings.submit_draft(draft.id, by=by, governments={government})
    return draft.id


def _go_to(page: Page, *, id: str = "", text: str = "") -> None:  # noqa: A002 - the attribute's own name
    """Press Tab until a field or a button is reached; everything on the way is seen, and comes from top to bottom."""
    top = -1.0
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        assert here["seen"], here
        assert here["top"] >= top - 60, here  # what stands in one row may differ by its height
        top = here["top"]
        if (id and here["id"] == id) or (text and here["tag"] == "BUTTON" and text in here["text"]):
            return
    pytest.fail(f"{id or text} is not reached by Tab")


def _signed_in(browser: Browser, address: str, staff: people.Staff) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}/account/staff")
    page.fill("#email", staff.email)
    page.fill("#password", people.PASSWORD)
    page.fill("#totp", pyotp.TOTP(staff.secret).now())
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/account")
    return page
