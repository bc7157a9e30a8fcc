"""What every page has, and how its parts behave, without scripts."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import brotli
import pytest

from portal.settings import ROOT
from tests.web.gallery import make_gallery

if TYPE_CHECKING:
    from flask.testing import FlaskClient

PAGES = ("/", "/services?region=410100", "/services?q=x", "/form", "/processes/x", "/done", "/error/404", "/error/410")
BUILD = ROOT / "static" / "build"
BUDGETS = {"portal.css": 15 * 1024, "portal.js": 12 * 1024}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta"}


class Reader(HTMLParser):
    """Collects the elements of a page and checks that they nest."""

    def __init__(self) -> None:
        """Begin with nothing open."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        assert len(attrs) == len(dict(attrs)), f"an attribute of <{tag}> stands twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element that closes itself."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Give the attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, attribute: str) -> list[str]:
        """Give every value of an attribute."""
        return [attributes[attribute] or "" for _name, attributes in self.elements if attribute in attributes]


@pytest.fixture
def gallery() -> FlaskClient:
    return make_gallery().test_client()


def read(client: FlaskClient, path: str, **form: str) -> Reader:
    answer = client.post(path, data=form) if form else client.get(path)
    reader = Reader()
    reader.feed(answer.get_data(as_text=True))
    assert reader.open == []
    return reader


