"""Answers that are sent while they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Response, request
from sqlalchemy import text

from portal.kernel.errors import NotFoundError
from portal.storage.database import db
from portal.web import access
from portal.web.locale import current_locale
from portal.web.streaming import Streamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient


@pytest.fixture
def serve(app: Flask) -> Callable[[Callable[[], Iterator[bytes]]], None]:
    """Give a way to serve pieces at `/streamed`."""
    made: list[Callable[[], Iterator[bytes]]] = []

    @app.get("/streamed")
    @access.public
    def streamed() -> Response:
        return Response(Streamed(made[-1]), content_type="text/plain")

    return made.append


def test_the_session_lives_until_the_last_piece(client: FlaskClient, serve: Callable[..., None]) -> None:
    def pieces() -> Iterator[bytes]:
        for number in db.session.execute(text("SELECT 1 UNION ALL SELECT 2")).scalars():
            yield f"{number} {request.args['q']} {current_locale()}\n".encode()

    serve(pieces)

    assert client.get("/en/streamed?q=here").data == b"1 here en\n2 here en\n"


def test_what_fails_at_the_start_is_an_error_and_no_beginning(client: FlaskClient, serve: Callable[..., None]) -> None:
    def pieces() -> Iterator[bytes]:
        raise NotFoundError
        yield b"never"

    serve(pieces)

    assert client.get("/streamed").status_code == 404


def test_what_fails_in_the_middle_breaks_off(client: FlaskClient, serve: Callable[..., None]) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"first"
        raise ArithmeticError

    serve(pieces)
    answer = client.get("/streamed", buffered=False)

    with pytest.raises(ArithmeticError):
        b"".join(answer.iter_encoded())


def test_a_reader_who_leaves_ends_the_reading(client: FlaskClient, serve: Callable[..., None]) -> None:
    ended: list[bool] = []

    def pieces() -> Iterator[bytes]:
        try:
            yield from (b"more" for _ in range(1_000_000))
        finally:
            ended.append(db.session().in_transaction())

    serve(pieces)
    answer = client.get("/streamed", buffered=False)
    next(answer.iter_encoded())
    answer.close()

    assert ended == [False]


def test_only_the_head_is_asked_for(client: FlaskClient, serve: Callable[..., None]) -> None:
    ended: list[bool] = []

    def pieces() -> Iterator[bytes]:
        try:
            yield b"first"
            yield b"second"
        finally:
            ended.append(True)

    serve(pieces)

    assert client.head("/streamed").data == b""
    assert ended == [True]


def test_an_empty_answer_is_empty(client: FlaskClient, serve: Callable[..., None]) -> None:
    serve(lambda: iter(()))

    assert client.get("/streamed").data == b""
