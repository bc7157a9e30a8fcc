"""How the parts of pages behave in a real browser, on a phone and on a desk."""

from __future__ import annotations

import json
import shutil
import threading
from typing import TYPE_CHECKING

import pytest
from werkzeug.serving import make_server

from portal.web import security
from tests.web.gallery import STATIC, make_gallery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Response
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BUILT = (STATIC / "manifest.json").exists()
PAGES = ("/", "/services?region=410100&page=3", "/form", "/processes/x", "/done", "/error/410")
SHIFT = """() => new Promise(done => {
  let moved = 0;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) moved += entry.value; })
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(moved), 200);
})"""
SMALL_TARGETS = """() => [...document.querySelectorAll("main button, main select, header a, header button, main input")]
  .filter(item => item.checkVisibility() && !item.classList.contains("govuk-skip-link"))
  .filter(item => item.getBoundingClientRect().height < 43.5).map(item => item.outerHTML.slice(0, 80))"""
SMALL_TEXT = """() => [...document.querySelectorAll("body *")]
  .filter(item => !item.closest("svg, .govuk-visually-hidden") && item.checkVisibility()
    && [...item.childNodes].some(part => part.nodeType === 3 && part.textContent.trim()))
  .filter(item => parseFloat(getComputedStyle(item).fontSize) < 17.9).map(item => item.outerHTML.slice(0, 80))"""

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.skipif(not BUILT, reason="static files are not built: npm ci && npm run build"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    app = make_gallery()
    names = json.loads((STATIC / "manifest.json").read_text())
    app.jinja_env.globals["static_url"] = lambda name: f"/static/{names[name]}"

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.update(security.HEADERS)
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    yield page
    page.close()


@pytest.mark.parametrize("language", ["", "/en"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, address: str, language: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 740})

    wide = []
    for path in PAGES:
        page.goto(address + language + path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    page.close()

    assert wide == []


@pytest.mark.parametrize("language", ["", "/en"])
def test_nothing_moves_while_a_page_loads(phone: Page, address: str, language: str) -> None:
    phone.goto(address + language + "/services")

    phone.wait_for_selector("body.sw-ready")

    assert phone.evaluate(SHIFT) <= 0.01


def test_pages_obey_the_content_security_policy(phone: Page, address: str) -> None:
    complaints: list[str] = []
    phone.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    for path in PAGES:
        phone.goto(address + path)

    assert complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_text_is_large_and_targets_fit_a_thumb(phone: Page, address: str, path: str) -> None:
    phone.goto(address + path)
    phone.wait_for_selector("body.sw-ready")

    assert phone.evaluate(SMALL_TEXT) == []
    assert phone.evaluate(SMALL_TARGETS) == []


def test_the_menu_opens_on_a_phone(phone: Page, address: str) -> None:
    phone.goto(address + "/en/")
    phone.wait_for_selector("body.sw-ready")
    assert not phone.is_visible("#navigation")

    phone.click(".govuk-service-navigation__toggle")

    assert phone.is_visible("#navigation >> text=Purchases")


def test_the_menu_is_open_without_scripts(browser: Browser, address: str) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740}).new_page()

    page.goto(address + "/en/")

    assert page.is_visible("#navigation >> text=Purchases")
    page.context.close()


def test_after_a_mistake_the_summary_has_the_focus(phone: Page, address: str) -> None:
    phone.goto(address + "/form")

    phone.click("main button[type=submit]")
    phone.wait_for_selector("body.sw-ready")

    assert phone.evaluate("document.activeElement.className") == "govuk-error-summary"