def marked(page: Reader) -> list[tuple[str | None, str | None]]:
    links = [link for link in page.all("a") if link.get("class") == "govuk-service-navigation__link"]
    return [(link["href"], link["aria-current"]) for link in links if "aria-current" in link]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_carries_no_inline_style_script_or_handler(gallery: FlaskClient, path: str) -> None:
    page = read(gallery, path)

    assert page.values("style") == []
    assert page.all("style") == []
    assert all("src" in script or script == {"type": "application/ld+json"} for script in page.all("script"))
    assert not [name for _tag, attributes in page.elements for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_uses_every_id_once_and_refers_only_to_those_it_has(gallery: FlaskClient, path: str) -> None:
    page = read(gallery, path)

    ids = page.values("id")
    referred = [
        one for name in ("for", "aria-describedby", "aria-labelledby", "aria-controls") for one in page.values(name)
    ]
    assert len(ids) == len(set(ids))
    assert set(" ".join(referred).split()) <= set(ids)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_that_it_is_a_demonstration(gallery: FlaskClient, path: str) -> None:
    page = gallery.get("/en" + path).get_data(as_text=True)

    assert "All people, bodies and figures are invented." in page


def test_a_page_names_its_language_and_links_to_the_other(gallery: FlaskClient) -> None:
    chinese, english = read(gallery, "/services?q=x"), read(gallery, "/en/services?q=x")

    assert chinese.all("html")[0]["lang"] == "zh-Hans"
    assert english.all("html")[0]["lang"] == "en"
    site, other = "http://127.0.0.1:8000", ["/en/services?q=x", "/services?q=x"]
    assert {"href": f"{site}{other[0]}", "hreflang": "en", "rel": "alternate"} in chinese.all("link")
    assert {"href": f"{site}{other[1]}", "hreflang": "zh-Hans", "rel": "alternate"} in english.all("link")
    assert [link["href"] for link in [*chinese.all("a"), *english.all("a")] if "hreflang" in link] == other


def test_links_of_the_frame_stay_in_the_language_of_the_page(gallery: FlaskClient) -> None:
    page = read(gallery, "/en/")

    local = [link["href"] or "" for link in page.all("a") if (link["href"] or "").startswith("/")]
    framed = [href for href in local if href.split("/")[-1] in {"services", "notices", "feeds", "ledger", "data"}]
    assert [href for href in framed if not href.startswith("/en/")] == ["/services"]  # the gallery's own door


def test_the_first_thing_to_reach_by_keyboard_leads_to_the_content(gallery: FlaskClient) -> None:
    page = read(gallery, "/")

    assert page.all("a")[0]["href"] == "#main-content"
    assert page.all("main")[0]["id"] == "main-content"


def test_the_navigation_marks_where_the_reader_is(gallery: FlaskClient) -> None:
    on_list, inside = read(gallery, "/services"), read(gallery, "/processes/x")

    assert marked(on_list) == [("/services", "page")]
    assert marked(inside) == [("/processes", "true")]


def test_an_error_stands_above_its_field_and_is_read_out_with_it(gallery: FlaskClient) -> None:
    text = gallery.post("/form", data={"people": "many"}).get_data(as_text=True)

    field = re.search(r"<input[^>]*name=\"people\"[^>]*>", text)
    assert field is not None
    assert 'aria-describedby="people-error"' in field.group()
    assert 'aria-invalid="true"' in field.group()
    assert 'value="many"' in field.group()
    assert text.index('id="people-error"') < field.start()


def test_the_summary_leads_to_every_field_with_an_error(gallery: FlaskClient) -> None:
    page = read(gallery, "/form", people="many")

    targets = [link["href"] or "" for link in page.all("a") if (link["href"] or "").startswith("#")][1:]
    assert targets == ["#title", "#people", "#area", "#answer"]
    assert {target[1:] for target in targets} <= set(page.values("id"))


def test_what_was_typed_is_kept_and_shown_as_text(gallery: FlaskClient) -> None:
    text = gallery.post("/form", data={"body": "<script>alert(1)</script>", "answer": "4"}).get_data(as_text=True)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;</textarea>" in text
    assert re.search(r'value="4" checked', text)


def test_a_password_is_never_sent_back(gallery: FlaskClient) -> None:
    text = gallery.post("/form", data={"password": "three-questions"}).get_data(as_text=True)

    assert "three-questions" not in text


def test_only_fields_that_may_stay_empty_say_so(gallery: FlaskClient) -> None:
    text = gallery.get("/en/form").get_data(as_text=True)

    assert text.count("(optional)") == 1


def test_an_empty_list_tells_how_to_see_everything(gallery: FlaskClient) -> None:
    text = gallery.get("/en/services?q=x&region=410100").get_data(as_text=True)

    assert "Nothing matches what you chose." in text
    assert '<a class="govuk-link" href="/en/services">Show everything</a>' in text


def test_pages_and_formats_keep_the_filters(gallery: FlaskClient) -> None:
    page = read(gallery, "/services?region=410100&page=3")

    links = {link["href"] for link in page.all("a")}
    assert {"/services?region=410100&page=2", "/services?region=410100&page=4", "/services?region=410100"} <= links
    assert {"/services.csv?region=410100", "/services.atom?region=410100"} <= links


def test_a_list_offers_its_own_feed_to_feed_readers(gallery: FlaskClient) -> None:
    page = read(gallery, "/services")

    found = {link["href"] for link in page.all("link") if link["rel"] == "alternate"}
    assert {"/services.atom", "/services.rss", "/notices.atom"} <= found


def test_chosen_filters_are_selected_and_each_can_be_let_go_of(gallery: FlaskClient) -> None:
    narrowed = gallery.get("/services?region=410100&q=x").get_data(as_text=True)
    wide = gallery.get("/services").get_data(as_text=True)

    assert '<option value="410100" selected>' in narrowed
    assert '<a class="sw-chip" href="/services?q=x">' in narrowed
    assert "sw-chosen" not in wide


def test_a_thing_shows_its_place_in_the_ring_and_its_neighbours(gallery: FlaskClient) -> None:
    page = read(gallery, "/processes/x")

    assert [link["href"] for link in page.all("a") if "data-ring" in link] == [
        "/plans/1/lines/3", "/processes/x#1", "/processes/x#2"
    ]  # fmt: skip
    steps = [item for item in page.all("li") if (item.get("class") or "").startswith("sw-steps__item")]
    assert [item.get("aria-current") for item in steps] == [None, None, None, "step", None, None]


def test_every_chart_has_its_figures_as_a_table(gallery: FlaskClient) -> None:
    page = read(gallery, "/processes/x")

    assert len(page.all("figure")) == 5
    assert len(page.all("table")) == len(page.all("figure"))


def test_an_error_page_says_what_to_do_next(gallery: FlaskClient) -> None:
    missing = gallery.get("/en/error/404").get_data(as_text=True)
    deleted = gallery.get("/en/error/410").get_data(as_text=True)

    assert "Check that the address is complete." in missing
    assert 'href="/en/search"' in missing
    assert "含有个人信息" in deleted
    assert 'href="/en/ledger"' in deleted


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 410, 413, 418, 429, 500, 503])
def test_every_status_has_a_page(gallery: FlaskClient, status: int) -> None:
    text = gallery.get(f"/en/error/{status}").get_data(as_text=True)

    assert "What you can do" in text


@pytest.mark.parametrize("name", sorted(BUDGETS))
def test_built_files_stay_within_their_budget(name: str) -> None:
    if not (BUILD / "manifest.json").exists():
        pytest.skip("static files are not built: npm ci && npm run build")
    manifest = json.loads((BUILD / "manifest.json").read_text())

    content = (BUILD / manifest[name]).read_bytes()

    assert len(brotli.compress(content)) <= BUDGETS[name]
    assert not re.search(rb"url\((?!data:)|@import|GDS Transport|crest|crown", content)
