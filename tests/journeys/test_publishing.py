"""A publisher and an approver publish a contract in a browser without scripts; then everybody finds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp
import pytest

from portal.demo import people
from portal.ledger import checking
from portal.storage.database import db
from tests.factories.planning import make_government
from tests.factories.ratings import make_organization
from tests.servers import fetch, served, wait_for

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser, Page

    from portal.settings import Settings

pytestmark = pytest.mark.browser
TITLE = "叶蜡石社区助餐服务"


def test_a_contract_notice_goes_from_two_officials_to_everybody(
    app: Flask, settings: Settings, browser: Browser
) -> None:
    people.add_staff(make_government(), make_organization())
    db.session.remove()
    with served(settings) as (address, _process):
        publisher = _signed_in(browser, address, people.STAFF[0])
        reference = _write(publisher, address)
        approver = _signed_in(browser, address, people.STAFF[1])
        _approve(approver, address)

        wait_for(lambda: TITLE in fetch(f"{address}/notices.atom"))
        wait_for(lambda: TITLE in fetch(f"{address}/search.jsonl?q=%E5%8F%B6%E8%9C%A1%E7%9F%B3"))
        public = fetch(f"{address}/en/processes/{reference.split(' / ')[0]}")

    assert "Pyrophyllite meals" in public
    assert "125,000" in public
    assert checking.check().faults == []


def _signed_in(browser: Browser, address: str, staff: people.Staff) -> Page:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800}).new_page()
    page.goto(f"{address}/account/staff")
    page.fill("#email", staff.email)
    page.fill("#password", people.PASSWORD)
    page.fill("#totp", pyotp.TOTP(staff.secret).now())
    page.click("main form[method=post] button")
    page.wait_for_url(f"{address}/account")
    return page


def _write(page: Page, address: str) -> str:
    """Answer step by step, add one row, check and submit; give the reference."""
    page.goto(f"{address}/office/releases/new/contract")
    page.check("input[name=ocid][value=new]")
    _go_on(page)
    _answer(page, {"project_number": "郑财磋商-2026-9", "title": TITLE, "title_en": "Pyrophyllite meals"})
    _answer(page, {"buyer": "郑州市民政局", "buyer__code": "11410100005252012G"}, {"region": "410100"})
    _answer(page, {}, {"category": "A0201", "method": "consultation"})
    _answer(page, {"contract_number": "HT-2026-9", "contract_title": f"{TITLE}合同"})
    _answer(page, {"supplier": "和乐中心", "supplier__code": "52410105MJF8123477"})
    terms = {"amount": "12.5", "signed_on": "2026-03-03", "starts_on": "2026-03-05", "ends_on": "2027-03-04"}
    _answer(page, {**terms, "description": "为独居老人送餐。"}, {"amount__unit": "wan"})
    page.click("text=继续")
    page.click("text=添加一行")
    _answer(page, {"year": "2026", "amount": "12.5"}, {"amount__unit": "wan"})
    page.click("text=继续")
    page.click("text=核对填写内容")
    _go_on(page)
    return page.locator(".govuk-panel__body strong").inner_text()


def _answer(page: Page, typed: dict[str, str], chosen: dict[str, str] | None = None) -> None:
    for name, value in typed.items():
        page.fill(f"#{name}", value)
    for name, value in (chosen or {}).items():
        page.select_option(f"#{name}", value)
    _go_on(page)


def _go_on(page: Page) -> None:
    page.click("main form[method=post] button[type=submit]")
    assert page.locator(".govuk-error-summary").count() == 0, page.locator("main").inner_text()


def _approve(page: Page, address: str) -> None:
    page.goto(f"{address}/office/releases?stage=submitted")
    page.click("main h2 a")
    page.click("text=阅读并批准")
    _go_on(page)
