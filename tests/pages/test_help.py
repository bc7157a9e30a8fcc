"""Help is there in both languages, and can be found."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from portal.pages import help as texts
from portal.search import keeping

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_every_page_is_listed_and_shown_in_both_languages(client: FlaskClient) -> None:
    chinese, english = client.get("/help").text, client.get("/en/help").text

    for page in texts.all_pages().values():
        assert page.title in chinese
        assert page.title_en in english
        assert page.body[0] in client.get(f"/help/{page.name}").text
        assert len(page.body) == len(page.body_en)
    assert client.get("/help/nothing").status_code == HTTPStatus.NOT_FOUND


def test_help_is_found_and_suggested(client: FlaskClient) -> None:
    keeping.rebuild()

    assert "/help/search" in client.get("/search?q=怎样搜索").text
    assert "怎样搜索" in client.get("/search/suggestions?q=zenyang").text
    assert client.get("/search/suggestions.json?q=怎样搜").json == ["怎样搜", ["怎样搜索"]]
